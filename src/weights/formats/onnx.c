/* ONNX: weights, and the network that they are of. What lince exported says which architecture it is; of other
 * files a net is made of the graph (weights/onnx), which the metadata LINCE_DESCRIBED keep as "ONNX:<graph>". */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "weights/formats/format.h"
#include "weights/onnx/import.h"

#include <stdlib.h>
#include <string.h>

enum { USUAL_SIZE = 224 };

/* ir_version, a small number, then another field of a model. */
static bool recognise(const unsigned char *bytes, size_t size)
{
    static const unsigned char next[] = {0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42};
    return size > 3 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 0x40 &&
           memchr(next, bytes[2], sizeof next);
}

/* --- tensors -------------------------------------------------------------------------------------- */

static int add_tensor(lince_weights *w, const char *name, int ndim, const int64_t *dims, const float *values,
                      size_t count)
{
    lince_tensor t = {.dtype = LINCE_F32, .ndim = ndim, .data = values, .bytes = count * sizeof *values};
    memcpy(t.dims, dims, (size_t)ndim * sizeof *dims);
    return lince_weights_add(w, &t, name, strlen(name));
}

/* Its floats, in memory of the weights, once it is known that they are there. */
static int take_floats(lince_weights *w, const lince_onnx_source *s, const Lince__Onnx__Tensor *t,
                       float **values)
{
    LINCE_TRY(lince_onnx_holds(s, t));
    if (!(*values = lince_weights_own(w, lince_onnx_elements(t) * sizeof **values))) return LINCE_ENOMEM;
    return lince_onnx_read_floats(s, t, *values);
}

/* [in][out] as the file has it, to [out][in]. */
static int transpose(lince_weights *w, float **values, size_t in, size_t out)
{
    float *turned = lince_weights_own(w, in * out * sizeof *turned);
    if (!turned) return LINCE_ENOMEM;
    for (size_t i = 0; i < in; i++)
        for (size_t o = 0; o < out; o++) turned[o * in + i] = (*values)[i * out + o];
    *values = turned;
    return 0;
}

static int add_binding(lince_weights *w, const lince_onnx_source *s, const lince_onnx_binding *b)
{
    int64_t dims[4];
    size_t count = 1;
    float *values;
    for (int i = 0; i < b->ndim; i++) count *= (size_t)(dims[i] = b->dims[i]);
    if (!b->values) {
        LINCE_TRY(take_floats(w, s, b->tensor, &values));
        if (b->transposed) LINCE_TRY(transpose(w, &values, (size_t)dims[1], (size_t)dims[0]));
    } else {
        if (!(values = lince_weights_own(w, count * sizeof *values))) return LINCE_ENOMEM;
        memcpy(values, b->values, count * sizeof *values);
    }
    return add_tensor(w, b->name, b->ndim, dims, values, count);
}

/* --- files of lince's own ------------------------------------------------------------------------- */

/* Parameters are called "layer.weight"; constants of the graph "layer/constant_7". */
static int add_own(lince_weights *w, const lince_onnx_source *s)
{
    const Lince__Onnx__Graph *g = s->model->graph;
    for (size_t i = 0; i < g->n_initializer; i++) {
        const Lince__Onnx__Tensor *t = g->initializer[i];
        float *values;
        if (strchr(t->name, '/') || !strchr(t->name, '.') || t->n_dims > LINCE_MAX_DIMS) continue;
        LINCE_TRY(take_floats(w, s, t, &values));
        LINCE_TRY(add_tensor(w, t->name, (int)t->n_dims, t->dims, values, lince_onnx_elements(t)));
    }
    for (size_t i = 0; i < s->model->n_metadata_props; i++) {
        const Lince__Onnx__Pair *p = s->model->metadata_props[i];
        if (p->key && p->value) LINCE_TRY(lince_weights_add_metadata(w, p->key, p->value));
    }
    return 0;
}

/* --- files of others ------------------------------------------------------------------------------ */

static int import_into(const lince_onnx_source *s, lince_net *net, int classes, lince_weights *w)
{
    lince_onnx_import m = {.source = s, .net = net, .classes = classes};
    int code = lince_onnx_build(&m);
    for (size_t i = 0; i < m.binding_count && w && !code; i++) code = add_binding(w, s, &m.bindings[i]);
    lince_onnx_release(&m);
    return code;
}

/* Classes by their numbers: what they are called the file does not say. */
static int number_classes(lince_weights *w, int classes)
{
    char *text, name[16];
    json_t *array = json_array();
    for (int i = 0; i < classes; i++) {
        snprintf(name, sizeof name, "%d", i);
        lince_json_add(&array, lince_json_string(name));
    }
    LINCE_TRY(lince_json_text(array, JSON_COMPACT, &text));
    int code = lince_weights_add_metadata(w, "lince.classes", text);
    lince_free(text);
    return code;
}

/* What the file is called. */
static int name_model(lince_weights *w, const char *file)
{
    enum { MOST = 60 };
    const char *begin = strrchr(file, '/') ? strrchr(file, '/') + 1 : file, *end = strrchr(begin, '.');
    char name[MOST + 1];
    snprintf(name, sizeof name, "%.*s", end ? (int)(end - begin < MOST ? end - begin : MOST) : MOST, begin);
    bool usable = lince_is_name(name, strlen(name)) && *name;
    return lince_weights_add_metadata(w, "lince.model", usable ? name : "onnx");
}

static int describe(lince_weights *w, const lince_onnx_source *s, lince_shape input, int classes)
{
    lince_buffer text = {0};
    char size[32];
    snprintf(size, sizeof size, "%dx%d", input.width, input.height);
    lince_buffer_puts(&text, "ONNX:");
    int code = lince_onnx_outline(s, &text);
    if (!code) code = lince_weights_add_metadata(w, LINCE_DESCRIBED, text.data);
    lince_buffer_release(&text);
    if (!code) code = name_model(w, s->file);
    if (!code) code = lince_weights_add_metadata(w, "lince.image_size", size);
    if (!code) code = lince_weights_add_metadata(w, "lince.normalize", "imagenet");
    if (!code) code = number_classes(w, classes);
    return code;
}

static int add_others(lince_weights *w, const lince_onnx_source *s)
{
    lince_shape input;
    lince_net *net = NULL;
    lince_net_options options = {.batch = 1, .threads = 1, .inference = true, .block = 1};
    LINCE_TRY(lince_onnx_input_shape(s, &input));
    if (input.channels != 3 && input.channels)
        return lince_fail(LINCE_EUNSUPPORTED, "%s: channels of its input: %d; pictures have 3", s->file,
                          input.channels);
    input.channels = 3;
    if (!input.height) input.height = USUAL_SIZE;
    if (!input.width) input.width = input.height;
    int code = lince_net_new(&net, input, &options);
    if (!code) code = import_into(s, net, 0, w);
    if (!code) code = describe(w, s, input, lince_net_classes(net));
    if (!code)
        lince_buffer_printf(
            &w->notes,
            _("%s: it does not say how pictures are normalised, nor what its classes are called: as ImageNet's, and by their numbers\n"),
            s->file);
    lince_net_free(net);
    return code;
}

static int parse(lince_weights *w, const void *bytes, size_t size, const char *file)
{
    lince_onnx_source s;
    int code = lince_onnx_open(&s, bytes, size, file);
    if (!code) code = lince_onnx_said(&s, "lince.model") ? add_own(w, &s) : add_others(w, &s);
    lince_onnx_close(&s);
    return code;
}

static int build(lince_net *net, const char *description, const lince_classifier *classifier)
{
    lince_onnx_source s;
    int code = lince_onnx_open_outline(&s, description);
    if (!code) code = import_into(&s, net, classifier->classes, NULL);
    lince_onnx_close(&s);
    return code ? code : (int)lince_net_nodes(net) - 1;
}

const lince_weights_format lince_onnx_format = {
    .name = "ONNX", .recognise = recognise, .parse = parse, .build = build};
