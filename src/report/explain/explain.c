#include "report/explain/explain.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "modality/pictures/pictures.h"
#include "report/explain/reopen.h"
#include "settings/reading.h"
#include "train/measure/scoring.h"

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
    {"errors", LINCE_PICTURES, LINCE_ONE, lince_explain_errors},
    {"gradcam", LINCE_PICTURES, LINCE_ONE, lince_explain_gradcam},
    {"duplicates", LINCE_PICTURES, LINCE_EITHER, lince_explain_duplicates},
    {"recordings", LINCE_RECORDINGS, LINCE_EITHER, lince_explain_recordings},
    {"heard", LINCE_RECORDINGS, LINCE_ONE, lince_explain_heard},
    {"words", LINCE_TEXTS, LINCE_ONE, lince_explain_words},
    {"mistaken", LINCE_TEXTS, LINCE_ONE, lince_explain_mistaken},
};

enum { COUNT = sizeof pictures / sizeof *pictures, OF_ONE_PAIR = 3 };

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
    if (!e->facts->tested || e->facts->labels != LINCE_ONE) return 0;
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

static int by_probability(const void *a, const void *b, void *context)
{
    const lince_outcome_row *rows = context;
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    if (rows[i].probability != rows[j].probability) return rows[i].probability < rows[j].probability ? 1 : -1;
    return i < j ? -1 : 1;
}

/* How many of chosen[count] are mistakes of the same two classes. */
static int same_pair(const lince_outcome_row *rows, const size_t *chosen, size_t count, size_t outcome)
{
    int same = 0;
    for (size_t i = 0; i < count; i++)
        same += rows[chosen[i]].label == rows[outcome].label &&
                rows[chosen[i]].predicted == rows[outcome].predicted;
    return same;
}

int lince_explain_worst(const lince_explainer *e, size_t *worst, size_t most, size_t *found)
{
    const lince_outcome_row *rows = e->outcomes.rows;
    size_t count = 0;
    size_t *wrong = lince_alloc(e->outcomes.count + 1, sizeof *wrong);
    *found = 0;
    if (!wrong) return LINCE_ENOMEM;
    for (size_t i = 0; i < e->outcomes.count; i++)
        if (rows[i].label != rows[i].predicted) wrong[count++] = i;
    qsort_r(wrong, count, sizeof *wrong, by_probability, e->outcomes.rows);
    for (size_t i = 0; i < count && *found < most; i++)
        if (same_pair(rows, worst, *found, wrong[i]) < OF_ONE_PAIR) worst[(*found)++] = wrong[i];
    lince_free(wrong);
    return 0;
}

/* Beside an answer stands the picture that it was given to, or none. */
static int check_content(const lince_explainer *e, size_t outcome, const lince_image *whole)
{
    const lince_outcome_row *row = &e->outcomes.rows[outcome];
    if (!row->content || row->content == lince_image_content(whole)) return 0;
    return lince_fail(
        LINCE_EDATA,
        "%s: %s: it is not the picture that the run was tested on (or another version of a library "
        "decodes it otherwise)",
        lince_dataset_path(e->dataset), row->path);
}

int lince_explain_check(const lince_explainer *e, const char *path, const lince_image *whole)
{
    for (size_t i = 0; i < e->outcomes.count; i++)
        if (!strcmp(e->outcomes.rows[i].path, path)) return check_content(e, i, whole);
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
    int code = check_content(e, outcome, &whole);
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

json_t *lince_explain_outcome(const lince_explainer *e, size_t outcome)
{
    const lince_outcome_row *row = &e->outcomes.rows[outcome];
    char *const *names = e->facts->test.names;
    return lince_json_pack("{s:s, s:s, s:s, s:f}", "path", row->path, "true", names[row->label], "predicted",
                           names[row->predicted], "probability", row->probability);
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
