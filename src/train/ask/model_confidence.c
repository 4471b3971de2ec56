/* lince_model_min_confidence: from which confidence on answers are given, and how many of those are right.
 * What a run's best weights answer on its validation part is kept in its confidence.json. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "metrics/paired.h"
#include "metrics/selective.h"
#include "train/ask/model_internal.h"
#include "train/measure/results.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FILE_NAME "confidence.json"

typedef struct answers {
    lince_answered *list; /* [n], by falling confidence; NULL: not known */
    size_t n;
} answers;

/* --- kept ----------------------------------------------------------------------------------------- */

/* Whether they were given with these views and this temperature. */
static bool is_of(const json_t *kept, const lince_model *m)
{
    const char *tta = json_string_value(json_object_get(kept, "tta"));
    double t = json_number_value(json_object_get(kept, "temperature"));
    return tta && !strcmp(tta, m->settings.tta) &&
           fabs(t - m->blueprint.temperature) <= 1e-8 * m->blueprint.temperature;
}

static int read_list(answers *a, const json_t *list)
{
    const json_t *one;
    size_t i;
    if (!(a->list = lince_alloc(json_array_size(list) + 1, sizeof *a->list))) return LINCE_ENOMEM;
    json_array_foreach(list, i, one) a->list[a->n++] =
        (lince_answered){(float)json_number_value(json_array_get(one, 0)),
                         json_integer_value(json_array_get(one, 1)) != 0};
    lince_answered_sort(a->list, a->n);
    return 0;
}

/* Nothing where none are kept, or those of other answers. */
static int read_kept(const lince_model *m, answers *a)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, m->run, FILE_NAME));
    json_t *kept;
    LINCE_TRY(lince_json_read_if_there(path, &kept));
    json_t *list = json_object_get(kept, "answers");
    int code = json_array_size(list) && is_of(kept, m) ? read_list(a, list) : 0;
    json_decref(kept);
    return code;
}

static int write_kept(const lince_model *own, const answers *a)
{
    json_t *list = json_array();
    for (size_t i = 0; i < a->n; i++)
        lince_json_add(&list, lince_json_pack("[f, i]", (double)a->list[i].confidence, a->list[i].right));
    return lince_write_json(own->run, FILE_NAME,
                            lince_json_pack("{s:s, s:f, s:I, s:o}", "tta", own->settings.tta, "temperature",
                                            own->blueprint.temperature, "n", (json_int_t)a->n, "answers",
                                            list),
                            JSON_COMPACT);
}

/* --- computed ------------------------------------------------------------------------------------- */

static int take(answers *a, const lince_evaluation *e)
{
    if (!(a->list = lince_alloc(e->n + 1, sizeof *a->list))) return LINCE_ENOMEM;
    for (a->n = 0; a->n < e->n; a->n++) {
        const lince_outcome *o = &e->outcomes[a->n];
        a->list[a->n] = (lince_answered){o->probability, o->right};
    }
    lince_answered_sort(a->list, a->n);
    return 0;
}

static int ask_validation(lince_model *own, const lince_observer *observer, answers *a)
{
    lince_dataset *dataset;
    lince_evaluation e;
    int code = lince_model_on_part(own, NULL, "val", false, observer, &dataset, &e);
    if (!code) code = take(a, &e);
    lince_evaluation_release(&e);
    lince_dataset_free(dataset);
    if (code) return lince_fail_in(code, "--min-confidence");
    if (own->of_file || !write_kept(own, a) || !observer || !observer->warning) return 0;
    observer->warning(observer->context, lince_error()); /* as in a folder that cannot be written */
    return 0;
}

/* Of the run as it is, with the views of this model. */
static int compute(const lince_model *m, const lince_observer *observer, answers *a)
{
    lince_model *own;
    LINCE_TRY(lince_model_open(&own, lince_model_source(m)));
    lince_model_threads(own, m->threads);
    int code = lince_model_set(own, "tta", m->settings.tta);
    if (!code) code = ask_validation(own, observer, a);
    lince_model_free(own);
    return code;
}

/* --- what is asked for ---------------------------------------------------------------------------- */

static bool parse(const char *text, bool *aim, double *value)
{
    *aim = !strncmp(text, "auto:", 5);
    const char *number = *aim ? text + 5 : text, *end = lince_number_read(number, value);
    return *number && end != number && !*end && *value >= 0 && *value <= 1 && (!*aim || *value > 0);
}

static int find_least(const answers *a, double wanted, lince_selection *s)
{
    if (lince_selection_for(a->list, a->n, wanted, s)) return 0;
    return lince_fail(
        LINCE_EDATA,
        "--min-confidence auto:%g: not reached on the validation part: from whatever confidence on, at "
        "most %.2f %% of the answers are right (%zu of %zu, from %.9g on)",
        wanted, s->answered ? 100.0 * (double)s->right / (double)s->answered : 0.0, s->right, s->answered,
        s->least);
}

static int choose(const lince_model *m, const char *text, const lince_observer *observer, answers *a,
                  lince_selection *s)
{
    bool aim;
    double value;
    if (!parse(text, &aim, &value))
        return lince_fail(LINCE_EUSAGE, "--min-confidence %s: expected a number from 0 to 1, or auto:0.95",
                          text);
    if (aim && !m->has_run)
        return lince_fail(LINCE_EUSAGE,
                          "--min-confidence %s: needs a run, whose validation part says how often "
                          "answers are right; %s is a weights file",
                          text, m->path);
    if (m->has_run && !m->of_file) LINCE_TRY(read_kept(m, a));
    if (aim && !a->list) LINCE_TRY(compute(m, observer, a));
    if (aim) return find_least(a, value, s);
    *s = lince_selection_at(a->list, a->n, value);
    return 0;
}

static void tell(const lince_confidence *c, const lince_observer *o)
{
    char text[512];
    if (!o || !o->note) return;
    if (!c->answered)
        snprintf(text, sizeof text, _("below a confidence of %.9g the answer is \"unknown\""), c->least);
    else
        snprintf(text, sizeof text,
                 _("below a confidence of %.9g the answer is \"unknown\"; of the validation part (samples: "
                   "%zu) %.1f %% is answered, and %.2f %% of that rightly (95 %% interval: %.1f to %.1f %%, "
                   "as if the confidence had not been chosen by it)"),
                 c->least, c->samples, 100.0 * (double)c->answered / (double)c->samples,
                 100.0 * (double)c->right / (double)c->answered, 100 * c->low, 100 * c->high);
    o->note(o->context, text);
}

int lince_model_min_confidence(lince_model *m, const char *text, const lince_observer *observer,
                               lince_confidence *said)
{
    LINCE_NEED(m);
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    answers a = {0};
    lince_selection s = {0};
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    if (m->blueprint.several)
        return lince_fail(LINCE_EUSAGE,
                          "--min-confidence: is of one answer a sample, and %s answers several labels; "
                          "--threshold says from which probability on",
                          m->path);
    if (said) LINCE_TRY(lince_sized_check(&m->confidence, said, "lince_confidence"));
    int code = choose(m, text, &heard, &a, &s);
    if (!code) {
        lince_interval sure = lince_wilson(s.right, s.answered ? s.answered : 1);
        m->confidence =
            (lince_confidence){sizeof m->confidence, s.least, a.n, s.answered, s.right, sure.low, sure.high};
        tell(&m->confidence, &heard);
        if (said) lince_sized_write(said, &m->confidence);
    }
    lince_free(a.list);
    return code;
}
