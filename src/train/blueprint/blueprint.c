#include "train/blueprint/blueprint.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "metrics/temperature.h"
#include "models/published.h"
#include "weights/formats/format.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lince_blueprint_release(lince_blueprint *b)
{
    for (int i = 0; b->names && i < b->classes; i++) lince_free(b->names[i]);
    lince_free(b->names);
    lince_free(b->described);
    lince_encoder_release(&b->encoder);
    *b = (lince_blueprint){0};
}

int lince_blueprint_head(lince_blueprint *b, const char *text)
{
    b->head_given = text && *text;
    b->head_count = 0;
    if (b->head_given && !strcmp(text, "none")) return 0;
    for (const char *at = text; at && *at;) {
        char *end;
        long width = strtol(at, &end, 10);
        if (end == at || width < 1 || width > 1 << 20 || (*end && *end != ',') ||
            b->head_count == LINCE_HEAD_MAX)
            return lince_fail(LINCE_EUSAGE, "--head %s: expected none or up to %d widths, like 4096,2048",
                              text, LINCE_HEAD_MAX);
        b->head[b->head_count++] = (int)width;
        at = *end ? end + 1 : end;
    }
    return 0;
}

static const struct {
    const char *name;
    float mean[3], std[3];
} known[] = {
    {"imagenet", {0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}},      /* torchvision's models */
    {"cifar10", {0.4914f, 0.4822f, 0.4465f}, {0.2470f, 0.2435f, 0.2616f}}, /* of its training part */
    {"none", {0, 0, 0}, {1, 1, 1}},
};

int lince_normalize_parse(const char *text, float mean[3], float std[3])
{
    if (!strcmp(text, "auto") || !strcmp(text, "measured")) return 1;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].name, text)) {
            memcpy(mean, known[i].mean, sizeof known[i].mean);
            memcpy(std, known[i].std, sizeof known[i].std);
            return 0;
        }
    int end = 0;
    if (sscanf(text, "%f,%f,%f:%f,%f,%f%n", &mean[0], &mean[1], &mean[2], &std[0], &std[1], &std[2], &end) ==
            6 &&
        !text[end] && std[0] > 0 && std[1] > 0 && std[2] > 0)
        return 0;
    return lince_fail(LINCE_EUSAGE,
                      "--normalize %s: expected auto, measured, imagenet, cifar10, none or "
                      "mean,mean,mean:std,std,std",
                      text);
}

bool lince_normalise_alike(const lince_transform *a, const lince_transform *b)
{
    for (int c = 0; c < 3; c++)
        if (a->mean[c] != b->mean[c] || a->std[c] != b->std[c]) return false;
    return true;
}

static int discard_if(int code, lince_net **net)
{
    if (code) {
        lince_net_free(*net);
        *net = NULL;
    }
    return code;
}

/* Of lince's architectures, or as the file describes it; which lives as long as the blueprint. */
static int architecture_of(const lince_blueprint *b, lince_architecture *a)
{
    const lince_architecture *own = b->described ? NULL : lince_architecture_named(b->model);
    if (!b->described && !own) return LINCE_EUSAGE;
    *a = own ? *own : lince_described_architecture(b->described, b->model, b->transform.height);
    return 0;
}

int lince_blueprint_assemble(const lince_blueprint *b, const lince_net_options *options, lince_net **net)
{
    lince_architecture a;
    *net = NULL;
    LINCE_TRY(architecture_of(b, &a));
    lince_architecture_options wanted = {.classes = b->classes,
                                         .text = b->text,
                                         .head = b->head_given ? b->head : NULL,
                                         .head_count = b->head_count,
                                         .dropout = b->dropout,
                                         .stochastic_depth = b->stochastic_depth};
    lince_shape input = {3, b->transform.height, b->transform.width, 1};
    lince_net_options planned = *options;
    if (!a.image_size) {
        input = (lince_shape){1, b->text.max_tokens, 1, 1};
        planned.sequences = true;
        planned.read_padding = b->text.read_padding;
    }
    int code = lince_net_new(net, input, &planned);
    if (!code) code = lince_architecture_build(&a, *net, &wanted);
    return discard_if(code, net);
}

int lince_blueprint_build(const lince_blueprint *b, const lince_net_options *options, lince_net **net)
{
    LINCE_TRY(lince_blueprint_assemble(b, options, net));
    return discard_if(lince_net_prepare(*net), net);
}

/* --- as metadata ---------------------------------------------------------------------------------- */

static int put_names(const lince_blueprint *b, lince_blueprint_texts *texts)
{
    char *text;
    json_t *array = json_array();
    for (int i = 0; i < b->classes; i++) lince_json_add(&array, lince_json_string(b->names[i]));
    LINCE_TRY(lince_json_text(array, JSON_COMPACT, &text));
    return lince_blueprint_put(texts, "lince.classes", text);
}

int lince_blueprint_put(lince_blueprint_texts *texts, const char *key, char *value)
{
    if (!value) return lince_fail(LINCE_ENOMEM, "out of memory for the model's description");
    assert(texts->count < LINCE_BLUEPRINT_METADATA);
    texts->list[texts->count++] = (lince_metadata){key, value};
    return 0;
}

static int put(lince_blueprint_texts *texts, const char *key, const char *value)
{
    return lince_blueprint_put(texts, key, lince_strdup(value));
}

static int write_pictures(const lince_blueprint *b, lince_blueprint_texts *texts)
{
    char size[32], resize[16], numbers[160], range[LINCE_RANGE_MAX];
    const lince_transform *t = &b->transform;
    snprintf(size, sizeof size, "%dx%d", t->width, t->height);
    snprintf(numbers, sizeof numbers, "%.9g,%.9g,%.9g:%.9g,%.9g,%.9g", (double)t->mean[0], (double)t->mean[1],
             (double)t->mean[2], (double)t->std[0], (double)t->std[1], (double)t->std[2]);
    snprintf(resize, sizeof resize, "%d", t->resize);
    lince_range_print(range, &b->range);
    LINCE_TRY(put(texts, "lince.image_size", size));
    LINCE_TRY(put(texts, "lince.fit", lince_fit_name(t->fit)));
    LINCE_TRY(put(texts, "lince.resize", resize));
    LINCE_TRY(put(texts, "lince.interpolation", lince_interpolation_name(t->interpolation)));
    LINCE_TRY(put(texts, "lince.range", range));
    return put(texts, "lince.normalize", numbers);
}

int lince_blueprint_write(const lince_blueprint *b, lince_blueprint_texts *texts)
{
    char head[128], dropout[32], temperature[32], loss[LINCE_LOSS_TEXT];
    *texts = (lince_blueprint_texts){0};
    snprintf(head, sizeof head, "%s", b->head_given && !b->head_count ? "none" : "");
    for (int i = 0; i < b->head_count; i++)
        snprintf(head + strlen(head), sizeof head - strlen(head), "%s%d", i ? "," : "", b->head[i]);
    snprintf(dropout, sizeof dropout, "%.9g", b->dropout);
    LINCE_TRY(put(texts, "lince.model", b->model));
    if (b->described) LINCE_TRY(put(texts, LINCE_DESCRIBED, b->described));
    LINCE_TRY(put(texts, "lince.head", head));
    LINCE_TRY(put(texts, "lince.dropout", dropout));
    LINCE_TRY(put(texts, "format", "pt"));
    snprintf(temperature, sizeof temperature, "%.9g", b->temperature);
    if (b->temperature > 0) LINCE_TRY(put(texts, "lince.temperature", temperature));
    lince_loss_print(&b->loss, loss);
    if (b->loss.type != &lince_cross_entropy) LINCE_TRY(put(texts, "lince.loss", loss));
    LINCE_TRY(put_names(b, texts));
    return lince_blueprint_is_text(b) ? lince_blueprint_write_text(b, texts) : write_pictures(b, texts);
}

void lince_blueprint_texts_release(lince_blueprint_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) lince_free((char *)(size_t)texts->list[i].value);
    *texts = (lince_blueprint_texts){0};
}

bool lince_blueprint_is_text(const lince_blueprint *b)
{
    return b->encoder.splitter != NULL;
}

static int read_names(lince_blueprint *b, const char *text, const char *path)
{
    json_t *array;
    int code = lince_json_parse(text, strlen(text), 0, &array, NULL);
    if (code == LINCE_ENOMEM) return code;
    size_t count = json_array_size(array);
    code = count >= 2 && count <= 1 << 20
               ? 0
               : lince_fail(LINCE_EDATA, "%s: its metadata 'lince.classes' is not a list of classes", path);
    if (!code && !(b->names = lince_alloc(count, sizeof *b->names))) code = LINCE_ENOMEM;
    for (size_t i = 0; i < count && !code; i++) {
        const char *name = json_string_value(json_array_get(array, i));
        b->names[i] = lince_strdup(name ? name : "?");
        b->classes = (int)i + 1;
        if (!b->names[i]) code = LINCE_ENOMEM;
    }
    json_decref(array);
    return code;
}

/* Files of lince 0.1 have none of this: they were made with what is usual. */
static int read_fit(lince_blueprint *b, const lince_weights *w, const char *path)
{
    lince_transform *t = &b->transform;
    const char *resize = lince_weights_metadata(w, "lince.resize"),
               *range = lince_weights_metadata(w, "lince.range");
    int code = lince_transform_set(t, lince_weights_metadata(w, "lince.fit"),
                                   resize ? (int)strtol(resize, NULL, 10) : 0,
                                   lince_weights_metadata(w, "lince.interpolation"));
    if (!code) code = lince_transform_check(t);
    if (!code && range) code = lince_range_parse(range, &b->range);
    return code ? lince_fail_in(LINCE_EDATA, path) : 0;
}

static int read_pictures(lince_blueprint *b, const lince_weights *w, const char *path)
{
    const char *size = lince_weights_metadata(w, "lince.image_size"),
               *normalize = lince_weights_metadata(w, "lince.normalize");
    lince_transform *t = &b->transform;
    if (sscanf(size, "%dx%d", &t->width, &t->height) != 2 || t->width < 1 || t->height < 1 ||
        t->width > 4096 || t->height > 4096)
        return lince_fail(LINCE_EDATA,
                          "%s: its metadata 'lince.image_size' is '%.40s'; expected WIDTHxHEIGHT", path,
                          size);
    LINCE_TRY(read_fit(b, w, path));
    snprintf(b->normalize, sizeof b->normalize, "%s", normalize);
    return lince_normalize_parse(normalize, t->mean, t->std);
}

int lince_blueprint_pictures(lince_blueprint *b, const lince_architecture *a, const lince_weights *w,
                             const char *path)
{
    const char *normalize = lince_weights_metadata(w, "normalize");
    if (lince_weights_metadata(w, "lince.image_size") && lince_weights_metadata(w, "lince.normalize"))
        return read_pictures(b, w, path);
    const lince_published *set = lince_published_named(a->name, path);
    b->transform = (lince_transform){.width = a->image_size,
                                     .height = a->image_size,
                                     .resize = set ? set->resize : a->resize,
                                     .interpolation = a->bicubic ? LINCE_BICUBIC : LINCE_BILINEAR};
    snprintf(b->normalize, sizeof b->normalize, "%s", normalize ? normalize : "imagenet");
    return lince_normalize_parse(b->normalize, b->transform.mean, b->transform.std);
}

double lince_blueprint_temperature(const lince_weights *w)
{
    const char *text = lince_weights_metadata(w, "lince.temperature");
    double t = text ? strtod(text, NULL) : 0;
    return t >= LINCE_TEMPERATURE_LEAST && t <= LINCE_TEMPERATURE_MOST ? t : 0;
}

static int read_all(lince_blueprint *b, const lince_weights *w, const char *path)
{
    const char *head = lince_weights_metadata(w, "lince.head"),
               *dropout = lince_weights_metadata(w, "lince.dropout"),
               *loss = lince_weights_metadata(w, "lince.loss"), /* where it is another than usual */
                   *described = lince_weights_metadata(w, LINCE_DESCRIBED);
    bool texts = lince_weights_metadata(w, "lince.text") != NULL;
    LINCE_TRY(texts ? lince_blueprint_read_text(b, w, path) : read_pictures(b, w, path));
    if (head) LINCE_TRY(lince_blueprint_head(b, head));
    if (described && !(b->described = lince_strdup(described))) return LINCE_ENOMEM;
    if (loss && lince_loss_parse(&b->loss, loss)) return lince_fail_in(LINCE_EDATA, path);
    if (dropout) b->dropout = strtod(dropout, NULL);
    b->temperature = lince_blueprint_temperature(w);
    return read_names(b, lince_weights_metadata(w, "lince.classes"), path);
}

int lince_blueprint_read(lince_blueprint *b, const lince_weights *w, const char *path)
{
    *b = (lince_blueprint){.dropout = -1, .loss = {.type = &lince_cross_entropy}};
    static const char *const pictures[] = {"lince.image_size", "lince.normalize"}, *const texts[] = {
                                                                                       "lince.text",
                                                                                       "lince.vocabulary"};
    const char *model = lince_weights_metadata(w, "lince.model");
    bool whole = model && lince_weights_metadata(w, "lince.classes"), as_picture = true, as_text = true;
    for (int i = 0; i < 2; i++) {
        as_picture &= lince_weights_metadata(w, pictures[i]) != NULL;
        as_text &= lince_weights_metadata(w, texts[i]) != NULL;
    }
    if (!whole || !(as_picture || as_text))
        return lince_fail(
            LINCE_EDATA,
            "%s: the file does not say which model it belongs to; use --model NAME --weights FILE", path);
    snprintf(b->model, sizeof b->model, "%s", model);
    int code = read_all(b, w, path);
    if (code) lince_blueprint_release(b);
    return code;
}
