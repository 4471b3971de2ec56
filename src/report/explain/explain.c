#include "report/explain/explain.h"
#include "core/display.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "modality/pictures/pictures.h"
#include "report/explain/reopen.h"
#include "settings/reading.h"
#include "train/measure/scoring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct picture {
    const char *name;
    lince_kinds kinds;
    lince_labels labels;
    int (*draw)(lince_explainer *e);
} picture;

static const picture pictures[] = {
    {"samples", LINCE_PICTURES, LINCE_EITHER, lince_explain_samples},
    {"filters", LINCE_PICTURES, LINCE_EITHER, lince_explain_filters},
    {"errors", LINCE_PICTURES, LINCE_EITHER, lince_explain_errors},
    {"gradcam", LINCE_PICTURES, LINCE_EITHER, lince_explain_gradcam},
    {"duplicates", LINCE_PICTURES, LINCE_EITHER, lince_explain_duplicates},
    {"recordings", LINCE_RECORDINGS, LINCE_EITHER, lince_explain_recordings},
    {"heard", LINCE_RECORDINGS, LINCE_EITHER, lince_explain_heard},
    {"words", LINCE_TEXTS, LINCE_EITHER, lince_explain_words},
    {"mistaken", LINCE_TEXTS, LINCE_EITHER, lince_explain_mistaken},
};

enum { COUNT = sizeof pictures / sizeof *pictures, OF_ONE_KIND = 3 };

/* --- opening -------------------------------------------------------------------------------------- */

static int open_net(lince_explainer *e)
{
    const lince_net_options options = {
        .batch = 1, .threads = lince_processors(), .keep = true, .frozen = true};
    LINCE_TRY(lince_reopen_blueprint(e->facts, &e->blueprint));
    const lince_blueprint *b = &e->blueprint;
    LINCE_TRY(lince_modality_plan_views(b->modality, b->encoder, e->facts->views, e->facts->run.folder));
    return lince_reopen_net(e->facts, &e->blueprint, &options, &e->net);
}

/* The rows lie in the part's order, without the samples that could not be read. */
static int find_outcomes(lince_explainer *e)
{
    if (!e->facts->tested) return 0;
    LINCE_TRY(lince_facts_read_outcomes(e->facts, &e->outcomes));
    e->index = lince_alloc(e->outcomes.count + 1, sizeof *e->index);
    if (!e->index) return LINCE_ENOMEM;
    size_t at = 0, count = lince_dataset_count(e->dataset, LINCE_TEST);
    for (size_t i = 0; i < e->outcomes.count; i++, at++) {
        const char *path = e->outcomes.rows[i].path;
        while (at < count && strcmp(lince_dataset_name(e->dataset, LINCE_TEST, at), path) != 0) at++;
        if (at == count)
            return lince_fail(LINCE_EDATA, "%s: predictions.csv names %s, which is not in its place there",
                              lince_dataset_path(e->dataset), path);
        e->index[i] = at;
    }
    return 0;
}

/* --- for the pictures ----------------------------------------------------------------------------- */

static bool has_several(const lince_explainer *e)
{
    return e->facts->labels == LINCE_SEVERAL;
}

typedef struct mistake {
    lince_case at;
    double sure;
} mistake;

typedef struct mistakes {
    mistake *list;
    size_t count, capacity;
} mistakes;

static int by_sureness(const void *a, const void *b)
{
    const mistake *x = a, *y = b;
    if (x->sure != y->sure) return x->sure < y->sure ? 1 : -1;
    if (x->at.outcome != y->at.outcome) return x->at.outcome < y->at.outcome ? -1 : 1;
    return (x->at.class > y->at.class) - (x->at.class < y->at.class);
}

static int add_mistake(mistakes *m, size_t outcome, int class, double sure)
{
    LINCE_TRY(lince_grow(&m->list, &m->capacity, m->count + 1, sizeof *m->list));
    m->list[m->count++] = (mistake){{outcome, class}, sure};
    return 0;
}

static int find_mistakes(const lince_explainer *e, mistakes *m)
{
    for (size_t i = 0; i < e->outcomes.count; i++) {
        const lince_outcome_row *row = &e->outcomes.rows[i];
        if (!row->right && !has_several(e)) LINCE_TRY(add_mistake(m, i, row->predicted, row->probability));
        for (int c = 0; c < e->facts->test_classes && has_several(e) && !row->right; c++)
            if (row->there[c] != row->answered[c])
                LINCE_TRY(
                    add_mistake(m, i, c, row->there[c] ? 1 - (double)row->each[c] : (double)row->each[c]));
    }
    if (m->count) qsort(m->list, m->count, sizeof *m->list, by_sureness);
    return 0;
}

/* Whether two are mistakes of the same two classes, or of the same label in the same way. */
static bool is_same_kind(const lince_explainer *e, const lince_case *a, const lince_case *b)
{
    const lince_outcome_row *x = &e->outcomes.rows[a->outcome], *y = &e->outcomes.rows[b->outcome];
    return a->class == b->class &&
           (has_several(e) ? x->there[a->class] == y->there[b->class] : x->label == y->label);
}

static bool may_show(const lince_explainer *e, const lince_case *chosen, size_t count, const lince_case *at)
{
    int same = 0;
    for (size_t i = 0; i < count; i++) {
        if (chosen[i].outcome == at->outcome) return false;
        same += is_same_kind(e, &chosen[i], at);
    }
    return same < OF_ONE_KIND;
}

int lince_explain_worst(const lince_explainer *e, lince_case *worst, size_t most, size_t *found)
{
    mistakes m = {0};
    int code = find_mistakes(e, &m);
    *found = 0;
    for (size_t i = 0; i < m.count && *found < most && !code; i++)
        if (may_show(e, worst, *found, &m.list[i].at)) worst[(*found)++] = m.list[i].at;
    lince_free(m.list);
    return code;
}

/* Each label of the first samples that have several, all of which are right. */
static size_t choose_several(const lince_explainer *e, lince_case *chosen, size_t most,
                             bool (*shown)(const lince_explainer *e, size_t outcome))
{
    size_t found = 0;
    for (size_t i = 0; i < e->outcomes.count; i++) {
        const lince_outcome_row *row = &e->outcomes.rows[i];
        size_t labels = 0;
        for (int c = 0; c < e->facts->test_classes && row->right; c++) labels += row->there[c];
        if (labels < 2 || found + labels > most || (shown && !shown(e, i))) continue;
        for (int c = 0; c < e->facts->test_classes; c++)
            if (row->there[c]) chosen[found++] = (lince_case){i, c};
    }
    return found;
}

static bool is_found(const lince_explainer *e, size_t outcome, int class)
{
    const lince_outcome_row *row = &e->outcomes.rows[outcome];
    return has_several(e) ? row->there[class] && row->answered[class] : row->right && row->label == class;
}

size_t lince_explain_right(const lince_explainer *e, lince_case *chosen, size_t most,
                           bool (*shown)(const lince_explainer *e, size_t outcome))
{
    size_t found = has_several(e) ? choose_several(e, chosen, most / 2 + 1, shown) : 0, first = found;
    for (int c = 0; c < e->facts->test_classes && found < most; c++) {
        bool there = false;
        for (size_t i = 0; i < first; i++) there = there || chosen[i].class == c;
        for (size_t i = 0; i < e->outcomes.count && !there; i++) {
            if (!is_found(e, i, c) || (shown && !shown(e, i))) continue;
            chosen[found++] = (lince_case){i, c};
            there = true;
        }
    }
    return found;
}

double lince_explain_probability(const lince_explainer *e, const lince_case *at)
{
    const lince_outcome_row *row = &e->outcomes.rows[at->outcome];
    return has_several(e) ? (double)row->each[at->class] : row->probability;
}

/* Of several labels. */
static const char *found_how(const lince_outcome_row *row, int class)
{
    return !row->there[class] ? "wrong" : row->answered[class] ? "right" : "missed";
}

void lince_explain_captions(const lince_explainer *e, const lince_case *at, char sample[LINCE_CAPTION_MAX],
                            char answer[LINCE_CAPTION_MAX])
{
    const lince_outcome_row *row = &e->outcomes.rows[at->outcome];
    char *const *names = e->facts->test_names;
    const char *of = has_several(e) ? row->labels : names[row->label], *sign = row->right ? "=" : "→";
    if (has_several(e)) sign = !row->there[at->class] ? "+" : row->answered[at->class] ? "=" : "-";
    snprintf(sample, LINCE_CAPTION_MAX, "%.*s", LINCE_CUT(*of ? of : "–", 200));
    snprintf(answer, LINCE_CAPTION_MAX, "%s %.*s\n%.0f %%", sign, LINCE_CUT(names[at->class], 200),
             100 * lince_explain_probability(e, at));
}

int lince_explain_check(const lince_explainer *e, size_t outcome, uint64_t content)
{
    const lince_outcome_row *row = &e->outcomes.rows[outcome];
    if (!row->content || row->content == content) return 0;
    return lince_fail(
        LINCE_EDATA,
        "%s: %s: it is not the sample that the run was tested on (or another version of a library "
        "decodes it otherwise)",
        lince_dataset_path(e->dataset), row->path);
}

int lince_explain_check_named(const lince_explainer *e, const char *path, uint64_t content)
{
    for (size_t i = 0; i < e->outcomes.count; i++)
        if (!strcmp(e->outcomes.rows[i].path, path)) return lince_explain_check(e, i, content);
    return 0;
}

bool lince_explain_passes(const lince_explainer *e, int code)
{
    return code == LINCE_EFORMAT || code == LINCE_EUNSUPPORTED || code == LINCE_EDATA ||
           (code == LINCE_EIO && lince_skips_bad(&e->facts->settings));
}

static int fit(lince_explainer *e, size_t outcome, const lince_transform *transform, lince_image *image)
{
    lince_image whole;
    *image = (lince_image){0};
    LINCE_TRY(lince_dataset_read(e->dataset, LINCE_TEST, e->index[outcome], &whole));
    int code = lince_explain_check(e, outcome, lince_image_content(&whole));
    if (!code) code = lince_transform_fit(transform, &whole, image);
    lince_image_release(&whole);
    return code;
}

int lince_explain_picture(lince_explainer *e, size_t outcome, lince_image *image)
{
    return fit(e, outcome, &lince_picture_encoder_of(e->blueprint.encoder)->transform, image);
}

int lince_explain_probabilities(lince_explainer *e, size_t outcome, float *probability)
{
    const lince_transform *shown = &lince_picture_encoder_of(e->blueprint.encoder)->picture;
    lince_image fitted;
    int classes = lince_net_classes(e->net);
    LINCE_TRY(fit(e, outcome, shown, &fitted));
    float *x = lince_alloc(3 * (size_t)fitted.width * (size_t)fitted.height, sizeof *x);
    int code = x ? 0 : LINCE_ENOMEM;
    if (!code) {
        lince_transform_normalise(shown, fitted.pixels, x);
        code = lince_score(e->net, lince_blueprint_views(&e->blueprint), &(lince_batch){.n = 1, .input.x = x},
                           probability);
    }
    if (!code)
        lince_score_probabilities(&e->blueprint.loss, probability, 1, classes, e->blueprint.temperature,
                                  probability);
    lince_image_release(&fitted);
    lince_free(x);
    return code;
}

json_t *lince_explain_case(const lince_explainer *e, const lince_case *at)
{
    const lince_outcome_row *row = &e->outcomes.rows[at->outcome];
    char *const *names = e->facts->test_names;
    bool several = has_several(e);
    json_t *json = lince_json_pack("{s:s, s:s, s:s, s:f}", "path", row->path, "true",
                                   several ? row->labels : names[row->label], "predicted",
                                   several ? row->answers : names[row->predicted], "probability",
                                   lince_explain_probability(e, at));
    if (several) lince_json_put(&json, "label", lince_json_string(names[at->class]));
    if (several) lince_json_put(&json, "found", lince_json_string(found_how(row, at->class)));
    return json;
}

/* --- the whole ------------------------------------------------------------------------------------ */

static int write_told(lince_explainer *e)
{
    static const char name[] = "explain.json";
    const char *folder = e->facts->run.folder;
    char *text;
    int code = lince_json_text(e->told, JSON_INDENT(2) | JSON_REAL_PRECISION(9), &text);
    e->told = NULL;
    code = code ? lince_fail_in(code, name) : lince_file_write_in(folder, name, text, strlen(text));
    lince_free(text);
    return code;
}

static int open_all(lince_explainer *e)
{
    LINCE_TRY(lince_reopen_data(e->facts, &e->dataset));
    LINCE_TRY(open_net(e));
    LINCE_TRY(find_outcomes(e));
    e->told = json_object();
    return 0;
}

static bool fits(size_t i, const lince_facts *facts)
{
    return (pictures[i].kinds & facts->kinds) && (pictures[i].labels & facts->labels);
}

static bool has_pictures(const lince_facts *facts)
{
    bool any = false;
    for (size_t i = 0; i < COUNT; i++) any |= fits(i, facts);
    return any;
}

int lince_explain(const lince_facts *facts)
{
    lince_explainer e = {.facts = facts};
    if (!has_pictures(facts)) return 0;
    int code = open_all(&e);
    for (size_t i = 0; i < COUNT && !code; i++)
        if (fits(i, facts)) code = pictures[i].draw(&e);
    if (!code) code = write_told(&e);
    json_decref(e.told);
    lince_free(e.index);
    lince_outcomes_release(&e.outcomes);
    lince_net_free(e.net);
    lince_blueprint_release(&e.blueprint);
    lince_dataset_free(e.dataset);
    return code;
}
