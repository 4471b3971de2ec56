/* lince_model_evaluate: a model on a part of a data set, its run's own or another. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "core/tell.h"
#include "metrics/selective.h"
#include "modality/texts/table_facts.h"
#include "settings/reading.h"
#include "train/ask/model_internal.h"
#include "train/data/open_data.h"
#include "train/measure/evaluate.h"
#include "train/measure/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the data ------------------------------------------------------------------------------------- */

/* The part of that name; without a name the test part or, where the data have one part only, that one. */
static int choose_part(const lince_dataset *data, const char *name, lince_part *part)
{
    int there = 0;
    for (int p = 0; p < LINCE_PARTS; p++) {
        bool has = lince_dataset_count(data, (lince_part)p) > 0;
        if (name ? !strcmp(name, lince_part_name((lince_part)p)) : has) *part = (lince_part)p;
        there += has;
    }
    if (!name && there > 1) *part = LINCE_TEST;
    if (name && strcmp(name, lince_part_name(*part)) != 0)
        return lince_fail(LINCE_EUSAGE, "--split %s: expected train, val or test", name);
    if (lince_dataset_count(data, *part)) return 0;
    return lince_fail(LINCE_EDATA, "%s: has no %s part", lince_dataset_path(data), lince_part_title(*part));
}

int lince_model_recorded(const lince_model *m, json_t **record)
{
    char path[LINCE_PATH_MAX];
    *record = NULL;
    if (!m->has_run) return 0;
    LINCE_TRY(lince_path_join(path, m->run, "data.json"));
    return lince_json_read_if_there(path, record);
}

static int changed(const char *data, const char *then, const char *now, const char *option)
{
    return lince_fail(LINCE_EDATA,
                      "%s: changed since the training, which read column %s: now column %s would be read; "
                      "choose one by --%s",
                      data, then, now, option);
}

/* Split as the run did. Where the data have changed since, so may have the columns that are guessed. */
static int open_own(const lince_model *m, const lince_settings *own, const json_t *record,
                    const lince_observer *observer, lince_dataset **dataset)
{
    lince_columns then = lince_columns_recorded(record);
    LINCE_TRY(lince_open_data(dataset, own, m->run, NULL, observer));
    const lince_table_facts *now = lince_dataset_table(*dataset);
    if (!now || !then.text) return 0;
    if (!m->said.text && strcmp(now->text_column, then.text) != 0)
        return changed(own->data, then.text, now->text_column, "text-column");
    if (!m->said.label && strcmp(now->label_column, then.label) != 0)
        return changed(own->data, then.label, now->label_column, "label-column");
    return 0;
}

/* In the parts that the data have, by the columns that the run used: by their names, where they had some. */
static int open_other(const lince_model *m, const json_t *record, const char *data,
                      const lince_observer *observer, lince_dataset **dataset)
{
    lince_columns then = lince_columns_recorded(record);
    char text[LINCE_COLUMN_MAX], label[LINCE_COLUMN_MAX];
    lince_table_options table = lince_table_settings(&m->settings);
    table.measured = true;
    table.classes = NULL;                            /* matched with the model's later */
    table.group_column = table.group_pattern = NULL; /* nothing is split */
    table.split_optional = !m->said.split;
    table.labels = lince_labelling_for(m->blueprint.several)->name;
    bool looks = !table.quoting || !strcmp(table.quoting, "auto");
    if (looks && then.quoting && !strcmp(then.quoting, "none")) table.quoting = then.quoting;
    if (then.text && !m->said.text) table.text_column = lince_column_option(then.text, text);
    if (then.text && !m->said.label) table.label_column = lince_column_option(then.label, label);
    if (then.text && then.named && !m->said.text && !m->said.label && !m->said.header) table.header = "yes";
    lince_within within = lince_within_settings(&m->settings, observer);
    return lince_dataset_open_table(dataset, data, &table, &within);
}

static bool is_fingerprint(const json_t *record, const lince_dataset *dataset)
{
    const char *then = json_string_value(json_object_get(record, "fingerprint"));
    return then && !strcmp(then, lince_dataset_fingerprint(dataset));
}

/* The run's own data, wherever they lie now, are split as it did: others have not seen its training. */
static int open_data(const lince_model *m, const char *data, const lince_observer *observer,
                     lince_dataset **dataset, bool *is_own)
{
    lince_settings own = m->settings;
    if (!data && !m->has_run)
        return lince_fail(LINCE_EUSAGE, "--data is missing: the data set to evaluate on");
    json_t *record;
    LINCE_TRY(lince_model_recorded(m, &record));
    bool same = m->has_run && (!data || (own.data && lince_is_same_file(data, own.data)));
    int code = same ? 0 : open_other(m, record, data, observer, dataset);
    if (!code && !same && is_fingerprint(record, *dataset)) {
        lince_dataset_free(*dataset);
        *dataset = NULL;
        same = true;
        own.data = (char *)data;
    }
    if (!code && same) code = open_own(m, &own, record, observer, dataset);
    json_decref(record);
    *is_own = same;
    return code;
}

static int refuse_content(const lince_model *m, const lince_dataset *data)
{
    const lince_modality *theirs = lince_modality_of_data(data), *its = m->blueprint.modality;
    return theirs == its
               ? 0
               : lince_fail(LINCE_EDATA, "%s holds %s, and %s classifies %s", lince_dataset_path(data),
                            _(theirs->plural), m->blueprint.model, _(its->plural));
}

/* Data whose samples have several labels are no test of a model that answers one. */
static int refuse_task(const lince_model *m, const lince_dataset *data)
{
    const lince_labelling *theirs = lince_labelling_of(data),
                          *its = lince_labelling_for(m->blueprint.several);
    return theirs == its ? 0
                         : lince_fail(LINCE_EDATA, "%s holds %s, and %s is of %s", lince_dataset_path(data),
                                      _(theirs->plural), m->path, _(its->plural));
}

/* A weights file need not name its classes; then they are those of the data, in the data's order. */
static int take_classes(lince_model *m, lince_dataset *data)
{
    lince_blueprint *b = &m->blueprint;
    LINCE_TRY(lince_dataset_select(data, m->chosen));
    int found = lince_dataset_classes(data);
    if (found != b->classes)
        return lince_fail(LINCE_EDATA,
                          "%s: classes: %d; the model has %d and does not name them; --classes-file does",
                          lince_dataset_path(data), found, b->classes);
    if (!(b->names = lince_alloc((size_t)found, sizeof *b->names))) return LINCE_ENOMEM;
    for (int c = 0; c < found; c++)
        if (!(b->names[c] = lince_strdup(lince_dataset_class(data, c)))) return LINCE_ENOMEM;
    return 0;
}

static int match_classes(lince_model *m, lince_dataset *data)
{
    lince_blueprint *b = &m->blueprint;
    if (!b->names) return take_classes(m, data);
    return lince_dataset_match(data, m->chosen ? m->chosen : m->settings.classes, b->names, b->classes);
}

/* --- what there is to say of them ----------------------------------------------------------------- */

static void tell_absent(const lince_dataset *d, lince_part part, const lince_observer *o)
{
    enum { SHOWN = 5 };
    int absent = 0, classes = lince_dataset_classes(d);
    lince_buffer names = {0};
    for (int c = 0; c < classes; c++) {
        if (lince_dataset_class_count(d, part, c)) continue;
        if (absent++ <= SHOWN)
            lince_buffer_printf(&names, "%s%s", absent > 1 ? ", " : "",
                                absent <= SHOWN ? lince_dataset_class(d, c) : "...");
    }
    if (absent && names.data)
        lince_warn(o, _("classes of the model without a sample in these data: %d of %d (%s)"), absent,
                   classes, names.data);
    lince_buffer_release(&names);
}

static void tell_left_out(const lince_dataset *d, lince_part part, const lince_observer *o)
{
    enum { SHOWN = 10 };
    size_t count = 0;
    for (size_t i = 0; i < lince_dataset_left_out(d); i++) {
        const lince_left_out *sample = lince_dataset_left_out_at(d, i);
        if (sample->part == part && sample->unreadable && count++ < SHOWN)
            lince_warn(o, _("left out: %s"), sample->reason);
    }
    if (count)
        lince_warn(o, _("samples of the %s part left out, because they cannot be read: %zu"),
                   lince_part_title(part), count);
}

static void tell_data(const lince_dataset *d, lince_part part, const lince_observer *o)
{
    if (!o) return;
    for (size_t i = 0; i < lince_dataset_notes(d); i++) lince_warn(o, "%s", lince_dataset_note(d, i));
    const lince_modality *its = lince_modality_of_data(d);
    tell_left_out(d, part, o);
    if (its->tell_part) its->tell_part(d, part, o);
    tell_absent(d, part, o);
}

/* --- the measuring -------------------------------------------------------------------------------- */

static int open_loader(lince_model *m, lince_dataset *dataset, lince_part part, int batch,
                       const lince_observer *observer, lince_loader **loader)
{
    lince_loader_options options = {.batch_size = batch,
                                    .workers = 1,
                                    .cache_bytes = (size_t)256 << 20,
                                    .skip_bad = lince_skips_bad(&m->settings),
                                    .group = m->group,
                                    .watch = lince_watch_for(observer)};
    const lince_blueprint *b = &m->blueprint;
    return b->modality->load(b->encoder, &m->settings, dataset, part, true, &options, loader);
}

/* What is answered, and how much of it rightly, where answers below a confidence are none. */
static lince_selection select_answers(const lince_model *m, const lince_evaluation *e)
{
    lince_selection s = {.least = m->confidence.least};
    for (size_t i = 0; i < e->n; i++) {
        const lince_outcome *o = &e->outcomes[i];
        if ((double)o->probability < s.least) continue;
        s.answered++;
        s.right += o->right;
    }
    return s;
}

static double share(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static json_t *selection_json(const lince_selection *s, size_t n)
{
    return lince_json_pack("{s:f, s:I, s:f, s:o}", "least", s->least, "answered", (json_int_t)s->answered,
                           "coverage", share(s->answered, n), "accuracy",
                           s->answered ? lince_json_real(share(s->right, s->answered)) : json_null());
}

static int as_text(const lince_model *m, const lince_evaluation *e, int json, char **text)
{
    lince_buffer out = {0};
    lince_selection s = select_answers(m, e);
    if (json) {
        json_t *object = lince_evaluation_json(e);
        if (s.least > 0) lince_json_put(&object, "min_confidence", selection_json(&s, e->n));
        char *dump;
        LINCE_TRY(lince_json_text(object, JSON_REAL_PRECISION(9), &dump));
        lince_buffer_printf(&out, "%s\n", dump);
        lince_free(dump);
    } else
        e->labelling->report(e, &out);
    if (!json && s.least > 0)
        lince_buffer_printf(&out,
                            _("\nconfidence of %.9g or more: %zu of %zu answered (%.2f %%), of these %.2f %% "
                              "rightly\n"),
                            s.least, s.answered, e->n, 100 * share(s.answered, e->n),
                            100 * share(s.right, s.answered));
    *text = out.data;
    return out.error;
}

/* Of a run's own test part, that it is not what the run was tested on. */
static int tell_changed(const lince_model *m, const lince_dataset *d, const lince_evaluation *e,
                        const lince_observer *o)
{
    lince_results then;
    LINCE_TRY(lince_results_known(&then, m->run));
    if (lince_results_changed(&then, e))
        lince_warn(
            o,
            _("%s: the test part is not what %s was tested on: samples are others, or hold something else (or "
              "another version of a library decodes them otherwise)"),
            lince_dataset_path(d), m->run);
    lince_results_release(&then);
    return 0;
}

static const lince_group *group_of(const lince_model *m)
{
    return m->group ? m->group : &lince_alone;
}

/* What each member has done for itself. */
static int choose_data(lince_model *m, const char *data, const char *part_name, int batch,
                       const lince_observer *observer, lince_dataset **dataset, lince_part *part,
                       bool *is_own)
{
    LINCE_TRY(open_data(m, data, observer, dataset, is_own));
    LINCE_TRY(refuse_content(m, *dataset));
    LINCE_TRY(refuse_task(m, *dataset));
    LINCE_TRY(match_classes(m, *dataset));
    LINCE_TRY(choose_part(*dataset, part_name, part));
    return lince_model_use(m, batch);
}

/* All members answer for the same samples, and each opens its share of them. */
int lince_model_open_part(lince_model *m, const char *data, const char *part_name, int batch,
                          const lince_observer *observer, lince_dataset **dataset, lince_part *part,
                          bool *is_own, lince_loader **loader)
{
    const lince_blueprint *b = &m->blueprint;
    const lince_group *group = group_of(m);
    LINCE_TRY(
        lince_group_all(group, choose_data(m, data, part_name, batch, observer, dataset, part, is_own)));
    LINCE_TRY(lince_group_same(group, lince_dataset_path(*dataset), lince_dataset_fingerprint(*dataset)));
    LINCE_TRY(open_loader(m, *dataset, *part, batch, observer, loader));
    tell_data(*dataset, *part, observer);
    if (b->modality->tell_loaded) b->modality->tell_loaded(b->encoder, *loader, *part, observer);
    return 0;
}

/* By the model's views. The data set is the caller's to free, in any case. */
static int evaluate_part(lince_model *m, const char *data, const char *part_name, bool raw,
                         const lince_observer *observer, lince_dataset **dataset, lince_part *part,
                         lince_evaluation *e)
{
    lince_loader *loader = NULL;
    const lince_blueprint *b = &m->blueprint;
    lince_evaluate_options options = {.views = lince_blueprint_views(b), .raw = raw};
    bool is_own;
    int code = lince_model_open_part(m, data, part_name, LINCE_EVALUATION_BATCH, observer, dataset, part,
                                     &is_own, &loader);
    if (!code) code = lince_evaluate(m->net, loader, b, &options, LINCE_TESTING, observer, e);
    lince_loader_free(loader);
    if (!code && is_own && *part == LINCE_TEST && !m->chosen) code = tell_changed(m, *dataset, e, observer);
    return code;
}

int lince_model_evaluate(lince_model *m, const char *data, const char *part_name, int json,
                         const char *predictions, const lince_observer *observer, char **text)
{
    LINCE_NEED(m);
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    lince_dataset *dataset = NULL;
    lince_evaluation e = {0};
    lince_part part = LINCE_TEST;
    *text = NULL;
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    int code = evaluate_part(m, data, part_name, false, &heard, &dataset, &part, &e);
    if (!code && predictions && !group_of(m)->rank)
        code = lince_evaluation_write_csv(&e, dataset, part, true, predictions);
    if (!code) code = as_text(m, &e, json, text);
    code = lince_group_all(group_of(m), code);
    lince_evaluation_release(&e);
    lince_dataset_free(dataset);
    return code;
}

/* --- parts -------------------------------------------------------------------------- */

int lince_model_on_part(lince_model *m, const char *data, const char *part, bool raw,
                        const lince_observer *observer, lince_dataset **dataset, lince_evaluation *e)
{
    lince_part ignored = LINCE_TEST;
    *dataset = NULL;
    *e = (lince_evaluation){0};
    return evaluate_part(m, data, part, raw, observer, dataset, &ignored, e);
}
