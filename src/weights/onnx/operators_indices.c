/* What is looked up by number: sizes among those of a shape; and all values of a map in their order, which is the map as it was. PyTorch's
 * newer exporter writes that of `as_strided`: the map with its samples as one list, [n c h w], and the number of each value in it,
 * a tensor where the samples are counted, else  sample * (c h w) + number within the sample. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

/* 0, 1, ... : the samples' numbers. */
int lince_onnx_take_range(import *m, const node *n)
{
    const item *part[3];
    for (size_t i = 0; i < 3; i++) {
        part[i] = lince_import_input(m, n, i);
        if (!part[i] || part[i]->kind != LINCE_ONNX_NUMBERS || part[i]->count != 1)
            return lince_import_refuse(m, n, N_("expected numbers that shapes are computed with"));
    }
    if (part[0]->longs[0] != 0 || part[1]->longs[0] != -1 || part[2]->longs[0] != 1)
        return lince_import_refuse(m, n, N_("only the samples are counted"));
    item *y = lince_import_output(m, n);
    y->kind = LINCE_ONNX_INDICES;
    y->each = 1;
    return 0;
}

static bool is_zero(const import *m, const tensor *t)
{
    int64_t value;
    return lince_onnx_elements(t) == 1 && !lince_onnx_read_longs(m->source, t, &value) && value == 0;
}

/* The sum of x and a constant; all are 0 but one. */
static int add_first(import *m, const node *n, const item *x, const tensor *t)
{
    if (!t || (x->tensor && !is_zero(m, t)))
        return lince_import_refuse(m, n, N_("indices are not computed like that"));
    const tensor *first = x->tensor ? x->tensor : is_zero(m, t) ? NULL : t;
    int64_t each = x->each;
    item *y = lince_import_output(m, n);
    y->kind = LINCE_ONNX_INDICES;
    y->each = each;
    y->tensor = first;
    return 0;
}

int lince_import_indices_arithmetic(import *m, const node *n)
{
    size_t which = lince_import_input(m, n, 0)->kind == LINCE_ONNX_INDICES ? 0 : 1;
    const item *x = lince_import_input(m, n, which), *other = lince_import_input(m, n, 1 - which);
    if (*n->op_type == 'A') return add_first(m, n, x, lince_import_constant(m, n, 1 - which));
    if (*n->op_type != 'M' || x->tensor || other->kind != LINCE_ONNX_NUMBERS || other->count != 1 ||
        other->longs[0] < 1 || x->each > LINCE_IMPORT_LARGEST / other->longs[0])
        return lince_import_refuse(m, n, N_("indices are not computed like that"));
    int64_t each = x->each * other->longs[0];
    item *y = lince_import_output(m, n);
    y->kind = LINCE_ONNX_INDICES;
    y->each = each;
    return 0;
}

/* Whether a tensor holds 0, 1, ...; of an outline it was looked at before. */
static int counts_up(const import *m, const tensor *t, bool *does)
{
    size_t count = lince_onnx_elements(t);
    *does = true;
    if (m->source->is_outline && count > LINCE_ONNX_SMALL) return 0;
    LINCE_TRY(lince_onnx_holds(m->source, t));
    int64_t *values = lince_alloc(count, sizeof *values);
    int code = values ? lince_onnx_read_longs(m->source, t, values) : LINCE_ENOMEM;
    for (size_t i = 0; i < count && !code; i++) *does &= values[i] == (int64_t)i;
    lince_free(values);
    return code;
}

/* [samples][c][h][w] of a map. */
static bool is_shaped(const tensor *t, lince_shape s)
{
    return t->n_dims == 4 && t->dims[0] > 0 && t->dims[1] == s.channels && t->dims[2] == s.height &&
           t->dims[3] == s.width;
}

static int gather_map(import *m, const node *n, const item *x, const item *at)
{
    lince_shape s = lince_import_shape_of(m, x);
    const tensor *t = at->tensor;
    bool each = at->kind == LINCE_ONNX_INDICES, fits = x->rank == 1 && t && is_shaped(t, s);
    if (fits && each) fits = t->dims[0] == 1 && at->each == (int64_t)lince_shape_elements(s);
    if (fits) LINCE_TRY(counts_up(m, t, &fits));
    return fits ? lince_import_give_rank(m, n, x, x->node, 4)
                : lince_import_refuse(m, n, N_("only numbers of shapes are looked up"));
}

int lince_onnx_take_gather(import *m, const node *n)
{
    const item *x = lince_import_input(m, n, 0), *at = lince_import_input(m, n, 1);
    int64_t out[LINCE_ONNX_LONGS];
    if (x && at && x->kind == LINCE_ONNX_NODE) return gather_map(m, n, x, at);
    if (!x || !at || x->kind != LINCE_ONNX_NUMBERS || at->kind != LINCE_ONNX_NUMBERS)
        return lince_import_refuse(m, n, N_("only numbers of shapes are looked up"));
    for (size_t i = 0; i < at->count; i++) {
        int64_t k = at->longs[i] < 0 ? at->longs[i] + (int64_t)x->count : at->longs[i];
        if (k < 0 || k >= (int64_t)x->count)
            return lince_import_refuse(m, n, N_("shapes that do not fit each other"));
        out[i] = x->longs[k];
    }
    return lince_import_give_numbers(m, n, at->count, out, at->scalar);
}
