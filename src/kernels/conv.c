#include "kernels/conv.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "kernels/kernels.h"

#include <string.h>

bool lince_conv_is_depthwise(const lince_conv *c)
{
    return c->groups > 1 && c->groups == c->in.channels && c->groups == c->out.channels &&
           c->in.block == c->out.block;
}

static size_t inputs_of(const lince_conv *c)
{
    return (size_t)(c->in.channels / c->groups);
}

/* The inputs of a block, and a group's blocks. */
static size_t block_of_inputs(const lince_conv *c)
{
    return c->groups > 1 && inputs_of(c) % (size_t)c->in.block ? 1 : (size_t)c->in.block;
}

static size_t blocks_of_inputs(const lince_conv *c)
{
    size_t block = block_of_inputs(c);
    return (inputs_of(c) + block - 1) / block;
}

bool lince_conv_groups_blocks(const lince_conv *c)
{
    return c->groups > 1 && c->in.channels / c->groups % c->in.block == 0 &&
           c->out.channels / c->groups % c->out.block == 0;
}

size_t lince_conv_weights_size(const lince_conv *c)
{
    return (size_t)lince_round_up(c->out.channels, c->out.block) * blocks_of_inputs(c) * block_of_inputs(c) *
           (size_t)c->kernel[0] * (size_t)c->kernel[1];
}

size_t lince_conv_weight_at(const lince_conv *c, int o, int i, int y, int x)
{
    size_t kh = (size_t)c->kernel[0], kw = (size_t)c->kernel[1], position = (size_t)y * kw + (size_t)x;
    size_t bi = block_of_inputs(c), bo = (size_t)c->out.block;
    size_t block = ((size_t)o / bo * blocks_of_inputs(c) + (size_t)i / bi) * kh * kw + position;
    return (block * bi + (size_t)i % bi) * bo + (size_t)o % bo;
}

void lince_conv_weights_put(const lince_conv *c, const float *rows, float *memory, size_t begin, size_t end)
{
    size_t positions = (size_t)c->kernel[0] * (size_t)c->kernel[1], inputs = inputs_of(c),
           row = inputs * positions;
    size_t bi = block_of_inputs(c), bo = (size_t)c->out.block, blocks = blocks_of_inputs(c);
    for (size_t o = begin, next; o < end; o = next) { /* outputs of one block: neighbours in memory */
        next = (o / bo + 1) * bo < end ? (o / bo + 1) * bo : end;
        for (size_t i = 0; i < inputs; i++)
            for (size_t p = 0; p < positions; p++) {
                float *to =
                    memory + (((o / bo * blocks + i / bi) * positions + p) * bi + i % bi) * bo + o % bo;
                const float *from = rows + (o - begin) * row + i * positions + p;
                for (size_t k = 0; k < next - o; k++) to[k] = from[k * row];
            }
    }
}

void lince_conv_weights_take(const lince_conv *c, const float *memory, float *rows)
{
    for (int o = 0; o < c->out.channels; o++)
        for (int i = 0; i < (int)inputs_of(c); i++)
            for (int y = 0; y < c->kernel[0]; y++)
                for (int x = 0; x < c->kernel[1]; x++) *rows++ = memory[lince_conv_weight_at(c, o, i, y, x)];
}

void lince_conv_finish(const lince_kernel *kernel, const lince_conv_args *args)
{
    const lince_conv_task *t = kernel->geometry;
    size_t out = (size_t)t->conv.batch * lince_shape_size(t->conv.out),
           in = (size_t)t->conv.batch * lince_shape_size(t->conv.in);
    if (t->direction == LINCE_FORWARD && args->relu) lince_relu(&kernel->exec, args->y, args->y, out);
    if (t->direction == LINCE_BACKWARD_DATA && args->gate)
        lince_relu_backward(&kernel->exec, args->gate, args->x, args->x, in);
}

/* --- timing ----------------------------------------------------------------------------------------- */

/* One sample's forward pass takes less time than measuring would: a picture to be classified is not kept
 * waiting. */
static bool worthwhile(const void *geometry)
{
    const lince_conv_task *t = geometry;
    return t->conv.batch > 1 || t->direction != LINCE_FORWARD;
}

/* A run of 1,024 samples may take a second, and one sample of 24 GFLOP too. A part has fewer samples and, where one is still too
 * much, fewer rows; but each weight serves enough results that what is done with weights alone (transforms, other
 * layouts) stays as small beside the products as in the whole. */
static void part(void *geometry, int threads)
{
    enum { RESULTS_OF_A_WEIGHT = 256, LEAST_ROWS = 8 };
    static const double most = 2e7; /* products of a thread: a millisecond or two */
    lince_conv *c = &((lince_conv_task *)geometry)->conv;
    double weights = (double)c->kernel[0] * c->kernel[1] * (c->in.channels / c->groups) * c->out.channels,
           pixels = (double)c->out.height * c->out.width,
           wanted = threads * (most / weights > RESULTS_OF_A_WEIGHT ? most / weights : RESULTS_OF_A_WEIGHT);
    if (wanted >= c->batch * pixels) return;
    c->batch = wanted > pixels ? (int)(wanted / pixels) : 1;
    int rows = (int)(wanted / c->out.width);
    if (rows < LEAST_ROWS) rows = LEAST_ROWS;
    if (rows >= c->out.height) return;
    c->out.height = rows;
    c->in.height = (rows - 1) * c->stride[0] + c->kernel[0] - 2 * c->padding[0];
}

/* Bytes of x, w, b and y. */
static void sizes(const lince_conv_task *t, size_t bytes[4])
{
    const lince_conv *c = &t->conv;
    bytes[0] = (size_t)c->batch * lince_shape_size(c->in) * sizeof(float);
    bytes[1] = lince_conv_weights_size(c) * sizeof(float);
    bytes[2] = t->has_bias ? (size_t)lince_round_up(c->out.channels, c->out.block) * sizeof(float) : 0;
    bytes[3] = (size_t)c->batch * lince_shape_size(c->out) * sizeof(float);
}

static void release(const lince_device *device, const void *geometry, void *args)
{
    lince_conv_args *a = args;
    float *memory[] = {a->x, a->w, a->b, a->y};
    size_t bytes[4];
    sizes(geometry, bytes);
    for (int i = 0; i < 4; i++) device->free(device, memory[i], bytes[i]);
    lince_free(a);
}

/* Zeros, because data do not change a kernel's time, denormals aside; written once, so that the memory is
 * there. */
static void *arguments(const lince_device *device, const void *geometry)
{
    lince_conv_args *a = lince_alloc(1, sizeof *a);
    if (!a) return NULL;
    float **memory[] = {&a->x, &a->w, &a->b, &a->y};
    size_t bytes[4];
    bool there = true;
    sizes(geometry, bytes);
    for (int i = 0; i < 4; i++) {
        if (!bytes[i]) continue;
        *memory[i] = device->alloc(device, bytes[i]);
        there &= *memory[i] != NULL;
        if (*memory[i])
            lince_fill(&(lince_exec){.device = device, .threads = 1}, *memory[i], 0,
                       bytes[i] / sizeof(float));
    }
    if (there) return a;
    release(device, geometry, a);
    return NULL;
}

static void lend(void *args, void *scratch)
{
    ((lince_conv_args *)args)->scratch = scratch;
}

#define GEOMETRY "dir%d-n%d-c%dx%dx%d.%d-o%dx%dx%d.%d-k%dx%d-s%dx%d-p%dx%d-g%d-bias%d"

static void key(const void *geometry, char *out, size_t size)
{
    const lince_conv_task *t = geometry;
    const lince_conv *c = &t->conv;
    snprintf(out, size, GEOMETRY, (int)t->direction, c->batch, c->in.channels, c->in.height, c->in.width,
             c->in.block, c->out.channels, c->out.height, c->out.width, c->out.block, c->kernel[0],
             c->kernel[1], c->stride[0], c->stride[1], c->padding[0], c->padding[1], c->groups, t->has_bias);
}

static bool describe(const char *word, FILE *out)
{
    const char *const directions[] = {_("forward"), _("input's gradient"), _("weights' gradient")};
    int d, n, c[4], o[4], k[2], s[2], p[2], groups, bias;
    if (sscanf(word, GEOMETRY, &d, &n, &c[0], &c[1], &c[2], &c[3], &o[0], &o[1], &o[2], &o[3], &k[0], &k[1],
               &s[0], &s[1], &p[0], &p[1], &groups, &bias) != 18 ||
        d < 0 || d > 2)
        return false;
    fprintf(out, "%-18s %4d x %dx%dx%d -> %dx%dx%d  %dx%d/%d", directions[d], n, c[0], c[1], c[2], o[0], o[1],
            o[2], k[0], k[1], s[0]);
    if (groups > 1) fprintf(out, _(", %d groups"), groups);
    return true;
}

const lince_op_timing lince_conv_timing = {.geometry = sizeof(lince_conv_task),
                                           .worthwhile = worthwhile,
                                           .part = part,
                                           .arguments = arguments,
                                           .lend = lend,
                                           .release = release,
                                           .key = key,
                                           .describe = describe};
