/* Convolution by oneDNN: direct, and Winograd F(4x4, 3x3) (Lavin & Gray 2016) where it has one.
 *
 * The library is asked for the weights layout it likes; where that is not ours, a reorder through scratch
 * goes with each run. Scratch memory is the caller's, so that a step allocates nothing. */
#include "kernels/conv.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/onednn/fence.h"
#include "kernels/onednn/onednn.h"

#include <math.h>
#include <string.h>

typedef struct plan {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_t conv,
        reorder; /* reorder of the weights: before conv, or after it for their gradient; NULL: none */
    dnnl_memory_t x, w, b, y, scratchpad;
    dnnl_memory_t own_w; /* weights in the library's layout, in scratch; NULL: w itself */
    size_t scratchpad_size;
    size_t
        plain; /* bytes of scratch, behind all else, for weights as PyTorch has them; 0: they are the library's as they are */
} plan;

typedef struct layouts {
    lince_onednn_memory x, y, b, any_w, w; /* w: compute layout */
} layouts;

static void release_layouts(layouts *l)
{
    lince_onednn_memory all[] = {l->x, l->y, l->b, l->any_w, l->w};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) lince_onednn_memory_free(all[i]);
}

/* The library knows no layout of blocks that are of several groups. */
static size_t plain_weights(const lince_conv *c)
{
    size_t inputs = (size_t)(c->in.channels / c->groups);
    if (c->groups == 1 || c->out.block == 1 || lince_conv_is_depthwise(c) || lince_conv_groups_blocks(c))
        return 0;
    return lince_align((size_t)c->out.channels * inputs * (size_t)(c->kernel[0] * c->kernel[1]) *
                       sizeof(float));
}

static int weights_layout(const lince_conv *c, layouts *l)
{
    dnnl_dims_t dims = {c->out.channels, c->in.channels, c->kernel[0], c->kernel[1]};
    dnnl_dims_t grouped = {c->groups, c->out.channels / c->groups, c->in.channels / c->groups, c->kernel[0],
                           c->kernel[1]};
    dnnl_format_tag_t tag = dnnl_goihw;
    int ndims = c->groups > 1 ? 5 : 4;
    if (lince_conv_is_depthwise(c))
        tag = c->out.block == 16 ? dnnl_Goihw16g : c->out.block == 8 ? dnnl_Goihw8g : dnnl_goihw;
    else if (lince_conv_groups_blocks(c))
        tag = c->out.block == 16 ? dnnl_gOIhw16i16o : c->out.block == 8 ? dnnl_gOIhw8i8o : dnnl_goihw;
    if (c->groups == 1) {
        int bi = c->in.block, bo = c->out.block;
        if (bi == bo)
            tag = bi == 16 ? dnnl_OIhw16i16o : bi == 8 ? dnnl_OIhw8i8o : dnnl_oihw;
        else if (bi == 1)
            tag = bo == 16 ? dnnl_Oihw16o : dnnl_Abcd8a;
        else
            return lince_fail(LINCE_EUNSUPPORTED, "conv2d: blocks %d and %d", bi, bo);
    }
    const dnnl_dim_t *shape = ndims == 5 ? grouped : dims;
    dnnl_status_t status = lince_onednn_memory_new(&l->w, ndims, shape, tag);
    if (!status) status = lince_onednn_memory_new(&l->any_w, ndims, shape, dnnl_format_tag_any);
    dnnl_dims_t bias = {c->out.channels};
    if (!status) status = lince_onednn_memory_new(&l->b, 1, bias, dnnl_x);
    return status ? lince_onednn_fail("conv2d layout", status) : 0;
}

static dnnl_status_t describe(const lince_kernel *k, const layouts *l, dnnl_alg_kind_t algorithm,
                              dnnl_engine_t engine, dnnl_primitive_desc_t *result)
{
    const lince_conv_task *t = k->geometry;
    const lince_conv *c = &t->conv;
    lince_onednn_convolution wanted = {.direction = t->direction,
                                       .algorithm = algorithm,
                                       .x = l->x,
                                       .w = l->any_w,
                                       .b = t->has_bias ? l->b : NULL,
                                       .y = l->y};
    for (int axis = 0; axis < 2; axis++) {
        int in = axis ? c->in.width : c->in.height, out = axis ? c->out.width : c->out.height;
        wanted.stride[axis] = c->stride[axis];
        wanted.before[axis] = c->padding[axis];
        wanted.after[axis] = (out - 1) * c->stride[axis] + c->kernel[axis] - in - c->padding[axis];
    }
    return lince_onednn_convolution_plan(&wanted, engine, result);
}

static dnnl_status_t make_reorder(plan *p, lince_onednn_memory from, lince_onednn_memory to)
{
    dnnl_primitive_desc_t pd;
    dnnl_status_t status = dnnl_reorder_primitive_desc_create(&pd, from, p->engine, to, p->engine, NULL);
    if (status) return status;
    status = dnnl_primitive_create(&p->reorder, pd);
    dnnl_primitive_desc_destroy(pd);
    return status;
}

static dnnl_status_t make_primitives(lince_kernel *k, plan *p, const layouts *l, dnnl_primitive_desc_t pd)
{
    dnnl_status_t status = dnnl_primitive_create(&p->conv, pd);
    bool gradient = ((const lince_conv_task *)k->geometry)->direction == LINCE_BACKWARD_WEIGHTS;
    lince_onednn_memory liked =
        dnnl_primitive_desc_query_md(pd, gradient ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
    lince_onednn_memory pad = dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    p->scratchpad_size = lince_align(dnnl_memory_desc_get_size(pad));
    k->scratch = p->scratchpad_size;
    if (!status) status = dnnl_memory_create(&p->x, l->x, p->engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&p->y, l->y, p->engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&p->b, l->b, p->engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&p->w, l->w, p->engine, DNNL_MEMORY_NONE);
    if (!status) status = dnnl_memory_create(&p->scratchpad, pad, p->engine, DNNL_MEMORY_NONE);
    p->plain = plain_weights(&((const lince_conv_task *)k->geometry)->conv);
    k->scratch += p->plain;
    if (status || dnnl_memory_desc_equal(liked, l->w)) return status;
    k->scratch += lince_align(dnnl_memory_desc_get_size(liked));
    status = dnnl_memory_create(&p->own_w, liked, p->engine, DNNL_MEMORY_NONE);
    if (status) return status;
    return gradient ? make_reorder(p, liked, l->w) : make_reorder(p, l->w, liked);
}

static void release(lince_kernel *k)
{
    plan *p = k->plan;
    if (!p) return;
    dnnl_memory_t memories[] = {p->x, p->w, p->b, p->y, p->scratchpad, p->own_w};
    for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
        if (memories[i]) dnnl_memory_destroy(memories[i]);
    if (p->conv) dnnl_primitive_destroy(p->conv);
    if (p->reorder) dnnl_primitive_destroy(p->reorder);
    if (p->stream) dnnl_stream_destroy(p->stream);
    if (p->engine) dnnl_engine_destroy(p->engine);
    lince_free(p);
    k->plan = NULL;
}

/* The library's plain loops, for what it has no fast code for: a thousand times slower, and ours stand in the
 * table. */
static bool is_reference(const_dnnl_primitive_desc_t pd)
{
    const char *name = NULL;
    return !dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) && name &&
           !strncmp(name, "ref", 3);
}

typedef struct making {
    lince_kernel *kernel;
    const layouts *layouts;
    dnnl_alg_kind_t algorithm;
    dnnl_primitive_desc_t description;
} making;

static dnnl_status_t make(void *context)
{
    making *m = context;
    plan *p = m->kernel->plan;
    dnnl_status_t status = dnnl_engine_create(&p->engine, dnnl_cpu, 0);
    if (!status) status = dnnl_stream_create(&p->stream, p->engine, dnnl_stream_default_flags);
    if (!status) status = describe(m->kernel, m->layouts, m->algorithm, p->engine, &m->description);
    if (!status && is_reference(m->description)) status = dnnl_unimplemented;
    return status ? status : make_primitives(m->kernel, p, m->layouts, m->description);
}

/* Its own objects oneDNN (2.6) allocates by posix_memalign, and writes into them without having looked. Where the convolutions
 * of four networks were prepared, a call took 32 KB at most, and 256 KB of pages for its code. */
static int plan_with(lince_kernel *k, const layouts *l, dnnl_alg_kind_t algorithm)
{
    enum { ENOUGH = 1 << 20 };
    making m = {.kernel = k, .layouts = l, .algorithm = algorithm};
    LINCE_TRY(lince_memory_at_hand(ENOUGH));
    if (!(k->plan = lince_alloc(1, sizeof(plan)))) return LINCE_ENOMEM;
    lince_parallel_use(k->exec.threads);
    lince_onednn_mask();
    dnnl_status_t status = lince_onednn_fenced(make, &m);
    if (m.description) dnnl_primitive_desc_destroy(m.description);
    if (!status) return 0;
    release(k);
    return lince_onednn_fail("conv2d", status);
}

static int create(lince_kernel *k, dnnl_alg_kind_t algorithm)
{
    const lince_conv *c = &((const lince_conv_task *)k->geometry)->conv;
    layouts l = {0};
    int code = lince_onednn_activation(&l.x, c->batch, c->in);
    if (!code) code = lince_onednn_activation(&l.y, c->batch, c->out);
    if (!code) code = weights_layout(c, &l);
    if (!code) code = plan_with(k, &l, algorithm);
    release_layouts(&l);
    return code;
}

static int create_direct(lince_kernel *k)
{
    return create(k, dnnl_convolution_direct);
}

static int create_winograd(lince_kernel *k)
{
    return create(k, dnnl_convolution_winograd);
}

static dnnl_status_t reorder_weights(plan *p, dnnl_memory_t from, dnnl_memory_t to)
{
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    return dnnl_primitive_execute(p->reorder, p->stream, 2, args);
}

typedef struct running {
    const lince_kernel *kernel;
    const lince_conv_args *args;
} running;

static dnnl_status_t execute(void *context)
{
    const running *r = context;
    const lince_conv_task *t = r->kernel->geometry;
    const lince_conv_args *a = r->args;
    plan *p = r->kernel->plan;
    dnnl_status_t status = dnnl_success;
    dnnl_memory_set_data_handle(p->x, a->x);
    dnnl_memory_set_data_handle(p->y, a->y);
    dnnl_memory_set_data_handle(p->w, a->w);
    dnnl_memory_set_data_handle(p->scratchpad, a->scratch);
    if (a->b) dnnl_memory_set_data_handle(p->b, a->b);
    dnnl_memory_t w = p->w;
    if (p->own_w) {
        dnnl_memory_set_data_handle(p->own_w, (char *)a->scratch + p->scratchpad_size);
        w = p->own_w;
        if (t->direction != LINCE_BACKWARD_WEIGHTS) status = reorder_weights(p, p->w, p->own_w);
    }
    static const int roles[][4] = {
        [LINCE_FORWARD] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS},
        [LINCE_BACKWARD_DATA] = {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST, DNNL_ARG_BIAS},
        [LINCE_BACKWARD_WEIGHTS] = {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST,
                                    DNNL_ARG_DIFF_BIAS},
    };
    const int *role = roles[t->direction];
    dnnl_exec_arg_t operands[] = {{role[0], p->x},
                                  {role[1], w},
                                  {role[2], p->y},
                                  {DNNL_ARG_SCRATCHPAD, p->scratchpad},
                                  {role[3], p->b}};
    bool with_bias = t->has_bias && t->direction != LINCE_BACKWARD_DATA;
    if (!status) status = dnnl_primitive_execute(p->conv, p->stream, with_bias ? 5 : 4, operands);
    if (!status && p->own_w && t->direction == LINCE_BACKWARD_WEIGHTS)
        status = reorder_weights(p, p->own_w, p->w);
    if (!status) status = dnnl_stream_wait(p->stream);
    return status;
}

/* What could not be computed is no number, which whoever trains, measures or predicts refuses. */
static void spoil(const lince_conv_task *t, const lince_conv_args *a)
{
    const lince_conv *c = &t->conv;
    float *result = t->direction == LINCE_FORWARD ? a->y : t->direction == LINCE_BACKWARD_DATA ? a->x : a->w;
    size_t n = t->direction == LINCE_FORWARD         ? (size_t)c->batch * lince_shape_size(c->out)
               : t->direction == LINCE_BACKWARD_DATA ? (size_t)c->batch * lince_shape_size(c->in)
                                                     : lince_conv_weights_size(c);
    for (size_t i = 0; i < n; i++) result[i] = NAN;
}

static int compute(const lince_kernel *k, const lince_conv_args *a)
{
    return lince_onednn_fenced(execute, &(running){k, a}) ? LINCE_ENUMERIC : 0;
}

/* Around it weights are as PyTorch has them. */
static int compute_plain(const lince_kernel *k, const lince_conv_args *a, size_t bytes)
{
    const lince_conv_task *t = k->geometry;
    lince_conv_args plain = *a;
    plain.w = (float *)((char *)a->scratch + k->scratch - bytes);
    if (t->direction != LINCE_BACKWARD_WEIGHTS) lince_conv_weights_take(&t->conv, a->w, plain.w);
    LINCE_TRY(compute(k, &plain));
    if (t->direction == LINCE_BACKWARD_WEIGHTS)
        lince_conv_weights_put(&t->conv, plain.w, a->w, 0, (size_t)t->conv.out.channels);
    return 0;
}

static void run(const lince_kernel *k, const void *args)
{
    size_t plain = ((const plan *)k->plan)->plain;
    if (plain ? compute_plain(k, args, plain) : compute(k, args)) spoil(k->geometry, args);
    lince_conv_finish(k, args);
}

const lince_op_row lince_conv_onednn_direct = {
    .op = LINCE_OP_CONV, .name = "onednn-direct", .create = create_direct, .run = run, .release = release};
const lince_op_row lince_conv_onednn_winograd = {.op = LINCE_OP_CONV,
                                                 .name = "onednn-winograd",
                                                 .needs = LINCE_AVX512,
                                                 .products = LINCE_PRODUCTS_WINOGRAD,
                                                 .create = create_winograd,
                                                 .run = run,
                                                 .release = release};
