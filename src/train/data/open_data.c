#include "train/data/open_data.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "modality/modality.h"
#include "settings/reading.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A quick try is not to spend its time on validating: a part that is held out keeps its proportion to what is
 * left to train on. A validation part of the data's own stays whole. */
static int limit(lince_dataset *dataset, const lince_settings *s, bool held_out, uint64_t seed)
{
    double share = s->train_limit * s->val_split / (1 - s->val_split);
    LINCE_TRY(lince_dataset_limit(dataset, LINCE_TRAIN, s->train_limit, seed));
    if (!s->train_limit || !held_out) return 0;
    return lince_dataset_limit(dataset, LINCE_VAL, share < 1 ? 1 : (int)lround(share), seed);
}

static int check_folds(const lince_settings *s)
{
    if (!s->folds && s->fold)
        return lince_fail(LINCE_EUSAGE, "--fold %d: of how many? --folds says it", s->fold);
    if (s->folds == 1) return lince_fail(LINCE_EUSAGE, "--folds 1: expected 2 or more");
    if (s->folds && (s->fold < 1 || s->fold > s->folds))
        return lince_fail(LINCE_EUSAGE,
                          "--fold %d: expected 1 to %d, the one to test on; 'lince cv' trains for each",
                          s->fold, s->folds);
    return 0;
}

/* The fold that is tested comes out of what a run without folds would have learned and validated with; its
 * test part, given or drawn, is left alone, where not all are asked for. */
static int fold(lince_dataset *dataset, const lince_settings *s, const lince_split *split)
{
    lince_split outer = *split, inner = *split;
    lince_fold f = {.folds = s->folds,
                    .fold = s->fold,
                    .all = s->folds_of && !strcmp(s->folds_of, "all"),
                    .by_group = split->by_group,
                    .seed = split->seed};
    outer.val = 0, outer.val_on_test = false;
    inner.test = 0, inner.fresh = false;
    if (!f.all) LINCE_TRY(lince_dataset_split(dataset, &outer));
    LINCE_TRY(lince_dataset_fold(dataset, &f));
    return lince_dataset_split(dataset, &inner);
}

/* --- what a run has dropped ----------------------------------------------------------------------- */

json_t *lince_dropped_json(const lince_dataset *d)
{
    json_t *array = json_array();
    for (size_t i = 0; i < lince_dataset_left_out(d); i++) {
        const lince_left_out *l = lince_dataset_left_out_at(d, i);
        if (l->dropped)
            lince_json_add(&array, lince_json_pack("{s:s, s:I, s:s, s:s, s:s}", "part",
                                                   lince_part_name(l->part), "index", (json_int_t)l->index,
                                                   "path", l->name, "class", l->class, "reason", l->reason));
    }
    return array;
}

/* LINCE_EDATA where the sample is not where the run had it. */
static int read_removal(const lince_dataset *d, lince_part part, const json_t *dropped,
                        lince_removal *removal)
{
    json_int_t index = json_integer_value(json_object_get(dropped, "index"));
    const char *name = json_string_value(json_object_get(dropped, "path")),
               *reason = json_string_value(json_object_get(dropped, "reason"));
    if (index < 0 || (size_t)index >= lince_dataset_count(d, part) || !name ||
        strcmp(name, lince_dataset_name(d, part, (size_t)index)) != 0)
        return lince_fail(LINCE_EDATA, "%s: the run has dropped %s, which is not in its place there",
                          lince_dataset_path(d), name ? name : "?");
    *removal = (lince_removal){.index = (size_t)index};
    snprintf(removal->reason, sizeof removal->reason, "%s", reason ? reason : "");
    return 0;
}

static int drop_from(lince_dataset *d, lince_part part, const json_t *record)
{
    size_t i, count = 0;
    const json_t *dropped;
    int code = 0;
    lince_removal *removals = lince_alloc(json_array_size(record), sizeof *removals);
    if (!removals) return LINCE_ENOMEM;
    json_array_foreach(record, i, dropped)
    {
        const char *name = json_string_value(json_object_get(dropped, "part"));
        if (name && !strcmp(name, lince_part_name(part)) && !code)
            code = read_removal(d, part, dropped, &removals[count++]);
    }
    if (!code) code = lince_dataset_drop(d, part, removals, count);
    lince_free(removals);
    return code;
}

static int drop_recorded(lince_dataset *d, const char *run)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, run, "data.json"));
    json_t *data;
    LINCE_TRY(lince_json_read(path, &data));
    const json_t *record = json_object_get(data, "dropped");
    int code = json_is_array(record)
                   ? 0
                   : lince_fail(LINCE_EFORMAT, "%s: does not say which samples the run has dropped", path);
    for (int p = 0; p < LINCE_PARTS && !code; p++) code = drop_from(d, (lince_part)p, record);
    json_decref(data);
    return code;
}

/* -------------------------------------------------------------------------------------------------- */

static bool as_files_say(const lince_settings *s)
{
    return !s->split_by || !strcmp(s->split_by, "files");
}

bool lince_splits_by_group(const lince_settings *s, const lince_dataset *dataset)
{
    return as_files_say(s) ? lince_dataset_grouped(dataset) : !strcmp(s->split_by, "group");
}

int lince_open_data(lince_dataset **dataset, const lince_settings *s, const char *run, bool *held_out,
                    const lince_observer *observer)
{
    if (!s->data) return lince_fail(LINCE_EUSAGE, "--data is missing: the folder or archive to train on");
    if (s->group_pattern && s->group_column)
        return lince_fail(LINCE_EUSAGE,
                          "--group-pattern and --group-column each say what belongs together; choose one");
    LINCE_TRY(check_folds(s));
    lince_table_options table = lince_table_settings(s);
    lince_decoding how = {0};
    LINCE_TRY(lince_decoding_settings(s, &how));
    lince_within within = lince_within_settings(s, observer);
    LINCE_TRY(lince_dataset_open_table(dataset, s->data, &table, &within));
    lince_dataset_decode_as(*dataset, &how);
    bool fresh = !as_files_say(s);
    bool taken = (fresh || s->folds || !lince_dataset_count(*dataset, LINCE_VAL)) && !s->val_on_test;
    if (held_out) *held_out = taken;

    double usual_test = fresh ? 0.2 : lince_modality_of_data(*dataset)->test_split;
    uint64_t seed = s->split_seed < 0 ? s->seed : (uint64_t)s->split_seed;
    lince_split split = {.val = s->val_split,
                         .test = s->test_split < 0 ? usual_test : s->test_split,
                         .val_on_test = s->val_on_test,
                         .fresh = fresh,
                         .by_group = lince_splits_by_group(s, *dataset),
                         .seed = seed};
    LINCE_TRY(s->folds ? fold(*dataset, s, &split) : lince_dataset_split(*dataset, &split));
    LINCE_TRY(limit(*dataset, s, taken, seed));
    return run && s->drop_duplicates ? drop_recorded(*dataset, run) : 0;
}
