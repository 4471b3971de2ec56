/* What only changes how numbers are arranged, and what shapes are computed with. */
#include "core/error.h"
#include "core/i18n.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

#include <string.h>

static int to_vector(import *m, const node *n, const item *x)
{
    lince_shape s = lince_import_shape_of(m, x);
    if (x->rank == 2) return lince_import_pass(m, n);
    if (x->rank != 4 || (x->last && s.height * s.width > 1))
        return lince_import_refuse(m, n, N_("expected channels in front of height and width"));
    return lince_import_give_rank(m, n, x, lince_import_add(m, n, x->node, -1, LINCE_BARE(flatten)), 2);
}

int lince_onnx_take_flatten(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    int64_t axis = lince_import_whole(n, "axis", 1);
    if (!x || (axis != 1 && axis != 1 - x->rank))
        return lince_import_refuse(m, n, N_("expected a vector a sample"));
    return to_vector(m, n, x);
}

/* As a shape says it; what stands for the rest, or for what was there, is not larger than 0. */
static bool is_size(int64_t said, int64_t size)
{
    return said == size || said <= 0;
}

/* [n][c][h][w] to groups of channels, which are then swapped, and back: ShuffleNet's shuffle. */
int lince_onnx_take_reshape(import *m, const node *n)
{
    const item *x = lince_import_input(m, n, 0);
    int64_t to[LINCE_ONNX_LONGS];
    int count = lince_import_numbers(m, n, 1, "shape", to);
    if (!x || count < 0) return lince_import_refuse(m, n, N_("expected a constant shape"));
    if (x->kind == LINCE_ONNX_NUMBERS) return lince_import_reshape_numbers(m, n, x, count, to);
    if (x->kind != LINCE_ONNX_NODE) return lince_import_refuse(m, n, N_("expected a map"));
    lince_shape s = lince_import_shape_of(m, x);
    if (count == 1 && to[0] == -1 && x->rank == 4 && !x->last)
        return lince_import_give_rank(m, n, x, x->node, 1);
    if (count == 2 && is_size(to[1], (int64_t)lince_shape_elements(s))) return to_vector(m, n, x);
    bool same = count >= 4 && is_size(to[count - 2], s.height) && is_size(to[count - 1], s.width);
    if (count == 4 && x->rank == 4) {
        same &= is_size(to[1], s.channels);
        return same && !x->last
                   ? lince_import_pass(m, n)
                   : lince_import_refuse(m, n, N_("a map of another shape is not what lince computes"));
    }
    if (count == 5 && x->rank == 4 && !x->last && same) {
        int64_t groups = to[1] > 0 ? to[1] : to[2] > 0 ? s.channels / to[2] : 0;
        if (groups < 1 || groups > s.channels || s.channels % groups || !is_size(to[2], s.channels / groups))
            return lince_import_refuse(m, n, N_("channels do not divide into groups"));
        LINCE_TRY(lince_import_give_rank(m, n, x, x->node, 5));
        lince_import_output(m, n)->groups = (int)groups;
        return 0;
    }
    if (count == 4 && x->rank == 5 && same && is_size(to[1], s.channels)) {
        LINCE_TRY(lince_import_give_rank(
            m, n, x, x->swapped ? lince_import_pick(m, n, x, s.channels, 0, x->groups) : x->node, 4));
        lince_import_output(m, n)->swapped = false;
        return 0;
    }
    return lince_import_refuse(m, n, N_("a map of another shape is not what lince computes"));
}

int lince_onnx_take_squeeze(import *m, const node *n)
{
    const item *x = lince_import_input(m, n, 0);
    int64_t axes[LINCE_ONNX_LONGS];
    if (!x) return lince_import_refuse(m, n, N_("its input is not there"));
    if (x->kind == LINCE_ONNX_NUMBERS) return lince_import_give_numbers(m, n, x->count, x->longs, true);
    lince_shape s = x->kind == LINCE_ONNX_NODE ? lince_import_shape_of(m, x) : (lince_shape){0};
    int count = lince_import_numbers(m, n, 1, "axes", axes), found = 0;
    for (int i = 0; i < count; i++) found |= 1 << lince_import_meaning(x, axes[i]);
    if (s.height * s.width != 1 || found != (1 << 2 | 1 << 3))
        return lince_import_refuse(m, n, N_("expected height and width of one pixel"));
    return to_vector(m, n, x);
}

/* A number for each channel, as PyTorch has those of PReLU while they are trained: [c] to [c][1][1]. */
static int widen_constant(import *m, const node *n, const item *x)
{
    int64_t axes[LINCE_ONNX_LONGS];
    int count = lince_import_numbers(m, n, 1, "axes", axes);
    bool behind = count == 2 && ((axes[0] == 1 && axes[1] == 2) || (axes[0] == -2 && axes[1] == -1));
    if (x->tensor->n_dims != 1 || x->widened || !behind)
        return lince_import_refuse(m, n, N_("only numbers of shapes and constants get another axis"));
    LINCE_TRY(lince_import_pass(m, n));
    lince_import_output(m, n)->widened = true;
    return 0;
}

int lince_onnx_take_unsqueeze(import *m, const node *n)
{
    const item *x = lince_import_input(m, n, 0);
    if (x && x->kind == LINCE_ONNX_CONSTANT) return widen_constant(m, n, x);
    if (x && x->kind == LINCE_ONNX_INDICES) return lince_import_pass(m, n);
    if (!x || x->kind != LINCE_ONNX_NUMBERS)
        return lince_import_refuse(m, n, N_("only numbers of shapes and constants get another axis"));
    return lince_import_give_numbers(m, n, x->count, x->longs, false);
}

/* Of two axes; without an order they are reversed. */
static bool turns(const Lince__Onnx__Attribute *perm)
{
    return !perm || (perm->n_ints == 2 && perm->ints[0] == 1 && perm->ints[1] == 0);
}

/* A matrix of weights, as PyTorch's linear layers have them while they are trained. */
static int turn_constant(import *m, const node *n, const item *x, const Lince__Onnx__Attribute *perm)
{
    if (x->tensor->n_dims != 2 || x->widened || !turns(perm))
        return lince_import_refuse(m, n, N_("an order of axes that lince lacks"));
    LINCE_TRY(lince_import_pass(m, n));
    lince_import_output(m, n)->turned = !x->turned;
    return 0;
}

int lince_onnx_take_transpose(import *m, const node *n)
{
    static const int64_t to_last[] = {0, 2, 3, 1}, to_front[] = {0, 3, 1, 2}, swap[] = {0, 2, 1, 3, 4};
    const item *x = lince_import_input(m, n, 0);
    const Lince__Onnx__Attribute *perm = lince_import_attribute(n, "perm");
    if (x && x->kind == LINCE_ONNX_CONSTANT) return turn_constant(m, n, x, perm);
    if (x && x->kind == LINCE_ONNX_NUMBERS && x->columns && turns(perm))
        return lince_import_transpose_numbers(m, n, x);
    if (!x || x->kind != LINCE_ONNX_NODE || !perm || perm->n_ints != (size_t)x->rank)
        return lince_import_refuse(m, n, N_("an order of axes that lince lacks"));
    size_t bytes = perm->n_ints * sizeof *perm->ints;
    bool last = x->rank == 4 && !x->last && !memcmp(perm->ints, to_last, bytes),
         front = x->rank == 4 && x->last && !memcmp(perm->ints, to_front, bytes),
         swapped = x->rank == 5 && !x->swapped && !memcmp(perm->ints, swap, bytes);
    if (!last && !front && !swapped)
        return lince_import_refuse(m, n, N_("an order of axes that lince lacks"));
    LINCE_TRY(lince_import_give(m, n, x, x->node));
    item *y = lince_import_output(m, n);
    y->last = last;
    y->swapped = swapped;
    return 0;
}

/* What a value's shape is, with -1 for the batch. */
int lince_onnx_take_shape(import *m, const node *n)
{
    const item *x = lince_import_input(m, n, 0);
    if (x && x->kind == LINCE_ONNX_NUMBERS && !x->columns && !x->scalar) {
        int64_t count = (int64_t)x->count;
        return lince_import_give_numbers(m, n, 1, &count, false);
    }
    if (!x || x->kind != LINCE_ONNX_NODE || x->rank == 5 || x->rank == 1)
        return lince_import_refuse(m, n, N_("expected a map"));
    lince_shape s = lince_import_shape_of(m, x);
    int64_t front[] = {-1, s.channels, s.height, s.width}, back[] = {-1, s.height, s.width, s.channels};
    int64_t begin = lince_import_clamp(lince_import_whole(n, "start", 0), x->rank),
            end = lince_import_clamp(lince_import_whole(n, "end", x->rank), x->rank);
    return lince_import_give_numbers(m, n, end > begin ? (size_t)(end - begin) : 0,
                                     (x->last ? back : front) + begin, false);
}

/* As an initializer. */
int lince_onnx_take_constant_node(import *m, const node *n)
{
    const Lince__Onnx__Attribute *value = lince_import_attribute(n, "value"),
                                 *one = lince_import_attribute(n, "value_int"),
                                 *several = lince_import_attribute(n, "value_ints");
    if (one) return lince_import_give_numbers(m, n, 1, &one->i, true);
    if (several && several->n_ints <= LINCE_ONNX_LONGS)
        return lince_import_give_numbers(m, n, several->n_ints, several->ints, false);
    if (!value || !value->t) return lince_import_refuse(m, n, N_("expected a tensor"));
    const tensor *t = value->t;
    item *y = lince_import_output(m, n);
    bool numbers_of_shapes =
        t->data_type == LINCE__ONNX__TENSOR__TYPE__INT64 || t->data_type == LINCE__ONNX__TENSOR__TYPE__INT32;
    if (!numbers_of_shapes || lince_onnx_elements(t) > LINCE_ONNX_LONGS || t->n_dims > 1) {
        y->kind = LINCE_ONNX_CONSTANT;
        y->tensor = t;
        return 0;
    }
    int64_t out[LINCE_ONNX_LONGS];
    LINCE_TRY(lince_onnx_read_longs(m->source, t, out));
    return lince_import_give_numbers(m, n, lince_onnx_elements(t), out, !t->n_dims);
}

/* Probabilities, which lince computes itself; scores go out. */
int lince_onnx_take_softmax(import *m, const node *n)
{
    return lince_import_output(m, n)->uses
               ? lince_import_refuse(m, n, N_("a softmax in the middle is not what lince computes"))
               : lince_import_pass(m, n);
}

int lince_onnx_take_pass(import *m, const node *n)
{
    return lince_import_pass(m, n);
}
