/* A trained model, opened for use (include/lince/model.h). */
#include <lince/model.h>

#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "text/encoding.h"
#include "train/ask/model_internal.h"
#include "train/blueprint/blueprint.h"
#include "train/measure/scoring.h"
#include "train/run/run.h"
#include "weights/state_dict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* --- opening -------------------------------------------------------------------------------------- */

static int weights_path(const char *path, char out[LINCE_PATH_MAX])
{
    struct stat status;
    if (stat(path, &status)) return lince_fail(LINCE_EIO, "%s: there is no such run or weights file", path);
    if (S_ISDIR(status.st_mode)) return lince_path_join(out, path, "weights/best.safetensors");
    snprintf(out, LINCE_PATH_MAX, "%s", path);
    return 0;
}

static int new_model(lince_model **model)
{
    lince_model *m = *model = lince_alloc(1, sizeof *m);
    if (!m) return LINCE_ENOMEM;
    m->threads = lince_processors();
    m->confidence = (lince_confidence)LINCE_CONFIDENCE_INIT;
    return lince_settings_init(&m->settings);
}

static int open_file(lince_model *m, const char *path)
{
    if (lince_run_holds_runs(path)) return lince_run_open(&(lince_run){0}, path); /* which refuses it */
    LINCE_TRY(weights_path(path, m->path));
    return lince_weights_open(&m->weights, m->path);
}

static int open_bytes(lince_model *m, const void *bytes, size_t size)
{
    snprintf(m->path, sizeof m->path, "%s", _("weights in memory"));
    return lince_weights_parse(&m->weights, bytes, size, m->path);
}

static int finish_open(lince_model **model, int code)
{
    if (code) {
        lince_model_free(*model);
        *model = NULL;
    }
    return code;
}

/* How the run read its data, where `path` is a run's folder. */
static int read_settings(lince_model *m, const char *path)
{
    lince_run run;
    struct stat status;
    if (stat(path, &status) || !S_ISDIR(status.st_mode)) return 0;
    if (lince_run_open(&run, path)) return 0; /* weights in a folder that is no run's */
    LINCE_TRY(lince_run_read_config(&run, &m->settings));
    m->has_run = true;
    snprintf(m->run, sizeof m->run, "%s", run.folder);
    return 0;
}

/* Views as the settings ask for them. */
static int plan_views(lince_model *m)
{
    const char *name = m->settings.tta;
    if (lince_model_is_text(m))
        return !strcmp(name, "none")
                   ? 0
                   : lince_fail(LINCE_EUSAGE, "--tta %s: views are of pictures, and %s classifies texts",
                                name, m->path);
    return lince_views_plan(&m->views, name, &m->blueprint.transform, &m->picture);
}

int lince_model_open(lince_model **model, const char *path)
{
    LINCE_PLAIN_LOCALE;
    int code = new_model(model);
    if (!code) code = open_file(*model, path);
    if (!code) code = lince_blueprint_read(&(*model)->blueprint, (*model)->weights, (*model)->path);
    if (!code) code = read_settings(*model, path);
    if (!code) code = plan_views(*model);
    return finish_open(model, code);
}

int lince_model_set(lince_model *m, const char *setting, const char *value)
{
    LINCE_PLAIN_LOCALE;
    if (!strcmp(setting, "range")) { /* of the model: auto leaves it as it is */
        int code = lince_range_parse(value, &m->blueprint.range);
        return code < 0 ? code : 0;
    }
    m->set.text |= !strcmp(setting, "text-column");
    m->set.label |= !strcmp(setting, "label-column");
    m->set.split |= !strcmp(setting, "split-column");
    m->set.header |= !strcmp(setting, "header");
    m->set.encoding |= !strcmp(setting, "encoding");
    if (!strcmp(setting, "tta")) {
        LINCE_TRY(lince_settings_set(&m->settings, setting, value));
        return plan_views(m);
    }
    if (strcmp(setting, "classes") != 0) return lince_settings_set(&m->settings, setting, value);
    lince_free(m->chosen);
    return (m->chosen = lince_strdup(value)) ? 0 : LINCE_ENOMEM;
}

/* The current message is the list of differences. */
static int does_not_fit(const lince_model *m, int code)
{
    char prefix[LINCE_PATH_MAX + 96];
    snprintf(prefix, sizeof prefix, _("%s: does not fit %s"), m->path, m->blueprint.model);
    return lince_fail_in(code, prefix);
}

/* What is asked for; a note where that is not what the weights expect. */
static int choose_normalize(lince_model *m, const char *normalize)
{
    lince_blueprint *b = &m->blueprint;
    lince_transform expected = b->transform;
    int code = normalize ? lince_normalize_parse(normalize, b->transform.mean, b->transform.std) : 0;
    if (!code && !lince_normalise_alike(&b->transform, &expected))
        lince_buffer_printf(&m->notes, _("--normalize %s: the weights expect %s\n"), normalize, b->normalize);
    return code == 1 ? lince_fail(LINCE_EUSAGE, "--normalize auto: measured in training only; expected "
                                                "imagenet, cifar10, none or numbers")
                     : code;
}

/* Where the size is the weights' own and pictures are fitted to it otherwise. */
static void tell_fit(lince_model *m, const lince_transform *expected)
{
    const lince_transform *t = &m->blueprint.transform;
    bool resized = t->width != expected->width || t->height != expected->height;
    if (resized || (t->fit == expected->fit && t->resize == expected->resize &&
                    t->interpolation == expected->interpolation))
        return;
    lince_buffer_printf(&m->notes,
                        _("pictures are fitted by %s, resize %d, %s; the weights expect %s, "
                          "resize %d, %s\n"),
                        lince_fit_name(t->fit), t->resize, lince_interpolation_name(t->interpolation),
                        lince_fit_name(expected->fit), expected->resize,
                        lince_interpolation_name(expected->interpolation));
}

/* What is asked for; the file's own at its size only. */
static int choose_fit(lince_model *m, const lince_open_options *o)
{
    lince_transform *t = &m->blueprint.transform, expected = *t;
    int height = 0, width = 0;
    if (o->image_size) LINCE_TRY(lince_image_size_parse(o->image_size, &height, &width));
    if (width && (width != t->width || height != t->height)) {
        t->height = height;
        t->width = width;
        t->resize = 0;
    }
    if (o->fit && strcmp(o->fit, lince_fit_name(LINCE_FIT_CROP)) != 0) t->resize = 0;
    LINCE_TRY(lince_transform_set(t, o->fit, o->resize, o->interpolation));
    tell_fit(m, &expected);
    return lince_transform_check(t);
}

/* Compares names and shapes before anything is computed, and keeps what there is to say. */
static int check_fit(lince_model *m)
{
    lince_net *net;
    lince_load_result result;
    lince_net_options options = {.batch = 1, .threads = 1, .inference = true};
    lince_load_options load = {.whole = true, .strict = m->strict};
    lince_buffer_puts(&m->notes, lince_weights_notes(m->weights));
    LINCE_TRY(lince_blueprint_assemble(&m->blueprint, &options, &net));
    int code = lince_state_dict_compare(net, m->weights, &load, &result);
    if (!code)
        lince_load_result_text(&result, &m->notes);
    else
        code = does_not_fit(m, code);
    lince_load_result_release(&result);
    lince_net_free(net);
    return code ? code : m->notes.error;
}

/* Another than the file says or describes. */
static void name_architecture(lince_blueprint *b, const char *name)
{
    snprintf(b->model, sizeof b->model, "%s", name);
    lince_free(b->described);
    b->described = NULL;
}

static int open_weights(lince_model *m, const lince_open_options *o)
{
    lince_blueprint *b = &m->blueprint;
    m->strict = o->strict;
    if (lince_weights_metadata(m->weights, "lince.model")) {
        LINCE_TRY(lince_blueprint_read(b, m->weights, m->path));
        if (o->architecture) name_architecture(b, o->architecture);
    } else {
        LINCE_TRY(lince_blueprint_guess(b, o->architecture, m->weights, m->path));
        if (!o->resize)
            lince_blueprint_tell_published(lince_architecture_named(b->model), m->weights, m->path,
                                           &m->notes);
    }
    if (o->classes) LINCE_TRY(lince_blueprint_read_classes(b, o->classes));
    if (!lince_blueprint_is_text(b)) LINCE_TRY(choose_fit(m, o));
    LINCE_TRY(choose_normalize(m, o->normalize));
    return check_fit(m);
}

int lince_model_open_weights(lince_model **model, const lince_open_options *options)
{
    LINCE_PLAIN_LOCALE;
    lince_open_options own = LINCE_OPEN_OPTIONS_INIT;
    *model = NULL;
    LINCE_TRY(lince_sized_read(&own, options, "lince_open_options"));
    if (!own.weights == !own.bytes)
        return lince_fail(LINCE_EUSAGE, "lince_open_options: expected a weights file, or its bytes");
    int code = new_model(model);
    if (!code)
        code = own.bytes ? open_bytes(*model, own.bytes, own.byte_count) : open_file(*model, own.weights);
    if (!code) code = open_weights(*model, &own);
    if (!code) code = plan_views(*model);
    return finish_open(model, code);
}

void lince_model_free(lince_model *m)
{
    if (!m) return;
    lince_net_free(m->net);
    lince_weights_free(m->weights);
    lince_blueprint_release(&m->blueprint);
    lince_settings_release(&m->settings);
    lince_free(m->chosen);
    lince_buffer_release(&m->notes);
    lince_free(m);
}

const char *lince_model_name(const lince_model *m)
{
    return m->blueprint.model;
}

int lince_model_classes(const lince_model *m)
{
    return m->blueprint.classes;
}

const char *lince_model_class(const lince_model *m, int index)
{
    if (index < 0 || index >= m->blueprint.classes || !m->blueprint.names) return NULL;
    return m->blueprint.names[index];
}

const char *lince_model_notes(const lince_model *m)
{
    return m->notes.data ? m->notes.data : "";
}

int lince_model_observe(lince_model *m, const lince_observer *observer)
{
    lince_observer heard = LINCE_OBSERVER_INIT;
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    m->observer = heard;
    return 0;
}

void lince_model_threads(lince_model *m, int threads)
{
    m->threads = threads > 0 ? threads : lince_processors();
}

int lince_model_use(lince_model *m, int batch)
{
    if (m->net && m->batch == batch) return 0;
    lince_net_free(m->net);
    m->net = NULL;
    lince_net_options options = {.batch = batch, .threads = m->threads, .inference = true};
    LINCE_TRY(lince_blueprint_build(&m->blueprint, &options, &m->net));
    lince_load_result result;
    lince_load_options load = {.whole = true, .strict = m->strict, .map = true};
    int code = lince_state_dict_load(m->net, m->weights, &load, &result);
    lince_load_result_release(&result);
    if (code) {
        lince_net_free(m->net);
        m->net = NULL;
        return does_not_fit(m, code);
    }
    m->batch = batch;
    return 0;
}

/* --- predicting ----------------------------------------------------------------------------------- */

/* One weight that is not finite makes answers that are not, and none is the largest of them. */
static int check_finite(const float *probability, int classes)
{
    for (int c = 0; c < classes; c++)
        if (!isfinite(probability[c]))
            return lince_fail(LINCE_ENUMERIC,
                              "the model's answer is not a number: are all its weights finite?");
    return 0;
}

/* Answers to the samples of a batch. */
static int answer(lince_model *m, const lince_batch *batch, lince_prediction *predictions)
{
    const lince_loss *l = &m->blueprint.loss;
    int classes = m->blueprint.classes;
    size_t n = (size_t)batch->n;
    float *scores = lince_alloc(n * (size_t)classes, sizeof *scores);
    if (!scores) return LINCE_ENOMEM;
    int code = lince_score(m->net, &m->views, batch, scores);
    for (size_t i = 0; i < n && !code; i++) {
        lince_prediction *p = &predictions[i];
        if (!(p->probability = lince_alloc((size_t)classes, sizeof(float)))) {
            code = LINCE_ENOMEM;
            break;
        }
        lince_score_probabilities(l, scores + i * (size_t)classes, 1, classes, m->blueprint.temperature,
                                  p->probability);
        code = check_finite(p->probability, classes);
        p->best = l->type->decide(p->probability, classes);
        p->unsure = (double)p->probability[p->best] < m->confidence.least;
    }
    lince_free(scores);
    return code;
}

int lince_model_predict_input(lince_model *m, const float *x, int n, int batch, lince_prediction *predictions)
{
    for (int i = 0; i < n; i++)
        predictions[i] = (lince_prediction){.size = sizeof *predictions, .classes = m->blueprint.classes};
    LINCE_TRY(lince_model_use(m, batch));
    return answer(m, &(lince_batch){.n = n, .input.x = x}, predictions);
}

int lince_model_predict_fitted(lince_model *m, const lince_image *fitted, int n, int batch,
                               lince_prediction *predictions)
{
    size_t size = 3 * (size_t)m->picture.width * (size_t)m->picture.height;
    for (int i = 0; i < n; i++) predictions[i] = (lince_prediction)LINCE_PREDICTION_INIT;
    float *x = lince_alloc((size_t)n * size, sizeof *x);
    if (!x) return LINCE_ENOMEM;
    for (size_t i = 0; i < (size_t)n; i++)
        lince_transform_normalise(&m->picture, fitted[i].pixels, x + i * size);
    int code = lince_model_predict_input(m, x, n, batch, predictions);
    lince_free(x);
    return code;
}

lince_decoding lince_model_decoding(const lince_model *m)
{
    return (lince_decoding){.range = m->blueprint.range,
                            .complete_only =
                                m->settings.incomplete && !strcmp(m->settings.incomplete, "refuse")};
}

void lince_model_tell_incomplete(const lince_model *m, const char *name)
{
    char text[LINCE_PATH_MAX + 256];
    if (!m->observer.warning) return;
    snprintf(text, sizeof text, _("%s: its data end before the picture is complete; the rest is grey"), name);
    m->observer.warning(m->observer.context, text);
}

static int predict_image(lince_model *m, const char *name, const lince_image *image,
                         lince_prediction *prediction)
{
    lince_image fitted;
    if (image->incomplete) lince_model_tell_incomplete(m, name);
    LINCE_TRY(lince_transform_fit(&m->picture, image, &fitted));
    int code = lince_model_predict_fitted(m, &fitted, 1, 1, prediction);
    lince_image_release(&fitted);
    return code;
}

int lince_model_check_kind(const lince_model *m, bool texts)
{
    if (lince_model_is_text(m) == texts) return 0;
    return texts ? lince_fail(LINCE_EUSAGE, "%s classifies pictures, not texts", m->path)
                 : lince_fail(LINCE_EUSAGE, "%s classifies texts, not pictures", m->path);
}

bool lince_model_is_text(const lince_model *m)
{
    return lince_blueprint_is_text(&m->blueprint);
}

static int check_text(const char *text, size_t size)
{
    char why[256];
    const char *nul = memchr(text, '\0', size);
    size_t at = lince_utf8_check(text, size);
    if (nul)
        return lince_fail(LINCE_EFORMAT, "text: a NUL byte at offset %zu; a text holds none",
                          (size_t)(nul - text));
    if (at == size) return 0;
    lince_utf8_explain(text, size, at, why, sizeof why);
    return lince_fail(LINCE_EFORMAT, "text: %s", why);
}

/* Answers a text, with tokens [max_tokens] as scratch. */
static int answer_text(lince_model *m, const char *text, int32_t *tokens, lince_prediction *p)
{
    lince_encoder *e = &m->blueprint.encoder;
    size_t most = (size_t)e->options.max_tokens;
    lince_encoded seen;
    int32_t length = lince_encode(e, text, tokens, &seen);
    if (length < 0) return length;
    p->words = seen.words;
    p->read = seen.words < most ? seen.words : most;
    p->unknown = seen.unknown;
    return answer(m, &(lince_batch){.n = 1, .input = {NULL, tokens, &length, length}}, p);
}

int lince_model_predict_span(lince_model *m, const char *text, size_t size, lince_prediction *prediction)
{
    LINCE_PLAIN_LOCALE;
    *prediction = (lince_prediction){.size = sizeof *prediction, .classes = m->blueprint.classes};
    LINCE_TRY(lince_model_check_kind(m, true));
    LINCE_TRY(check_text(text, size));
    LINCE_TRY(lince_model_use(m, 1));
    int32_t *tokens = lince_alloc((size_t)m->blueprint.encoder.options.max_tokens, sizeof *tokens);
    if (!tokens) return LINCE_ENOMEM;
    int code = answer_text(m, text, tokens, prediction);
    lince_free(tokens);
    return code;
}

int lince_model_predict_named(lince_model *m, const void *bytes, size_t size, const char *name,
                              lince_prediction *prediction)
{
    LINCE_PLAIN_LOCALE;
    lince_image image;
    LINCE_TRY(lince_model_check_kind(m, false));
    lince_decoding how = lince_model_decoding(m);
    LINCE_TRY(lince_image_decode(&image, bytes, size, &how, name));
    int code = predict_image(m, name, &image, prediction);
    lince_image_release(&image);
    return code;
}

int lince_model_predict_path(lince_model *m, const char *path, lince_prediction *prediction)
{
    LINCE_PLAIN_LOCALE;
    lince_image image;
    LINCE_TRY(lince_model_check_kind(m, false));
    lince_decoding how = lince_model_decoding(m);
    LINCE_TRY(lince_image_load(&image, path, &how));
    int code = predict_image(m, path, &image, prediction);
    lince_image_release(&image);
    return code;
}

/* --- the caller's predictions --------------------------------------------------------------------- */

/* One of this version's, to be filled. */
static int begin(lince_prediction *own, const lince_prediction *prediction)
{
    *own = (lince_prediction)LINCE_PREDICTION_INIT;
    return lince_sized_check(own, prediction, "lince_prediction");
}

int lince_model_predict_text(lince_model *m, const char *text, lince_prediction *prediction)
{
    lince_prediction own;
    LINCE_TRY(begin(&own, prediction));
    int code = lince_model_predict_span(m, text, strlen(text), &own);
    lince_sized_write(prediction, &own);
    return code;
}

int lince_model_predict_file(lince_model *m, const char *path, lince_prediction *prediction)
{
    lince_prediction own;
    LINCE_TRY(begin(&own, prediction));
    int code = lince_model_predict_path(m, path, &own);
    lince_sized_write(prediction, &own);
    return code;
}

int lince_model_predict_bytes(lince_model *m, const void *bytes, size_t size, lince_prediction *prediction)
{
    lince_prediction own;
    LINCE_TRY(begin(&own, prediction));
    int code = lince_model_predict_named(m, bytes, size, _("picture"), &own);
    lince_sized_write(prediction, &own);
    return code;
}

void lince_prediction_release(lince_prediction *prediction)
{
    lince_prediction none = LINCE_PREDICTION_INIT;
    lince_free(prediction->probability);
    lince_sized_write(prediction, &none);
}
