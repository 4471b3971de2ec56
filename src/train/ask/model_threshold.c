/* From which probability on a model of several labels answers one. */
#include "core/error.h"
#include "train/ask/model_internal.h"
#include "train/measure/threshold.h"

static int choose(lince_model *m)
{
    lince_model *own;
    lince_dataset *dataset;
    lince_evaluation e;
    if (!m->has_run)
        return lince_fail(
            LINCE_EUSAGE,
            "--threshold auto: needs a run, on whose validation part it is chosen; %s is a weights file",
            m->path);
    LINCE_TRY(lince_model_open(&own, lince_model_source(m)));
    lince_model_threads(own, m->threads);
    int code = lince_model_set(own, "tta", m->settings.tta);
    if (!code) code = lince_model_on_part(own, NULL, "val", false, &m->observer, &dataset, &e);
    if (!code) {
        code = lince_threshold_choose(&m->blueprint, &e);
        lince_evaluation_release(&e);
        lince_dataset_free(dataset);
    }
    lince_model_free(own);
    return code;
}

int lince_model_set_threshold(lince_model *m, const char *text)
{
    if (!m->blueprint.several)
        return lince_fail(LINCE_EUSAGE, "--threshold %s: is for models of several labels, and %s answers one",
                          text, m->path);
    LINCE_TRY(lince_threshold_check(text));
    double value = lince_threshold_of(text);
    LINCE_TRY(value > 0 ? lince_blueprint_threshold(&m->blueprint, value) : choose(m));
    return lince_settings_set(&m->settings, "threshold", text);
}
