#include "weights/state_dict.h"
#include "core/display.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "weights/formats/safetensors.h"

#include <inttypes.h>
#include <stdio.h>

/* A parameter as a tensor. Values in PyTorch's order already are borrowed for as long as the access lasts;
 * others are copied into *copy. */
static int as_tensor(const lince_param *p, lince_tensor *t, lince_access *value, void **copy)
{
    size_t elements = lince_param_elements(p);
    LINCE_TRY(lince_access_read(value, p->device, p->value, p->size * sizeof *p->value));
    *t = (lince_tensor){
        .name = p->name, .ndim = p->ndim, .data = value->host, .bytes = elements * sizeof(float)};
    for (int i = 0; i < p->ndim; i++) t->dims[i] = p->dims[i];
    *copy = NULL;
    if (lince_param_is_whole_number(p)) {
        int64_t *whole = *copy = lince_alloc(elements, sizeof *whole);
        if (!whole) return LINCE_ENOMEM;
        for (size_t i = 0; i < elements; i++)
            whole[i] = p->constant ? p->constant(p->layout, i) : (int64_t)((const float *)value->host)[i];
        t->dtype = LINCE_I64;
        t->bytes = elements * sizeof *whole;
    } else if (p->int8) {
        float *numbers = *copy = lince_alloc(elements, sizeof *numbers);
        if (!numbers) return LINCE_ENOMEM;
        lince_param_export(p, value->host, numbers);
        for (size_t i = 0; i < elements; i++)
            ((int8_t *)numbers)[i] = (int8_t)numbers[i]; /* behind it none is read again */
        t->dtype = LINCE_I8;
        t->bytes = elements;
    } else if (p->place || p->copies > 1) {
        if (!(*copy = lince_alloc(elements, sizeof(float)))) return LINCE_ENOMEM;
        lince_param_export(p, value->host, *copy);
    }
    if (!*copy) return 0;
    t->data = *copy;
    lince_access_end(value);
    return 0;
}

int lince_state_dict_save(const lince_net *net, const char *folder, const char *name,
                          const lince_metadata *metadata, size_t metadata_count)
{
    size_t count = lince_net_params(net);
    lince_tensor *tensors = lince_alloc(count + 1, sizeof *tensors);
    lince_access *values = lince_alloc(count + 1, sizeof *values);
    void **copies = lince_alloc(count + 1, sizeof *copies);
    int code = tensors && values && copies ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < count && !code; i++)
        code = as_tensor(lince_net_param(net, i), &tensors[i], &values[i], &copies[i]);
    if (!code) code = lince_safetensors_write_in(folder, name, tensors, count, metadata, metadata_count);
    for (size_t i = 0; values && i < count; i++) lince_access_end(&values[i]);
    for (size_t i = 0; copies && i < count; i++) lince_free(copies[i]);
    lince_free(copies);
    lince_free(values);
    lince_free(tensors);
    return code;
}

/* --- comparing ------------------------------------------------------------------------------------ */

static const char *const names[LINCE_DIFFERENCE_KINDS] = {[LINCE_REPLACED] = N_("replaced"),
                                                          [LINCE_MISSING] = N_("missing"),
                                                          [LINCE_MISSHAPED] = N_("of another shape"),
                                                          [LINCE_UNEXPECTED] = N_("unexpected")};

const char *lince_difference_name(lince_difference_kind kind)
{
    return names[kind];
}

void lince_load_result_release(lince_load_result *result)
{
    lince_free(result->differences);
    *result = (lince_load_result){0};
}

static void put_difference(lince_buffer *out, const lince_difference *d)
{
    lince_buffer_printf(out, "%s: %s", _(names[d->kind]), d->name);
    if (*d->in_file && *d->in_net)
        lince_buffer_printf(out, _(": %s in the file, %s in the model"), d->in_file, d->in_net);
    lince_buffer_puts(out, "\n");
}

void lince_load_result_text(const lince_load_result *result, lince_buffer *out)
{
    for (size_t i = 0; i < result->count; i++) put_difference(out, &result->differences[i]);
}

/* "[64, 3, 3, 3]"; with the type where it is none that a parameter can have. */
static void shape_text(char out[96], const lince_tensor *t, bool type)
{
    int n = snprintf(out, 96, "%s[", type ? lince_dtype_name(t->dtype) : "");
    for (int i = 0; i < t->ndim && n < 70; i++)
        n += snprintf(out + n, 96 - (size_t)n, "%s%" PRId64, i ? ", " : "", t->dims[i]);
    snprintf(out + n, 96 - (size_t)n, "]");
}

static int add_difference(lince_load_result *r, lince_difference_kind kind, const lince_tensor *in_file,
                          const lince_param *in_net)
{
    LINCE_TRY(lince_grow(&r->differences, &r->capacity, r->count + 1, sizeof *r->differences));
    lince_difference *d = &r->differences[r->count++];
    d->kind = kind;
    lince_name_for_display(d->name, sizeof d->name, in_net ? in_net->name : in_file ? in_file->name : "");
    r->of_kind[kind]++;
    if (in_file) shape_text(d->in_file, in_file, in_net && !lince_dtype_is_real(in_file->dtype));
    if (in_net) {
        lince_tensor t = {.ndim = in_net->ndim};
        for (int i = 0; i < t.ndim; i++) t.dims[i] = in_net->dims[i];
        shape_text(d->in_net, &t, false);
    }
    return 0;
}

static bool fits(const lince_param *p, const lince_tensor *t)
{
    bool kind =
        p->int8 ? t->dtype == LINCE_I8 : lince_param_is_whole_number(p) || lince_dtype_is_real(t->dtype);
    bool same = p->ndim == t->ndim && kind;
    for (int i = 0; same && i < p->ndim; i++) same = p->dims[i] == t->dims[i];
    return same;
}

/* Filters that see an input of one channel where the file's see several: to a net that was shown a map as each of its
 * channels they would answer with the sum over them. */
static bool sums(const lince_layer *l, const lince_param *p, const lince_tensor *t)
{
    bool filters = p->ndim == 4 && t->ndim == 4 && lince_dtype_is_real(t->dtype) && l->type->filters &&
                   l->in[0].channels == 1;
    return filters && p->dims[1] == 1 && t->dims[1] > 1 && t->dims[1] <= 4 && p->dims[0] == t->dims[0] &&
           p->dims[2] == t->dims[2] && p->dims[3] == t->dims[3];
}

static bool loads(const lince_layer *l, const lince_param *p, const lince_tensor *t)
{
    return fits(p, t) || sums(l, p, t);
}

/* The layer that has an output for each class: the last one of the head. */
static bool is_output(lince_net *net, const lince_layer *l)
{
    for (size_t n = lince_net_nodes(net) - 1; n > 0; n--)
        if (lince_net_layer(net, n)->head) return lince_net_layer(net, n) == l;
    return false;
}

/* A layer of the head is replaced as a whole: where it does not fit, and the output for other classes. */
static bool replaced(lince_net *net, const lince_layer *l, const lince_weights *weights,
                     const lince_load_options *options)
{
    bool change = options->new_head && is_output(net, l);
    for (int i = 0; l->head && i < l->param_count; i++) {
        const lince_tensor *t = lince_weights_find(weights, l->params[i].name);
        if (!t) return false;
        change |= !fits(&l->params[i], t);
    }
    return change;
}

/* The tensor that a parameter is loaded from; NULL: from none. */
static const lince_tensor *source(lince_net *net, const lince_layer *l, const lince_param *p,
                                  const lince_weights *weights, const lince_load_options *options)
{
    const lince_tensor *t = lince_weights_find(weights, p->name);
    return t && loads(l, p, t) && !replaced(net, l, weights, options) ? t : NULL;
}

static int compare_layer(lince_net *net, const lince_layer *l, const lince_weights *weights,
                         const lince_load_options *options, lince_load_result *r)
{
    bool new = replaced(net, l, weights, options);
    for (int i = 0; i < l->param_count; i++) {
        const lince_param *p = &l->params[i];
        const lince_tensor *t = lince_weights_find(weights, p->name);
        if (new)
            LINCE_TRY(add_difference(r, LINCE_REPLACED, t, p));
        else if (!t && !lince_param_is_whole_number(p))
            LINCE_TRY(add_difference(r, LINCE_MISSING, t, p));
        else if (t && !loads(l, p, t))
            LINCE_TRY(add_difference(r, LINCE_MISSHAPED, t, p));
        else {
            r->loaded += t != NULL;
            if (t && sums(l, p, t)) r->summed = (int)t->dims[1];
        }
    }
    return 0;
}

/* Tensors of the file that no parameter of the net is named after, and that it does not do without. */
static int find_unexpected(lince_net *net, const lince_weights *weights, lince_load_result *r)
{
    size_t count = lince_weights_count(weights);
    bool *known = lince_alloc(count + 1, sizeof *known);
    if (!known) return LINCE_ENOMEM;
    for (size_t n = 1; n < lince_net_nodes(net); n++) {
        const lince_layer *l = lince_net_layer(net, n);
        for (int i = 0; i < l->param_count; i++) {
            const lince_tensor *t = lince_weights_find(weights, l->params[i].name);
            if (t) known[t - lince_weights_at(weights, 0)] = true;
        }
    }
    int code = 0;
    for (size_t i = 0; i < count && !code; i++)
        if (!known[i] && !lince_net_leaves_out(net, lince_weights_at(weights, i)->name))
            code = add_difference(r, LINCE_UNEXPECTED, lince_weights_at(weights, i), NULL);
    lince_free(known);
    return code;
}

/* What the options do not allow, with the first differences. */
static int judge(const lince_load_result *r, const lince_weights *weights, const lince_load_options *options)
{
    enum { LISTED = 6 };
    lince_buffer text = {0};
    bool unfilled = r->count > r->of_kind[LINCE_UNEXPECTED];
    if (!r->loaded)
        return lince_fail(LINCE_EDATA, "no tensor of the file fits the model (tensors: %zu)",
                          lince_weights_count(weights));
    if (!(options->strict && r->count) && !(options->whole && unfilled)) return 0;
    for (size_t i = 0; i < r->count && i < LISTED; i++) put_difference(&text, &r->differences[i]);
    if (r->count > LISTED) lince_buffer_puts(&text, "...\n");
    int code = lince_fail(LINCE_EDATA,
                          "parameters that fit: %zu; replaced: %zu; missing: %zu; of another shape: %zu; "
                          "unexpected: %zu:\n%.*s",
                          r->loaded, r->of_kind[LINCE_REPLACED], r->of_kind[LINCE_MISSING],
                          r->of_kind[LINCE_MISSHAPED], r->of_kind[LINCE_UNEXPECTED],
                          text.size ? (int)text.size - 1 : 0, text.data ? text.data : "");
    lince_buffer_release(&text);
    return code;
}

int lince_state_dict_compare(lince_net *net, const lince_weights *weights, const lince_load_options *options,
                             lince_load_result *result)
{
    *result = (lince_load_result){0};
    for (size_t n = 1; n < lince_net_nodes(net); n++)
        LINCE_TRY(compare_layer(net, lince_net_layer(net, n), weights, options, result));
    LINCE_TRY(find_unexpected(net, weights, result));
    return judge(result, weights, options);
}

/* --- loading -------------------------------------------------------------------------------------- */

typedef struct copying {
    const lince_param *param;
    float *value; /* the host's */
    const lince_tensor *tensor;
    size_t row; /* elements: all but the first dimension */
    int code;
} copying;

/* Rows begin..end of the parameter's first dimension. */
static void copy_rows(void *context, size_t begin, size_t end)
{
    copying *c = context;
    const lince_tensor *t = c->tensor;
    size_t count = (end - begin) * c->row, first = begin * c->row;
    const float *rows = lince_tensor_floats_in_place(t);
    if (rows) {
        lince_param_import_rows(c->param, rows + first, c->value, begin, end);
        return;
    }
    float *converted = lince_alloc(count, sizeof *converted);
    if (!converted) {
        c->code = LINCE_ENOMEM;
        return;
    }
    lince_tensor_floats(t, first, count, converted);
    lince_param_import_rows(c->param, converted, c->value, begin, end);
    lince_free(converted);
}

static int load_param(const lince_exec *exec, lince_param *p, const lince_tensor *t, bool map)
{
    enum {
        PIECE = 1 << 18
    }; /* elements: some milliseconds of work, and little memory for what is converted */
    if (p->constant) return 0;
    const float *in_place = lince_tensor_floats_in_place(t);
    size_t elements = lince_param_elements(p), rows = p->ndim ? (size_t)p->dims[0] : 1;
    if (map && exec->device->host && in_place && lince_param_is_plain(p)) {
        p->value = (float *)in_place;
        return 0;
    }
    lince_access value;
    LINCE_TRY(lince_access_change(&value, exec->device, p->value, p->size * sizeof *p->value));
    copying c = {p, value.host, t, elements / rows, 0};
    size_t grain = c.row < PIECE ? (PIECE / c.row + 15) / 16 * 16 : 1; /* whole blocks of channels */
    lince_parallel_ranges(exec->threads, rows, grain, copy_rows, &c);
    lince_access_end(&value);
    return c.code ? lince_fail(LINCE_ENOMEM, "%s: out of memory for its conversion", p->name) : 0;
}

/* [o][c][h][w] of the file, summed over c. */
static int load_sum(const lince_exec *exec, lince_param *p, const lince_tensor *t)
{
    size_t filters = (size_t)t->dims[0], channels = (size_t)t->dims[1],
           places = (size_t)(t->dims[2] * t->dims[3]);
    float *theirs = lince_alloc(filters * channels * places, sizeof *theirs),
          *sum = lince_alloc(filters * places, sizeof *sum);
    lince_access value;
    int code = theirs && sum ? 0 : LINCE_ENOMEM;
    if (!code) code = lince_access_change(&value, exec->device, p->value, p->size * sizeof *p->value);
    if (!code) {
        lince_tensor_floats(t, 0, filters * channels * places, theirs);
        for (size_t i = 0; i < filters * channels * places; i++)
            sum[i / (channels * places) * places + i % places] += theirs[i];
        lince_param_import_rows(p, sum, value.host, 0, filters);
        lince_access_end(&value);
    }
    lince_free(theirs);
    lince_free(sum);
    return code;
}

int lince_state_dict_load(lince_net *net, const lince_weights *weights, const lince_load_options *options,
                          lince_load_result *result)
{
    LINCE_TRY(lince_state_dict_compare(net, weights, options, result));
    for (size_t n = 1; n < lince_net_nodes(net); n++) {
        lince_layer *l = lince_net_layer(net, n);
        for (int i = 0; i < l->param_count; i++) {
            const lince_tensor *t = source(net, l, &l->params[i], weights, options);
            if (t && sums(l, &l->params[i], t))
                LINCE_TRY(load_sum(lince_net_exec(net), &l->params[i], t));
            else if (t)
                LINCE_TRY(load_param(lince_net_exec(net), &l->params[i], t, options->map));
            l->params[i].loaded = t != NULL;
        }
    }
    return 0;
}
