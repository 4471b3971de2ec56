#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <stddef.h>

/* Both directions copy channels, each from one channel of the other side or from none: blocks are written one
 * behind the other, and what they are made of is looked up once a block. */

enum { NONE = -1, LARGEST_BLOCK = 16 };

static int group_size(const lince_pick_args *a)
{
    return a->out.channels / a->pick.groups;
}

/* The input's channel that output channel c is. */
static int source_of(const lince_pick_args *a, int c)
{
    return a->pick.begin + c % a->pick.groups * group_size(a) + c / a->pick.groups;
}

/* The output's channel that input channel c goes to. */
static int target_of(const lince_pick_args *a, int c)
{
    int place = c - a->pick.begin;
    if (place < 0 || place >= a->out.channels) return NONE;
    return place % group_size(a) * a->pick.groups + place / group_size(a);
}

typedef struct side {
    lince_shape shape;
    size_t area, blocks;
} side;

static side side_of(lince_shape s)
{
    return (side){s, (size_t)s.height * (size_t)s.width,
                  (size_t)(lince_round_up(s.channels, s.block) / s.block)};
}

/* Block `block` of one sample; other(a, c) is where channel c comes from. */
static void copy_block(const lince_pick_args *a, int (*other)(const lince_pick_args *, int), side from,
                       side to, const float *x, float *y, size_t block)
{
    const float *lane[LARGEST_BLOCK];
    size_t b = (size_t)to.shape.block;
    for (size_t k = 0; k < b; k++) {
        int c = (int)(block * b + k), source = c < to.shape.channels ? other(a, c) : NONE;
        size_t place = (size_t)(source == NONE ? 0 : source);
        lane[k] = source == NONE ? NULL : x + place / b * from.area * b + place % b;
    }
    for (size_t i = 0; i < to.area; i++)
        for (size_t k = 0; k < b; k++) y[i * b + k] = lane[k] ? lane[k][i * b] : 0;
}

static void pick_block(void *context, size_t i)
{
    const lince_pick_args *a = context;
    side in = side_of(a->in), out = side_of(a->out);
    size_t n = i / out.blocks, block = i % out.blocks;
    copy_block(a, source_of, in, out, a->from + n * lince_shape_size(a->in),
               a->to + n * lince_shape_size(a->out) + block * out.area * (size_t)a->out.block, block);
}

static void return_block(void *context, size_t i)
{
    const lince_pick_args *a = context;
    side in = side_of(a->in), out = side_of(a->out);
    size_t n = i / in.blocks, block = i % in.blocks;
    copy_block(a, target_of, out, in, a->from + n * lince_shape_size(a->out),
               a->to + n * lince_shape_size(a->in) + block * in.area * (size_t)a->in.block, block);
}

static void pick_channels(const lince_kernel *kernel, const void *args)
{
    lince_pick_args a = *(const lince_pick_args *)args;
    lince_parallel(kernel->exec.threads, a.n * side_of(a.out).blocks, pick_block, &a);
}

static void pick_channels_backward(const lince_kernel *kernel, const void *args)
{
    lince_pick_args a = *(const lince_pick_args *)args;
    lince_parallel(kernel->exec.threads, a.n * side_of(a.in).blocks, return_block, &a);
}

LINCE_REF_ROW(pick_channels, PICK_CHANNELS);
LINCE_REF_ROW(pick_channels_backward, PICK_CHANNELS_BACKWARD);
