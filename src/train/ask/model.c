/* A trained model, opened for use (include/lince/model.h). */
#include <lince/model.h>

#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "data/source/source.h"
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
    LINCE_TRY(lince_run_is_single(path));
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

/* The run's folder that a path is of: the folder itself, or a file of its weights/. False: of none. */
static bool run_of(const char *path, char folder[LINCE_PATH_MAX])
{
    struct stat status;
    snprintf(folder, LINCE_PATH_MAX, "%s", path);
    if (stat(path, &status)) return false;
    for (int up = 0; up < 2 && !S_ISDIR(status.st_mode); up++) {
        char *slash = strrchr(folder, '/');
        if (!slash || slash == folder || (up == 1 && strcmp(slash, "/weights") != 0)) return false;
        *slash = '\0';
    }
    return lince_run_is_there(folder); /* else weights in a folder that is no run's */
}

/* How the run read its data, where `path` is of a run. */
static int read_settings(lince_model *m, const char *path)
{
    lince_run run;
    char folder[LINCE_PATH_MAX];
    if (!run_of(path, folder)) return 0;
    LINCE_TRY(lince_run_open(&run, folder));
    LINCE_TRY(lince_run_read_config(&run, &m->settings));
    m->has_run = true;
    m->of_file = strlen(folder) < strlen(path);
    snprintf(m->run, sizeof m->run, "%s", run.folder);
    return 0;
}

/* Views as the settings ask for them. */
static int plan_views(lince_model *m)
{
    return lince_modality_plan_views(m->blueprint.modality, m->blueprint.encoder, m->settings.tta, m->path);
}

int lince_model_open(lince_model **model, const char *path)
{
    LINCE_NEED(model);
    LINCE_NEED(path);
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
    LINCE_NEED(m);
    LINCE_NEED(setting);
    LINCE_NEED(value);
    LINCE_PLAIN_LOCALE;
    const lince_modality *its = m->blueprint.modality;
    int code = its->set ? its->set(m->blueprint.encoder, setting, value) : 1;
    if (code <= 0) return code;
    if (!strcmp(setting, "threshold")) return lince_model_set_threshold(m, value);
    m->said.text |= !strcmp(setting, "text-column");
    m->said.label |= !strcmp(setting, "label-column");
    m->said.split |= !strcmp(setting, "split-column");
    m->said.header |= !strcmp(setting, "header");
    m->said.encoding |= !strcmp(setting, "encoding");
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
        lince_buffer *notes = o->resize ? NULL : &m->notes;
        LINCE_TRY(lince_blueprint_guess(b, o->architecture, m->weights, m->path, notes));
    }
    if (o->classes) LINCE_TRY(lince_blueprint_read_classes(b, o->classes));
    if (b->modality->adapt) LINCE_TRY(b->modality->adapt(b->encoder, o, &m->notes));
    return check_fit(m);
}

int lince_model_open_weights(lince_model **model, const lince_open_options *options)
{
    LINCE_NEED(model);
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
    lince_net_free(m->other);
    lince_weights_free(m->weights);
    lince_blueprint_release(&m->blueprint);
    lince_settings_release(&m->settings);
    lince_free(m->chosen);
    lince_buffer_release(&m->notes);
    lince_free(m);
}

const char *lince_model_name(const lince_model *m)
{
    return m ? m->blueprint.model : "";
}

int lince_model_classes(const lince_model *m)
{
    return m ? m->blueprint.classes : 0;
}

bool lince_model_several(const lince_model *m)
{
    return m && m->blueprint.several;
}

const char *lince_model_class(const lince_model *m, int index)
{
    if (!m || index < 0 || index >= m->blueprint.classes || !m->blueprint.names) return NULL;
    return m->blueprint.names[index];
}

const char *lince_model_notes(const lince_model *m)
{
    return m && m->notes.data ? m->notes.data : "";
}

int lince_model_observe(lince_model *m, const lince_observer *observer)
{
    LINCE_NEED(m);
    lince_observer heard = LINCE_OBSERVER_INIT;
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    m->observer = heard;
    return 0;
}

void lince_model_threads(lince_model *m, int threads)
{
    if (m) m->threads = threads > 0 ? threads : lince_processors();
}

int lince_model_build(const lince_model *m, const lince_net_options *options, lince_net **net)
{
    LINCE_TRY(lince_blueprint_build(&m->blueprint, options, net));
    lince_load_result result;
    lince_load_options load = {.whole = true, .strict = m->strict, .map = true};
    int code = lince_state_dict_load(*net, m->weights, &load, &result);
    lince_load_result_release(&result);
    if (!code) return 0;
    lince_net_free(*net);
    *net = NULL;
    return does_not_fit(m, code);
}

/* The net that is used and the other one change places; what is not to be kept is freed. */
static void change_net(lince_model *m)
{
    lince_net *net = m->net;
    int batch = m->batch;
    m->net = m->other;
    m->batch = m->other_batch;
    m->other = m->keeps_both ? net : NULL;
    m->other_batch = batch;
    if (!m->keeps_both) lince_net_free(net);
}

int lince_model_use(lince_model *m, int batch)
{
    if (m->net && m->batch == batch) return 0;
    change_net(m);
    if (m->net && m->batch == batch) return 0;
    lince_net_free(m->net);
    m->net = NULL;
    lince_net_options options = {.batch = batch, .threads = m->threads, .inference = true};
    LINCE_TRY(lince_model_build(m, &options, &m->net));
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

/* Which are answered, behind the probabilities. */
static void answer_labels(const lince_blueprint *b, lince_prediction *p)
{
    p->answered = (bool *)(p->probability + b->classes);
    for (int c = 0; c < b->classes; c++)
        p->answered[c] = p->probability[c] >= (b->threshold ? b->threshold[c] : 0.5f);
}

/* Answers to the samples of a batch. */
static int answer(lince_model *m, const lince_batch *batch, lince_prediction *predictions)
{
    const lince_loss *l = &m->blueprint.loss;
    int classes = m->blueprint.classes;
    size_t n = (size_t)batch->n;
    float *scores = lince_alloc(n * (size_t)classes, sizeof *scores);
    if (!scores) return LINCE_ENOMEM;
    int code = lince_score(m->net, lince_blueprint_views(&m->blueprint), batch, scores);
    for (size_t i = 0; i < n && !code; i++) {
        lince_prediction *p = &predictions[i];
        if (!(p->probability = lince_alloc((size_t)classes, sizeof(float) + sizeof(bool)))) {
            code = LINCE_ENOMEM;
            break;
        }
        lince_score_probabilities(l, scores + i * (size_t)classes, 1, classes, m->blueprint.temperature,
                                  p->probability);
        code = check_finite(p->probability, classes);
        p->best = l->type->decide(p->probability, classes);
        p->unsure = (double)p->probability[p->best] < m->confidence.least;
        if (m->blueprint.several) answer_labels(&m->blueprint, p);
    }
    lince_free(scores);
    return code;
}

/* For who asks it (lince_asking). */
static int answer_inputs(lince_model *m, const lince_input *input, int n, int batch,
                         lince_prediction *predictions)
{
    for (int i = 0; i < n; i++)
        predictions[i] = (lince_prediction){.size = sizeof *predictions, .classes = m->blueprint.classes};
    LINCE_TRY(lince_model_use(m, batch));
    return answer(m, &(lince_batch){.n = n, .input = *input}, predictions);
}

lince_asking lince_model_asking(lince_model *m)
{
    return (lince_asking){.model = m,
                          .encoder = m->blueprint.encoder,
                          .path = m->path,
                          .settings = &m->settings,
                          .said = m->said,
                          .observer = &m->observer,
                          .threads = m->threads,
                          .most = m->most,
                          .group = m->group ? m->group : &lince_alone,
                          .row = &m->row,
                          .answer = answer_inputs,
                          .recorded = lince_model_recorded};
}

int lince_model_check_form(const lince_model *m, bool taken, const char *form)
{
    return taken ? 0
                 : lince_fail(LINCE_EUSAGE, "%s classifies %s, not %s", m->path,
                              _(m->blueprint.modality->plural), form);
}

int lince_model_predict_all(lince_model *m, const char *path, lince_answer_fn tell, void *context)
{
    LINCE_NEED(m);
    LINCE_NEED(path);
    LINCE_NEED(tell);
    LINCE_PLAIN_LOCALE;
    lince_asking asking = lince_model_asking(m);
    asking.tell = tell;
    asking.context = context;
    if (asking.group->rank && !lince_source_holds_files(path)) return 0; /* one input: the first member's */
    return m->blueprint.modality->ask(&asking, path);
}

int lince_model_predict_paths(lince_model *m, const char *const *paths, size_t n, lince_answer_fn tell,
                              void *context)
{
    LINCE_NEED(m);
    LINCE_NEED(paths);
    LINCE_NEED(tell);
    LINCE_PLAIN_LOCALE;
    lince_asking asking = lince_model_asking(m);
    asking.tell = tell;
    asking.context = context;
    for (size_t i = 0; i < n; i++) LINCE_NEED(paths[i]);
    if (m->blueprint.modality->ask_paths && !asking.group->rank)
        return m->blueprint.modality->ask_paths(&asking, paths, n);
    int code = 0;
    for (size_t i = 0; !code && i < n; i++) {
        code = lince_model_predict_all(m, paths[i], tell, context);
        if (code < 0) code = tell(context, paths[i], code, NULL);
    }
    return code;
}

size_t lince_model_row(const lince_model *m, const char *const **names, const char *const **values)
{
    if (!m || !names || !values) return 0;
    *names = m->row.names;
    *values = m->row.values;
    return m->row.count;
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
    LINCE_NEED(m);
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    lince_prediction own;
    lince_asking asking = lince_model_asking(m);
    const lince_modality *its = m->blueprint.modality;
    LINCE_TRY(begin(&own, prediction));
    LINCE_TRY(lince_model_check_form(m, its->answer_text, _("texts")));
    int code = its->answer_text(&asking, text, strlen(text), &own);
    lince_sized_write(prediction, &own);
    return code;
}

int lince_model_predict_file(lince_model *m, const char *path, lince_prediction *prediction)
{
    LINCE_NEED(m);
    LINCE_NEED(path);
    LINCE_PLAIN_LOCALE;
    lince_prediction own;
    lince_asking asking = lince_model_asking(m);
    const lince_modality *its = m->blueprint.modality;
    LINCE_TRY(begin(&own, prediction));
    LINCE_TRY(lince_model_check_form(m, its->answer_path, _("files")));
    int code = its->answer_path(&asking, path, &own);
    lince_sized_write(prediction, &own);
    return code;
}

int lince_model_predict_bytes(lince_model *m, const void *bytes, size_t size, lince_prediction *prediction)
{
    LINCE_NEED(m);
    LINCE_NEED(bytes);
    LINCE_PLAIN_LOCALE;
    lince_prediction own;
    lince_asking asking = lince_model_asking(m);
    const lince_modality *its = m->blueprint.modality;
    LINCE_TRY(begin(&own, prediction));
    LINCE_TRY(lince_model_check_form(m, its->answer_bytes, _("files")));
    int code = its->answer_bytes(&asking, bytes, size, _("sample"), &own);
    lince_sized_write(prediction, &own);
    return code;
}

int lince_model_check_predictions(const lince_prediction *predictions, size_t n)
{
    lince_prediction own = LINCE_PREDICTION_INIT;
    for (size_t i = 0; i < n; i++) {
        const lince_prediction *p = lince_sized_at(predictions, i);
        LINCE_TRY(lince_sized_check(&own, p, "lince_prediction"));
        if (p->size != predictions->size)
            return lince_fail(LINCE_EUSAGE, "lince_prediction: begin each of an array with the macro");
    }
    return 0;
}

int lince_model_predict_pixels(lince_model *m, const lince_pixels *pictures, size_t n,
                               lince_prediction *predictions)
{
    LINCE_NEED(m);
    LINCE_NEED(pictures);
    LINCE_NEED(predictions);
    LINCE_PLAIN_LOCALE;
    lince_asking asking = lince_model_asking(m);
    const lince_modality *its = m->blueprint.modality;
    LINCE_TRY(lince_model_check_predictions(predictions, n));
    LINCE_TRY(lince_model_check_form(m, its->answer_pixels, _("pictures")));
    return its->answer_pixels(&asking, pictures, n, predictions);
}

int lince_model_predict_floats(lince_model *m, const float *values, size_t n, lince_prediction *predictions)
{
    LINCE_NEED(m);
    LINCE_NEED(values);
    LINCE_NEED(predictions);
    LINCE_PLAIN_LOCALE;
    lince_asking asking = lince_model_asking(m);
    const lince_modality *its = m->blueprint.modality;
    LINCE_TRY(lince_model_check_predictions(predictions, n));
    LINCE_TRY(lince_model_check_form(m, its->answer_floats, _("pictures")));
    return its->answer_floats(&asking, values, n, predictions);
}

int lince_model_input(const lince_model *m, int *height, int *width)
{
    LINCE_NEED(m);
    LINCE_NEED(height);
    LINCE_NEED(width);
    const lince_modality *its = m->blueprint.modality;
    LINCE_TRY(lince_model_check_form(m, its->input_size, _("pictures")));
    return its->input_size(m->blueprint.encoder, height, width);
}
