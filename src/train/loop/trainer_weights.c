/* --weights: the architecture they are of, and loading them. */
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "train/loop/trainer.h"
#include "weights/formats/format.h"
#include "weights/formats/safetensors.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A checkpoint holds all weights, and the run's settings say what was taken from the file. */
static bool begins_with_weights(const lince_trainer *t)
{
    return t->settings->weights && !t->settings->resume;
}

int lince_trainer_settle_model(lince_trainer *t)
{
    lince_settings *s = &t->own;
    if (!s->model || s->resume || s->weights) return 0;
    if (!access(s->model, R_OK) && lince_weights_recognise(s->model)) {
        LINCE_TRY(lince_settings_set(s, "weights", s->model));
        return lince_settings_set(s, "model", "");
    }
    return lince_architecture_named(s->model) ? 0 : LINCE_EUSAGE;
}

/* The network that the weights describe is the run's. */
static int bring(lince_trainer *t, const lince_weights *w)
{
    lince_blueprint *b = &t->blueprint;
    const char *said = lince_weights_metadata(w, "lince.model");
    if (!(b->described = lince_strdup(lince_weights_metadata(w, LINCE_DESCRIBED)))) return LINCE_ENOMEM;
    snprintf(b->model, sizeof b->model, "%s", said);
    t->brought = lince_described_architecture(b->described, b->model, 0);
    t->brought.modality = lince_modality_of_weights(w)->name;
    return lince_settings_set(&t->own, "model", said);
}

static bool brings(const lince_weights *w)
{
    return lince_weights_metadata(w, LINCE_DESCRIBED) && lince_weights_metadata(w, "lince.model") &&
           lince_modality_of_weights(w);
}

static int recognise(lince_trainer *t, const lince_weights *w)
{
    const char *path = t->settings->weights, *said = lince_weights_metadata(w, "lince.model");
    lince_likely likely;
    if (brings(w)) {
        lince_trainer_note(t, _("%s: brings a network of its own, %s"), path, said);
        return bring(t, w);
    }
    if (said) {
        lince_trainer_note(t, _("%s: weights of %s, as it says"), path, said);
        return lince_settings_set(&t->own, "model", said);
    }
    if (lince_blueprint_recognise(w, &likely))
        return lince_fail(LINCE_EUSAGE,
                          "%s: does not say its architecture, and is of none that lince knows; choose one "
                          "with --model",
                          path);
    lince_trainer_note(t, _("%s: weights of %s; parameters that fit: %zu of %zu"), path, likely.architecture,
                       likely.fits, likely.of);
    return lince_settings_set(&t->own, "model", likely.architecture);
}

/* A run keeps the network with its weights; one that has none yet was begun with the file's. */
static int bring_again(lince_trainer *t)
{
    char path[LINCE_PATH_MAX];
    lince_weights *w;
    LINCE_TRY(lince_path_join(path, t->settings->resume, "weights/last.safetensors"));
    bool none = lince_file_is_missing(path);
    if (none && !t->settings->weights) return 0;
    LINCE_TRY(lince_weights_open_outline(&w, none ? t->settings->weights : path));
    int code = brings(w) ? bring(t, w) : 0;
    lince_weights_free(w);
    return code;
}

/* The name of one that the file brings, as a run's configuration has it. */
static bool is_brought(const lince_trainer *t, const lince_weights *w)
{
    return brings(w) && !strcmp(t->settings->model, lince_weights_metadata(w, "lince.model"));
}

int lince_trainer_infer_model(lince_trainer *t)
{
    lince_weights *w;
    if (t->settings->resume) return bring_again(t);
    if (!begins_with_weights(t)) return 0;
    LINCE_TRY(lince_weights_open(&w, t->settings->weights));
    int code = !t->settings->model || is_brought(t, w) ? recognise(t, w) : 0;
    lince_weights_free(w);
    return code;
}

/* --- loading -------------------------------------------------------------------------------------- */

/* Says line by line what was not simply loaded. */
static void tell_loaded(const lince_trainer *t, const lince_weights *w)
{
    const lince_load_result *r = &t->loaded;
    const char *path = t->settings->weights, *notes = lince_weights_notes(w);
    size_t wanted = r->loaded + r->of_kind[LINCE_MISSING] + r->of_kind[LINCE_MISSHAPED];
    lince_buffer text = {0};
    if (*notes) lince_trainer_note(t, "%s: %.*s", path, (int)strlen(notes) - 1, notes);
    lince_trainer_note(
        t,
        _("%s: parameters loaded: %zu; replaced: %zu; missing: %zu; of another shape: %zu; unexpected: %zu"),
        path, r->loaded, r->of_kind[LINCE_REPLACED], r->of_kind[LINCE_MISSING], r->of_kind[LINCE_MISSHAPED],
        r->of_kind[LINCE_UNEXPECTED]);
    if (r->summed)
        lince_trainer_note(
            t, _("the first filters are the file's, summed over its channels (%d), as the input has one"),
            r->summed);
    lince_load_result_text(r, &text);
    if (text.size) lince_trainer_note(t, "%.*s", (int)text.size - 1, text.data);
    lince_buffer_release(&text);
    if (2 * r->loaded < wanted)
        lince_trainer_warn(t,
                           _("only %zu of the %zu parameters of %s are in %s: the others begin at random, as "
                             "without --weights; is it another architecture's file?"),
                           r->loaded, wanted, t->settings->model, path);
}

static int check_precision(const lince_weights *w)
{
    const char *precision = lince_weights_metadata(w, "lince.precision");
    if (!precision || strcmp(precision, "int8") != 0) return 0;
    return lince_fail(LINCE_EUNSUPPORTED, "weights in 8 bits answer, and are not trained");
}

int lince_trainer_load_weights(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    lince_weights *w;
    if (!begins_with_weights(t)) return 0;
    LINCE_TRY(lince_weights_open(&w, s->weights));
    lince_load_options load = {.new_head = lince_blueprint_other_classes(&t->blueprint, w),
                               .strict = s->strict};
    int code = check_precision(w);
    if (!code) code = lince_state_dict_load(t->net, w, &load, &t->loaded);
    if (!code)
        tell_loaded(t, w);
    else
        lince_fail_in(code, s->weights);
    lince_weights_free(w);
    return code;
}

int lince_trainer_load_own(lince_trainer *t, const char *name)
{
    char file[64], path[LINCE_PATH_MAX];
    lince_weights *w;
    lince_load_result result;
    snprintf(file, sizeof file, "weights/%s.safetensors", name);
    LINCE_TRY(lince_path_join(path, t->run.folder, file));
    LINCE_TRY(lince_safetensors_open(&w, path));
    lince_load_options load = {.whole = true};
    int code = lince_state_dict_load(t->net, w, &load, &result);
    if (!code && !strcmp(name, "best")) t->blueprint.temperature = lince_blueprint_temperature(w);
    lince_load_result_release(&result);
    lince_weights_free(w);
    return code;
}
