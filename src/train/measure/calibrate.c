#include "train/measure/calibrate.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "settings/settings.h"
#include "train/measure/annotate.h"
#include "train/measure/results.h"

#include <stdio.h>
#include <string.h>

int lince_calibration_check(const lince_settings *s)
{
    if (s->val_on_test)
        return lince_fail(LINCE_EUSAGE,
                          "--calibrate: the temperature is fitted on the validation part, and here "
                          "that is the test part (--val-on-test), which must not decide anything");
    return 0;
}

int lince_calibration_check_loss(const lince_loss_type *loss, bool several)
{
    if (!several || loss->several) return 0;
    return lince_fail(
        LINCE_EUSAGE,
        "--calibrate: of several labels a temperature is for losses of each class by itself, and "
        "--loss %s is of a softmax",
        loss->name);
}

int lince_calibration_fit(lince_calibration *c, const lince_evaluation *raw)
{
    const lince_scored scored = {raw->scores, raw->n, raw->classes, raw->labels, raw->there};
    *c = (lince_calibration){.temperature = lince_fit_temperature(&scored)};
    if (!(c->temperature > 0))
        return lince_fail(LINCE_EDATA,
                          "--calibrate: the validation part has no samples to fit the temperature on");
    for (size_t i = 0; i < raw->n; i++) {
        lince_reliability_add(&c->before, &scored, i, 1);
        lince_reliability_add(&c->after, &scored, i, c->temperature);
    }
    lince_reliability_finish(&c->before);
    lince_reliability_finish(&c->after);
    return 0;
}

void lince_calibration_print(const lince_calibration *c, lince_buffer *out)
{
    bool at_bound = c->temperature <= LINCE_TEMPERATURE_LEAST || c->temperature >= LINCE_TEMPERATURE_MOST;
    lince_buffer_printf(out,
                        _("calibrated: temperature %.4f, fitted on the validation part (samples: %zu); there "
                          "the cross-entropy goes "
                          "from %.4f to %.4f, the expected calibration error from %.2f %% to %.2f %%"),
                        c->temperature, c->before.n, c->before.loss, c->after.loss, 100 * c->before.ece,
                        100 * c->after.ece);
    if (at_bound)
        lince_buffer_puts(out,
                          _("; that is the end of what is tried: the validation part is too small, or all "
                            "of it is right, and says nothing of the temperature"));
}

int lince_calibration_keep(const lince_calibration *c, const lince_blueprint *b, const char *folder,
                           const char *tta)
{
    char number[32], *thresholds = NULL;
    snprintf(number, sizeof number, "%.9g", c->temperature);
    if (b->threshold) LINCE_TRY(lince_blueprint_thresholds_text(b, &thresholds));
    const lince_metadata pairs[] = {{"lince.temperature", number}, {"lince.thresholds", thresholds}};
    int code = lince_annotate_best(folder, pairs, thresholds ? 2 : 1);
    lince_free(thresholds);
    if (code) return code;
    json_t *json = lince_calibration_json(c->temperature, &c->before, &c->after);
    lince_json_put(&json, "tta", lince_json_string(tta));
    return lince_write_json(folder, "calibration.json", json, JSON_INDENT(2));
}
