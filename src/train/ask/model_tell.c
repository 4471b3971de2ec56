/* What an answer says, for who prints or sends it: the order of its classes, and JSON. */
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "text/encoding.h"
#include "train/ask/model_internal.h"

#include <lince/model.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the order ------------------------------------------------------------------------------------ */

typedef struct ranking {
    const lince_prediction *prediction;
    bool answered_first;
} ranking;

static int compare(const void *first, const void *second, void *context)
{
    const ranking *r = context;
    const lince_prediction *p = r->prediction;
    int a = *(const int *)first, b = *(const int *)second;
    if (r->answered_first && p->answered[a] != p->answered[b]) return p->answered[a] ? -1 : 1;
    if (p->probability[a] != p->probability[b]) return p->probability[a] > p->probability[b] ? -1 : 1;
    return (a > b) - (a < b);
}

void lince_prediction_rank(const lince_prediction *prediction, bool answered_first, int *order)
{
    lince_prediction own = LINCE_PREDICTION_INIT;
    if (!order || lince_sized_read(&own, prediction, "lince_prediction") || !own.probability) return;
    ranking r = {&own, answered_first && own.answered};
    for (int c = 0; c < own.classes; c++) order[c] = c;
    qsort_r(order, (size_t)own.classes, sizeof *order, compare, &r);
}

/* --- as JSON -------------------------------------------------------------------------------------- */

static const char *class_name(const lince_model *m, int index, char spare[16])
{
    const char *name = lince_model_class(m, index);
    if (!name) snprintf(spare, 16, "%d", index);
    return name ? name : spare;
}

static json_t *probabilities_json(const lince_model *m, const lince_prediction *p, const int *order,
                                  int count)
{
    char spare[16];
    json_t *object = lince_json_pack("{}");
    for (int i = 0; i < count; i++)
        lince_json_put(&object, class_name(m, order[i], spare),
                       lince_json_real((double)p->probability[order[i]]));
    return object;
}

/* Of several labels: those that are answered. */
static json_t *labels_json(const lince_model *m, const lince_prediction *p, const int *order)
{
    char spare[16];
    json_t *labels = lince_json_pack("[]");
    for (int i = 0; i < p->classes; i++)
        if (p->answered[order[i]]) lince_json_add(&labels, lince_json_string(class_name(m, order[i], spare)));
    return labels;
}

static int put_answer(json_t **line, const lince_model *m, const lince_prediction *p, int top)
{
    const lince_modality *its = m->blueprint.modality;
    char spare[16];
    const char *name;
    size_t value;
    if (!p->probability) return lince_fail(LINCE_EUSAGE, "lince_prediction: nothing was answered");
    int *order = lince_alloc((size_t)p->classes, sizeof *order);
    if (!order) return LINCE_ENOMEM;
    lince_prediction_rank(p, top <= 0, order);
    if (p->answered)
        lince_json_put(line, "labels", labels_json(m, p, order));
    else {
        lince_json_put(line, "class",
                       p->unsure ? lince_json_pack("n") : lince_json_string(class_name(m, p->best, spare)));
        lince_json_put(line, "probability", lince_json_real((double)p->probability[p->best]));
    }
    lince_json_put(line, "probabilities",
                   probabilities_json(m, p, order, top > 0 && top < p->classes ? top : p->classes));
    for (size_t i = 0; its->told && (name = its->told(p, i, &value)); i++)
        lince_json_put(line, name, lince_json_pack("I", (json_int_t)value));
    lince_free(order);
    return 0;
}

/* A path need not be UTF-8, as JSON must be; nor need a text that was refused for it. */
static json_t *input_json(const char *input)
{
    char shown[4096];
    size_t size = strlen(input);
    if (lince_utf8_check(input, size) == size) return lince_json_string(input);
    lince_name_for_display(shown, sizeof shown, input);
    return lince_json_string(shown);
}

int lince_model_answer_json(const lince_model *m, const char *input, int code,
                            const lince_prediction *prediction, int top, char **text)
{
    LINCE_NEED(text);
    *text = NULL;
    LINCE_NEED(m);
    LINCE_NEED(input);
    if (!code) LINCE_NEED(prediction);
    LINCE_PLAIN_LOCALE;
    lince_prediction own = LINCE_PREDICTION_INIT;
    json_t *line = lince_json_pack("{}");
    lince_json_put(&line, m->blueprint.modality->input, input_json(input));
    if (code)
        lince_json_put(&line, "error", lince_json_string(lince_error()));
    else if ((code = lince_sized_read(&own, prediction, "lince_prediction")) ||
             (code = put_answer(&line, m, &own, top))) {
        json_decref(line);
        return code;
    }
    return lince_json_text(line, JSON_COMPACT | JSON_REAL_PRECISION(7), text);
}
