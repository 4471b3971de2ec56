/* Whole numbers in tables of rows: what PyTorch computes the zeros around a map with, from the last axis to the first. */
#include "core/error.h"
#include "core/i18n.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

static size_t rows_of(const item *x)
{
    return x->columns ? x->count / x->columns : x->count;
}

static size_t columns_of(const item *x)
{
    return x->columns ? x->columns : 1;
}

int lince_onnx_take_constant_of_shape(import *m, const node *n)
{
    const item *size = lince_import_input(m, n, 0);
    const Lince__Onnx__Attribute *value = lince_import_attribute(n, "value");
    int64_t out[LINCE_ONNX_LONGS] = {0}, all = 0;
    if (!size || size->kind != LINCE_ONNX_NUMBERS || size->count != 1 || size->longs[0] < 0 ||
        size->longs[0] > LINCE_ONNX_LONGS)
        return lince_import_refuse(m, n, N_("expected a few numbers that shapes are computed with"));
    if (value && value->t) {
        if (lince_onnx_elements(value->t) != 1 || value->t->data_type != LINCE__ONNX__TENSOR__TYPE__INT64)
            return lince_import_refuse(m, n, N_("expected a few numbers that shapes are computed with"));
        LINCE_TRY(lince_onnx_read_longs(m->source, value->t, &all));
    }
    for (int64_t i = 0; i < size->longs[0]; i++) out[i] = all;
    return lince_import_give_numbers(m, n, (size_t)size->longs[0], out, false);
}

int lince_import_reshape_numbers(import *m, const node *n, const item *x, int count, const int64_t *to)
{
    size_t columns = count == 2 && to[1] > 0 ? (size_t)to[1] : 0;
    if (count > 2 || (count == 2 && (!columns || x->count % columns)))
        return lince_import_refuse(m, n, N_("shapes that do not fit each other"));
    LINCE_TRY(lince_import_give_numbers(m, n, x->count, x->longs, count == 0));
    lince_import_output(m, n)->columns = columns;
    return 0;
}

int lince_import_slice_numbers(import *m, const node *n, const item *x, const lince_import_range *range)
{
    size_t rows = rows_of(x), columns = columns_of(x), count = 0;
    int64_t out[LINCE_ONNX_LONGS], from = lince_import_clamp(range->begin, (int64_t)rows),
                                   to = lince_import_clamp(range->end, (int64_t)rows);
    bool reversed = range->step == -1 && range->begin == -1 && range->end < -(int64_t)rows;
    if (range->axis != 0 || (range->step != 1 && !reversed))
        return lince_import_refuse(m, n, N_("expected steps of one"));
    if (reversed) from = 0, to = (int64_t)rows;
    for (int64_t i = from; i < to; i++)
        for (size_t c = 0; c < columns; c++)
            out[count++] = x->longs[(size_t)(reversed ? to - 1 - i : i) * columns + c];
    LINCE_TRY(lince_import_give_numbers(m, n, count, out, false));
    lince_import_output(m, n)->columns = x->columns;
    return 0;
}

int lince_import_transpose_numbers(import *m, const node *n, const item *x)
{
    size_t rows = rows_of(x), columns = columns_of(x);
    int64_t out[LINCE_ONNX_LONGS];
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) out[c * rows + r] = x->longs[r * columns + c];
    LINCE_TRY(lince_import_give_numbers(m, n, x->count, out, false));
    lince_import_output(m, n)->columns = rows;
    return 0;
}
