#include "train/measure/calibrate.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "settings/settings.h"
#include "train/measure/results.h"
#include "weights/formats/safetensors.h"

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

int lince_calibration_fit(lince_calibration *c, const lince_evaluation *raw)
{
    size_t n = raw->metrics.n;
    int classes = raw->metrics.classes;
    *c = (lince_calibration){.temperature = lince_fit_temperature(raw->scores, raw->labels, n, classes)};
    if (!(c->temperature > 0))
        return lince_fail(LINCE_EDATA,
                          "--calibrate: the validation part has no samples to fit the temperature on");
    for (size_t i = 0; i < n; i++) {
        const float *scores = raw->scores + i * (size_t)classes;
        lince_reliability_add(&c->before, scores, classes, 1, raw->labels[i]);
        lince_reliability_add(&c->after, scores, classes, c->temperature, raw->labels[i]);
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

/* --- keeping it ----------------------------------------------------------------------------------- */

static const char BEST[] = "weights/best.safetensors";

/* The file's metadata with another temperature. */
static int write_with(const lince_weights *w, const char *folder, const char *temperature)
{
    size_t count = 0, kept = 0;
    while (lince_weights_metadata_at(w, count)) count++;
    lince_metadata *metadata = lince_alloc(count + 1, sizeof *metadata);
    if (!metadata) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const lince_metadata *pair = lince_weights_metadata_at(w, i);
        if (strcmp(pair->key, "lince.temperature") != 0) metadata[kept++] = *pair;
    }
    metadata[kept++] = (lince_metadata){"lince.temperature", temperature};
    size_t tensors = lince_weights_count(w);
    int code = lince_safetensors_write_in(folder, BEST, tensors ? lince_weights_at(w, 0) : NULL, tensors,
                                          metadata, kept);
    lince_free(metadata);
    return code;
}

static bool are_equal(const lince_weights *a, const lince_weights *b)
{
    bool equal = lince_weights_count(a) == lince_weights_count(b);
    for (size_t i = 0; equal && i < lince_weights_count(a); i++) {
        const lince_tensor *x = lince_weights_at(a, i), *y = lince_weights_find(b, x->name);
        equal = y && x->bytes == y->bytes && !memcmp(x->data, y->data, x->bytes);
    }
    return equal;
}

/* Whether the last epoch is the best one, by its weights: a process that was ended between the two steps below has left two
 * files of what was one. */
static int is_last(const lince_weights *best, const char *path, bool *same)
{
    lince_weights *last;
    *same = false;
    if (lince_file_is_missing(path)) return 0;
    LINCE_TRY(lince_safetensors_open(&last, path));
    *same = are_equal(best, last);
    lince_weights_free(last);
    return 0;
}

/* last.safetensors stays the same file where it was. */
static int keep_in_weights(const char *folder, double temperature)
{
    char best[LINCE_PATH_MAX], last[LINCE_PATH_MAX], number[32];
    lince_weights *w;
    LINCE_TRY(lince_path_join(best, folder, BEST));
    LINCE_TRY(lince_path_join(last, folder, "weights/last.safetensors"));
    bool one;
    snprintf(number, sizeof number, "%.9g", temperature);
    LINCE_TRY(lince_safetensors_open(&w, best));
    int code = is_last(w, last, &one);
    if (!code) code = write_with(w, folder, number);
    lince_weights_free(w);
    if (!code && one) code = lince_file_link(folder, "weights", "best.safetensors", "last.safetensors");
    return code < 0 ? code : 0;
}

int lince_calibration_keep(const lince_calibration *c, const char *folder, const char *tta)
{
    LINCE_TRY(keep_in_weights(folder, c->temperature));
    json_t *json = lince_calibration_json(c->temperature, &c->before, &c->after);
    lince_json_put(&json, "tta", lince_json_string(tta));
    return lince_write_json(folder, "calibration.json", json, JSON_INDENT(2));
}
