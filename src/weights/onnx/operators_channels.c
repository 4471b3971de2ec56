/* Channels joined, split and picked. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

#include <string.h>

/* Where many layers see all those before them (DenseNet), each list of inputs goes on where an earlier one ended: what was
 * joined once is not joined again. */
static int join(import *m, const node *n, int first, int second)
{
    for (size_t i = 0; i < m->join_count; i++)
        if (m->joins[i].first == first && m->joins[i].second == second) return m->joins[i].made;
    int made = lince_import_add(m, n, first, second, LINCE_BARE(concat));
    if (made < 0) return made;
    LINCE_TRY(lince_grow(&m->joins, &m->join_capacity, m->join_count + 1, sizeof *m->joins));
    m->joins[m->join_count++] = (lince_onnx_join){first, second, made};
    return made;
}

int lince_onnx_take_concat(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    int64_t out[LINCE_ONNX_LONGS];
    size_t count = 0;
    if (x) {
        if (lince_import_meaning(x, lince_import_whole(n, "axis", 1)) != 1)
            return lince_import_refuse(m, n, N_("only channels are joined"));
        int made = x->node;
        for (size_t i = 1; i < n->n_input; i++) {
            const item *more = lince_import_map(m, n, i);
            if (!more || more->rank != x->rank || more->last != x->last)
                return lince_import_refuse(m, n, N_("only maps of one kind are joined"));
            made = join(m, n, made, more->node);
            if (made < 0) return made;
        }
        return lince_import_give(m, n, x, made);
    }
    for (size_t i = 0; i < n->n_input; i++) {
        const item *more = lince_import_input(m, n, i);
        if (!more || more->kind != LINCE_ONNX_NUMBERS || count + more->count > LINCE_ONNX_LONGS)
            return lince_import_refuse(m, n, N_("only maps of one kind are joined"));
        memcpy(out + count, more->longs, more->count * sizeof *out);
        count += more->count;
    }
    return lince_import_give_numbers(m, n, count, out, false);
}

int lince_onnx_take_split(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    int64_t sizes[LINCE_ONNX_LONGS];
    int count = lince_import_numbers(m, n, 1, "split", sizes), begin = 0;
    if (!x || lince_import_meaning(x, lince_import_whole(n, "axis", 0)) != 1 ||
        n->n_output > LINCE_ONNX_LONGS)
        return lince_import_refuse(m, n, N_("only channels are split"));
    int channels = lince_import_shape_of(m, x).channels, parts = (int)n->n_output;
    for (int i = 0; count < 0 && i < parts; i++) sizes[i] = (channels + parts - 1) / parts;
    if (count < 0) sizes[parts - 1] = channels - (parts - 1) * sizes[0];
    for (int i = 0; i < parts; i++) {
        if (sizes[i] < 1 || sizes[i] > channels - begin)
            return lince_import_refuse(m, n, N_("its parts are not those of its channels"));
        item *y = lince_onnx_item_of(m, n->output[i]);
        int size = (int)sizes[i], made = y->uses ? lince_import_pick(m, n, x, size, begin, 0) : 0;
        if (made < 0) return made;
        item part = *y;
        part.kind = LINCE_ONNX_NODE;
        part.node = made;
        part.rank = x->rank;
        part.last = x->last;
        *y = part;
        begin += size;
    }
    return 0;
}

int lince_onnx_take_slice(import *m, const node *n)
{
    const item *x = lince_import_input(m, n, 0);
    int64_t begin[LINCE_ONNX_LONGS], end[LINCE_ONNX_LONGS], axes[LINCE_ONNX_LONGS], steps[LINCE_ONNX_LONGS];
    int count = lince_import_numbers(m, n, 1, "starts", begin);
    if (!x || count != 1 || lince_import_numbers(m, n, 2, "ends", end) != 1)
        return lince_import_refuse(m, n, N_("expected constant bounds of one axis"));
    if (lince_import_numbers(m, n, 3, "axes", axes) < 0) axes[0] = 0;
    if (lince_import_numbers(m, n, 4, NULL, steps) < 0) steps[0] = 1;
    const lince_import_range range = {begin[0], end[0], axes[0], steps[0]};
    if (x->kind == LINCE_ONNX_NUMBERS) return lince_import_slice_numbers(m, n, x, &range);
    if (steps[0] != 1) return lince_import_refuse(m, n, N_("expected steps of one"));
    if (x->kind != LINCE_ONNX_NODE || lince_import_meaning(x, axes[0]) != 1)
        return lince_import_refuse(m, n, N_("only channels are split"));
    int channels = lince_import_shape_of(m, x).channels;
    int64_t from = lince_import_clamp(begin[0], channels), to = lince_import_clamp(end[0], channels);
    if (to <= from) return lince_import_refuse(m, n, N_("its parts are not those of its channels"));
    return lince_import_give(m, n, x, lince_import_pick(m, n, x, (int)(to - from), (int)from, 0));
}
