#include "train/blueprint/blueprint.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "metrics/temperature.h"
#include "net/quantize.h"
#include "weights/formats/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lince_blueprint_release(lince_blueprint *b)
{
    for (int i = 0; b->names && i < b->classes; i++) lince_free(b->names[i]);
    lince_free(b->names);
    lince_free(b->described);
    lince_free(b->floats);
    lince_free(b->threshold);
    if (b->modality) lince_modality_encoder_free(b->modality, b->encoder);
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

int lince_blueprint_of(lince_blueprint *b, const lince_modality *modality)
{
    b->modality = modality;
    return (b->encoder = lince_modality_encoder(modality)) ? 0 : LINCE_ENOMEM;
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
    *a = own ? *own
             : lince_described_architecture(b->described, b->model,
                                            b->modality->input_shape(b->encoder).height);
    a->modality = b->modality->name;
    return 0;
}

/* The net of floats makes room for one of bytes. Equal features are folded in either. */
static int quantize(const lince_blueprint *b, lince_net **net)
{
    lince_quantized q;
    int code = lince_net_quantize(*net, b->floats, &q);
    if (!code) {
        lince_net_free(*net);
        *net = q.net;
        q.net = NULL;
    }
    lince_quantized_release(&q);
    return code;
}

static int check_use(const lince_blueprint *b, const lince_net_options *options)
{
    if (!b->floats || options->inference) return 0;
    return lince_fail(LINCE_EUNSUPPORTED, "weights in 8 bits answer, and are not trained");
}

int lince_blueprint_assemble(const lince_blueprint *b, const lince_net_options *options, lince_net **net)
{
    lince_architecture a;
    *net = NULL;
    LINCE_TRY(check_use(b, options));
    LINCE_TRY(architecture_of(b, &a));
    lince_architecture_options wanted = {.classes = b->classes,
                                         .head = b->head_given ? b->head : NULL,
                                         .head_count = b->head_count,
                                         .dropout = b->dropout,
                                         .stochastic_depth = b->stochastic_depth};
    lince_net_options planned = *options;
    planned.bf16 = b->bf16;
    planned.unfolded &= !b->floats;
    if (b->modality->plan) b->modality->plan(b->encoder, &planned, &wanted);
    int code = lince_net_new(net, b->modality->input_shape(b->encoder), &planned);
    if (!code) code = lince_architecture_build(&a, *net, &wanted);
    if (!code && b->floats) code = quantize(b, net);
    return discard_if(code, net);
}

int lince_blueprint_build(const lince_blueprint *b, const lince_net_options *options, lince_net **net)
{
    LINCE_TRY(lince_blueprint_assemble(b, options, net));
    return discard_if(lince_net_prepare(*net), net);
}

/* --- as metadata ---------------------------------------------------------------------------------- */

static int put_names(const lince_blueprint *b, lince_passport *passport)
{
    char *text;
    json_t *array = json_array();
    for (int i = 0; i < b->classes; i++) lince_json_add(&array, lince_json_string(b->names[i]));
    LINCE_TRY(lince_json_text(array, JSON_COMPACT, &text));
    return lince_passport_take(passport, "lince.classes", text);
}

int lince_blueprint_thresholds_text(const lince_blueprint *b, char **text)
{
    json_t *array = json_array();
    for (int i = 0; i < b->classes; i++) lince_json_add(&array, lince_json_real((double)b->threshold[i]));
    return lince_json_text(array, JSON_COMPACT | JSON_REAL_PRECISION(9), text);
}

static int put_thresholds(const lince_blueprint *b, lince_passport *passport)
{
    char *text;
    LINCE_TRY(lince_blueprint_thresholds_text(b, &text));
    return lince_passport_take(passport, "lince.thresholds", text);
}

int lince_blueprint_write(const lince_blueprint *b, lince_passport *passport)
{
    char head[128], dropout[32], temperature[32], loss[LINCE_LOSS_TEXT];
    *passport = (lince_passport){0};
    snprintf(head, sizeof head, "%s", b->head_given && !b->head_count ? "none" : "");
    for (int i = 0; i < b->head_count; i++)
        snprintf(head + strlen(head), sizeof head - strlen(head), "%s%d", i ? "," : "", b->head[i]);
    snprintf(dropout, sizeof dropout, "%.9g", b->dropout);
    LINCE_TRY(lince_passport_put(passport, "lince.model", b->model));
    if (b->described) LINCE_TRY(lince_passport_put(passport, LINCE_DESCRIBED, b->described));
    LINCE_TRY(lince_passport_put(passport, "lince.head", head));
    LINCE_TRY(lince_passport_put(passport, "lince.dropout", dropout));
    LINCE_TRY(lince_passport_put(passport, "format", "pt"));
    snprintf(temperature, sizeof temperature, "%.9g", b->temperature);
    if (b->temperature > 0) LINCE_TRY(lince_passport_put(passport, "lince.temperature", temperature));
    lince_loss_print(&b->loss, loss);
    if (b->loss.type != &lince_cross_entropy) LINCE_TRY(lince_passport_put(passport, "lince.loss", loss));
    if (b->bf16) LINCE_TRY(lince_passport_put(passport, "lince.precision", "bf16"));
    if (b->floats) LINCE_TRY(lince_passport_put(passport, "lince.precision", "int8"));
    if (b->floats) LINCE_TRY(lince_passport_put(passport, "lince.floats", b->floats));
    if (b->several) LINCE_TRY(lince_passport_put(passport, "lince.labels", "several"));
    if (b->threshold) LINCE_TRY(put_thresholds(b, passport));
    LINCE_TRY(put_names(b, passport));
    return b->modality->write(b->encoder, passport);
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

int lince_blueprint_threshold(lince_blueprint *b, double threshold)
{
    if (!b->threshold && !(b->threshold = lince_alloc((size_t)b->classes, sizeof *b->threshold)))
        return LINCE_ENOMEM;
    for (int c = 0; c < b->classes; c++) b->threshold[c] = (float)threshold;
    return 0;
}

/* Where the file says nothing, 0.5 each. */
static int read_thresholds(lince_blueprint *b, const char *text, const char *path)
{
    json_t *array;
    if (!text) return 0;
    int code = lince_json_parse(text, strlen(text), 0, &array, NULL);
    if (code == LINCE_ENOMEM) return code;
    bool fits = json_array_size(array) == (size_t)b->classes;
    code = fits
               ? lince_blueprint_threshold(b, 0.5)
               : lince_fail(LINCE_EDATA, "%s: its metadata 'lince.thresholds' is not a number a class", path);
    for (int c = 0; c < b->classes && !code; c++) {
        const json_t *value = json_array_get(array, (size_t)c);
        b->threshold[c] = (float)json_number_value(value);
        if (!json_is_number(value) || !(b->threshold[c] >= 0 && b->threshold[c] <= 1))
            code =
                lince_fail(LINCE_EDATA, "%s: its metadata 'lince.thresholds' is not a number a class", path);
    }
    json_decref(array);
    return code;
}

/* What is not said: one label. */
static int read_labels(lince_blueprint *b, const char *labels, const char *path)
{
    b->several = labels && !strcmp(labels, "several");
    if (!labels || b->several) return 0;
    return lince_fail(LINCE_EDATA, "%s: its metadata 'lince.labels' is '%.40s'; expected several", path,
                      labels);
}

/* What is not said: fp32. */
static int read_precision(lince_blueprint *b, const lince_weights *w, const char *path)
{
    const char *precision = lince_weights_metadata(w, "lince.precision"),
               *floats = lince_weights_metadata(w, "lince.floats");
    bool int8 = precision && !strcmp(precision, "int8");
    b->bf16 = precision && !strcmp(precision, "bf16");
    if (int8 && !(b->floats = lince_strdup(floats ? floats : ""))) return LINCE_ENOMEM;
    if (!precision || b->bf16 || int8) return 0;
    return lince_fail(LINCE_EDATA, "%s: its metadata 'lince.precision' is '%.40s'; expected bf16 or int8",
                      path, precision);
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
    LINCE_TRY(lince_blueprint_of(b, lince_modality_of_weights(w)));
    LINCE_TRY(b->modality->read(b->encoder, w, path));
    if (head) LINCE_TRY(lince_blueprint_head(b, head));
    if (described && !(b->described = lince_strdup(described))) return LINCE_ENOMEM;
    if (loss && lince_loss_parse(&b->loss, loss)) return lince_fail_in(LINCE_EDATA, path);
    if (dropout) b->dropout = strtod(dropout, NULL);
    b->temperature = lince_blueprint_temperature(w);
    LINCE_TRY(read_precision(b, w, path));
    LINCE_TRY(read_labels(b, lince_weights_metadata(w, "lince.labels"), path));
    LINCE_TRY(read_names(b, lince_weights_metadata(w, "lince.classes"), path));
    return read_thresholds(b, lince_weights_metadata(w, "lince.thresholds"), path);
}

int lince_blueprint_read(lince_blueprint *b, const lince_weights *w, const char *path)
{
    *b = (lince_blueprint){.dropout = -1, .loss = {.type = &lince_cross_entropy}};
    const char *model = lince_weights_metadata(w, "lince.model");
    if (!model || !lince_weights_metadata(w, "lince.classes") || !lince_modality_of_weights(w))
        return lince_fail(
            LINCE_EDATA,
            "%s: the file does not say which model it belongs to; use --model NAME --weights FILE", path);
    snprintf(b->model, sizeof b->model, "%s", model);
    int code = read_all(b, w, path);
    if (code) lince_blueprint_release(b);
    return code;
}
