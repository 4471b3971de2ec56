#include "train/measure/threshold.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/number.h"
#include "train/measure/annotate.h"

#include <string.h>

double lince_threshold_of(const char *text)
{
    double value = 0;
    if (!text || !strcmp(text, "auto")) return 0;
    const char *end = lince_number_read(text, &value);
    return end != text && !*end && value > 0 && value < 1 ? value : -1;
}

int lince_threshold_check(const char *text)
{
    if (lince_threshold_of(text) >= 0) return 0;
    return lince_fail(LINCE_EUSAGE, "--threshold %s: expected a number between 0 and 1, or auto", text);
}

int lince_threshold_choose(lince_blueprint *b, const lince_evaluation *e)
{
    LINCE_TRY(lince_blueprint_threshold(b, 0.5));
    lince_label_thresholds(&e->curves, b->threshold);
    return 0;
}

int lince_threshold_keep(const lince_blueprint *b, const char *folder)
{
    char *text;
    LINCE_TRY(lince_blueprint_thresholds_text(b, &text));
    int code = lince_annotate_best(folder, &(lince_metadata){"lince.thresholds", text}, 1);
    lince_free(text);
    return code;
}
