/* lince_model_calibrate: the temperature of a finished run, fitted afterwards. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "train/ask/model_internal.h"
#include "train/measure/calibrate.h"
#include "train/measure/results.h"
#include "train/measure/threshold.h"
#include "train/run/run.h"

#include <string.h>

static int fit(lince_model *own, const lince_observer *observer, lince_calibration *calibration)
{
    lince_dataset *dataset;
    lince_evaluation raw;
    int code = lince_model_on_part(own, NULL, "val", true, observer, &dataset, &raw);
    if (!code) code = lince_calibration_fit(calibration, &raw);
    lince_evaluation_release(&raw);
    lince_dataset_free(dataset);
    return code ? lince_fail_in(code, "--calibrate") : 0;
}

/* Of several labels what was chosen by probabilities is chosen by what they are now. */
static bool has_chosen(const lince_model *m)
{
    return m->blueprint.several && !strcmp(m->settings.threshold, "auto");
}

static int choose_thresholds(lince_model *own, const lince_observer *observer)
{
    lince_dataset *dataset;
    lince_evaluation e;
    if (!has_chosen(own)) return 0;
    int code = lince_model_on_part(own, NULL, "val", false, observer, &dataset, &e);
    if (!code) code = lince_threshold_choose(&own->blueprint, &e);
    lince_evaluation_release(&e);
    lince_dataset_free(dataset);
    return code;
}

/* What the test shared with training was found when that began: of other samples it says nothing. */
static int write_again(lince_model *own, const lince_evaluation *e, const lince_dataset *dataset,
                       const lince_results *r)
{
    json_t *seen = r->seen && !lince_results_changed(r, e) ? json_incref(r->seen) : json_null();
    return lince_results_write(own->run, e, dataset, own->settings.folds > 0, seen);
}

/* The run's test was measured without it. */
static int test_again(lince_model *own, const lince_observer *observer)
{
    lince_dataset *dataset;
    lince_evaluation e;
    lince_results before;
    LINCE_TRY(lince_results_read(&before, own->run));
    if (!before.exist) return 0;
    int code = lince_model_on_part(own, NULL, "test", false, observer, &dataset, &e);
    if (!code) code = write_again(own, &e, dataset, &before);
    lince_results_release(&before);
    lince_evaluation_release(&e);
    lince_dataset_free(dataset);
    return code;
}

static int tell(const lince_calibration *calibration, const lince_observer *o)
{
    lince_buffer text = {0};
    lince_calibration_print(calibration, &text);
    if (!text.error && o && o->note) {
        o->note(o->context, text.data);
        o->note(o->context, _("the run's test was measured again; 'lince report' shows it"));
    }
    lince_buffer_release(&text);
    return text.error;
}

/* By the model as its run was tested, whatever this one was told since. */
static int calibrate(lince_model *own, const lince_observer *observer, lince_calibration *c)
{
    lince_run run;
    LINCE_TRY(lince_calibration_check(&own->settings));
    LINCE_TRY(lince_run_open(&run, own->run));
    LINCE_TRY(lince_run_lock(&run));
    int code = fit(own, observer, c);
    if (!code) own->blueprint.temperature = c->temperature;
    if (!code) code = choose_thresholds(own, observer);
    if (!code) code = lince_calibration_keep(c, &own->blueprint, own->run, own->settings.tta);
    if (!code) code = test_again(own, observer);
    lince_run_unlock(&run);
    return code ? code : tell(c, observer);
}

/* Whatever thresholds this one was told since stay, and are chosen again where they are to be chosen. */
static int take(lince_model *m, double temperature)
{
    m->blueprint.temperature = temperature;
    return has_chosen(m) ? lince_model_set_threshold(m, "auto") : 0;
}

int lince_model_calibrate(lince_model *m, const lince_observer *observer)
{
    LINCE_NEED(m);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    lince_model *own;
    lince_calibration c;
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    if (!m->has_run || m->of_file)
        return lince_fail(LINCE_EUSAGE,
                          "--calibrate: needs a run, whose validation part the temperature is fitted "
                          "on; %s is a weights file",
                          m->path);
    LINCE_TRY(lince_calibration_check_loss(m->blueprint.loss.type, m->blueprint.several));
    LINCE_TRY(lince_model_open(&own, m->run));
    lince_model_threads(own, m->threads);
    int code = calibrate(own, &heard, &c);
    if (!code) code = take(m, own->blueprint.temperature);
    lince_model_free(own);
    return code;
}
