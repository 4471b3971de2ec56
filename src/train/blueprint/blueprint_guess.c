/* Blueprints of weights files that lince did not write, and the names of their classes. */
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "models/imagenet.h"
#include "train/blueprint/blueprint.h"
#include "weights/formats/format.h"
#include "weights/state_dict.h"
#include "weights/torch/torch.h"

#include <stdio.h>
#include <string.h>

static int new_names(lince_blueprint *b)
{
    for (int i = 0; b->names && i < b->classes; i++) lince_free(b->names[i]);
    lince_free(b->names);
    b->names = lince_alloc((size_t)b->classes, sizeof *b->names);
    return b->names ? 0 : LINCE_ENOMEM;
}

/* --- the output layer ----------------------------------------------------------------------------- */

/* The outputs that the file has for the net's output layer; 0: it has none. */
static int outputs(lince_net *net, const lince_weights *w)
{
    for (size_t n = lince_net_nodes(net) - 1; n > 0; n--) {
        const lince_layer *l = lince_net_layer(net, n);
        if (!l->head || !l->param_count) continue;
        const lince_tensor *t = lince_weights_find(w, l->params[0].name);
        return t && t->ndim == l->params[0].ndim && t->dims[0] <= 1 << 20 ? (int)t->dims[0] : 0;
    }
    return 0;
}

static int count_classes(lince_blueprint *b, const lince_weights *w, const char *path)
{
    lince_net *net;
    lince_net_options options = {.batch = 1, .threads = 1, .inference = true};
    b->classes = 2;
    LINCE_TRY(lince_blueprint_assemble(b, &options, &net));
    b->classes = outputs(net, w);
    lince_net_free(net);
    if (b->classes >= 2) return 0;
    return lince_fail(LINCE_EDATA,
                      "%s: there is no output layer of %s with two or more classes; 'lince info' lists "
                      "the file's tensors",
                      path, b->model);
}

/* --- names ---------------------------------------------------------------------------------------- */

static int imagenet_names(lince_blueprint *b)
{
    LINCE_TRY(new_names(b));
    for (int i = 0; i < b->classes; i++)
        if (!(b->names[i] = lince_imagenet_class(i))) return LINCE_ENOMEM;
    return 0;
}

/* How many of the parameters of the blueprint's network fit. */
static int rate(lince_blueprint *b, const char *name, const lince_weights *w, lince_likely *likely)
{
    lince_net_options options = {.batch = 1, .threads = 1, .inference = true};
    lince_load_options load = {0};
    lince_load_result result;
    lince_net *net;
    snprintf(b->model, sizeof b->model, "%s", name);
    b->dropout = -1;
    b->classes = 2;
    LINCE_TRY(lince_blueprint_assemble(b, &options, &net));
    int classes = outputs(net, w);
    lince_net_free(net);
    if (classes >= 2) b->classes = classes;
    LINCE_TRY(lince_blueprint_assemble(b, &options, &net));
    int code = lince_state_dict_compare(net, w, &load, &result);
    *likely = (lince_likely){name, classes, result.loaded, result.loaded + result.count};
    lince_load_result_release(&result);
    lince_net_free(net);
    return code == LINCE_EDATA ? 0 : code;
}

static int rate_known(const lince_architecture *a, const lince_weights *w, lince_likely *likely)
{
    lince_blueprint b = {0};
    int code = lince_blueprint_of(&b, lince_modality_of_model(a));
    if (!code) b.modality->publish(b.encoder, a);
    if (!code) code = rate(&b, a->name, w, likely);
    lince_blueprint_release(&b);
    return code;
}

/* The network that the file brings. */
static int rate_described(const lince_weights *w, lince_likely *likely)
{
    lince_blueprint b;
    LINCE_TRY(lince_blueprint_read(&b, w, lince_weights_format_name(w)));
    const char *name = lince_weights_metadata(w, "lince.model");
    int code = rate(&b, name, w, likely);
    lince_blueprint_release(&b);
    return code;
}

int lince_blueprint_recognise(const lince_weights *w, lince_likely *likely)
{
    const lince_architecture *a;
    *likely = (lince_likely){0};
    if (lince_weights_metadata(w, LINCE_DESCRIBED)) return rate_described(w, likely);
    const char *named = lince_weights_metadata(w, LINCE_ARCHITECTURE_KEY);
    for (size_t i = 0; (a = lince_architecture_get(i)); i++) {
        lince_likely this;
        if (!lince_modality_of_model(a)->publish || (named && strcmp(named, a->name) != 0)) continue;
        LINCE_TRY(rate_known(a, w, &this));
        if (!likely->of || this.fits * likely->of > likely->fits * this.of) *likely = this;
    }
    return 2 * likely->fits > likely->of
               ? 0
               : lince_fail(LINCE_EDATA, "the weights are of no architecture that lince knows");
}

static int guess(lince_blueprint *b, const lince_architecture *a, const lince_weights *w, const char *path,
                 lince_buffer *notes)
{
    snprintf(b->model, sizeof b->model, "%s", a->name);
    LINCE_TRY(lince_blueprint_of(b, lince_modality_of_model(a)));
    LINCE_TRY(b->modality->guess(b->encoder, a, w, path, notes));
    LINCE_TRY(count_classes(b, w, path));
    return b->classes == LINCE_IMAGENET_CLASSES && a->image_size >= 224 ? imagenet_names(b) : 0;
}

int lince_blueprint_guess(lince_blueprint *b, const char *architecture, const lince_weights *w,
                          const char *path, lince_buffer *notes)
{
    lince_likely likely;
    *b = (lince_blueprint){.dropout = -1, .loss = {.type = &lince_cross_entropy}};
    if (!architecture) {
        if (lince_blueprint_recognise(w, &likely) || likely.fits < likely.of)
            return lince_fail(LINCE_EUSAGE, "%s: does not say its architecture; name it with --model", path);
        architecture = likely.architecture;
    }
    const lince_architecture *a = lince_architecture_named(architecture);
    return a ? guess(b, a, w, path, notes) : LINCE_EUSAGE;
}

bool lince_blueprint_other_classes(const lince_blueprint *b, const lince_weights *w)
{
    const char *text = lince_weights_metadata(w, "lince.classes");
    json_t *array = NULL;
    if (text) (void)lince_json_parse(text, strlen(text), 0, &array, NULL);
    bool known = json_is_array(array), same = known && json_array_size(array) == (size_t)b->classes;
    for (int i = 0; same && b->names && i < b->classes; i++) {
        const char *name = json_string_value(json_array_get(array, (size_t)i));
        same = name && !strcmp(name, b->names[i]);
    }
    json_decref(array);
    return known && !same;
}

/* Takes the next line of *text, without its end. */
static char *next_line(char **text)
{
    char *line = *text, *end = line + strcspn(line, "\n");
    if (!*line) return NULL;
    *text = *end ? end + 1 : end;
    if (end > line && end[-1] == '\r') end--;
    *end = '\0';
    return line;
}

int lince_blueprint_read_classes(lince_blueprint *b, const char *path)
{
    enum { LARGEST = 16 << 20 };
    char *text, *rest, *line;
    size_t size;
    int count = 0, code = 0;
    LINCE_TRY(lince_file_read(path, LARGEST, &text, &size));
    code = new_names(b);
    rest = text;
    while (!code && (line = next_line(&rest))) {
        if (*line && count < b->classes && !(b->names[count] = lince_strdup(line))) code = LINCE_ENOMEM;
        count += *line != '\0';
    }
    lince_free(text);
    if (!code && count != b->classes)
        code = lince_fail(LINCE_EDATA, "%s: names, one a line: %d; classes of the model: %d", path, count,
                          b->classes);
    return code;
}
