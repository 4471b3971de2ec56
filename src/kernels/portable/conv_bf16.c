/* Convolution of numbers rounded to bfloat16 where the processor has no products of them: what is multiplied is rounded into
 * scratch, and the best row for floats does the rest. Products of two bfloat16 are exact in a float. */
#include "core/bfloat.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/conv.h"
#include "kernels/kernels.h"

enum { PIECE = 1 << 14 };

LINCE_EACH_LEVEL(round_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = lince_round_to_bfloat(x[i]);
}

typedef struct rounding {
    const float *x;
    float *y;
} rounding;

static void round_piece(void *context, size_t begin, size_t end)
{
    const rounding *r = context;
    round_range(r->x + begin, r->y + begin, end - begin);
}

/* Floats of x, w and y, of those that the direction reads; 0: it writes it. */
static void sizes_read(const lince_conv_task *t, size_t floats[3])
{
    const lince_conv *c = &t->conv;
    size_t batch = (size_t)c->batch;
    floats[0] = t->direction == LINCE_BACKWARD_DATA ? 0 : batch * lince_shape_size(c->in);
    floats[1] = t->direction == LINCE_BACKWARD_WEIGHTS ? 0 : lince_conv_weights_size(c);
    floats[2] = t->direction == LINCE_FORWARD ? 0 : batch * lince_shape_size(c->out);
}

typedef struct plan {
    lince_conv_task task; /* of the products: a bias's gradient is a sum of what is not rounded */
    lince_kernel products;
} plan;

/* A row that keeps its bits, so that this one does. */
static int create(lince_kernel *k)
{
    const lince_conv_task *t = k->geometry;
    lince_exec exec = k->exec;
    size_t floats[3];
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    p->task = *t;
    p->task.has_bias &= t->direction == LINCE_FORWARD;
    exec.deterministic = true;
    exec.kept = NULL;
    int code = lince_kernel_init(&p->products, &exec, LINCE_OP_CONV, &p->task);
    sizes_read(t, floats);
    k->scratch = lince_align(p->products.scratch);
    k->products = p->products.products;
    for (int i = 0; i < 3; i++) k->scratch += lince_align(floats[i] * sizeof(float));
    if (code) lince_free(p), k->plan = NULL;
    return code;
}

static void run(const lince_kernel *k, const void *args)
{
    const plan *p = k->plan;
    const lince_conv_task *t = k->geometry;
    const lince_conv_args *given = args;
    lince_conv_args a = *given;
    float **operand[] = {&a.x, &a.w, &a.y};
    unsigned char *next = (unsigned char *)a.scratch + lince_align(p->products.scratch);
    size_t floats[3];
    sizes_read(t, floats);
    for (int i = 0; i < 3; i++) {
        if (!floats[i]) continue;
        rounding r = {*operand[i], (float *)next};
        lince_parallel_ranges(k->exec.threads, floats[i], PIECE, round_piece, &r);
        *operand[i] = r.y;
        next += lince_align(floats[i] * sizeof(float));
    }
    if (!p->task.has_bias) a.b = NULL;
    lince_kernel_run(&p->products, &a);
    if (t->direction == LINCE_BACKWARD_WEIGHTS && given->b)
        lince_sum_channels(&k->exec, t->conv.out, (size_t)t->conv.batch, given->y, given->b);
}

static void release(lince_kernel *k)
{
    plan *p = k->plan;
    if (p) lince_kernel_release(&p->products);
    lince_free(p);
    k->plan = NULL;
}

const lince_op_row lince_conv_rounded = {.op = LINCE_OP_CONV_BF16,
                                         .name = "rounded",
                                         .same_bits = true,
                                         .create = create,
                                         .run = run,
                                         .release = release};
