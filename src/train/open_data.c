#include "train/open_data.h"
#include "core/error.h"

#include <math.h>
#include <string.h>

bool lince_skips_bad(const lince_settings *s)
{
    return s->on_bad && !strcmp(s->on_bad, "skip");
}

int lince_decoding_settings(const lince_settings *s, lince_decoding *how)
{
    how->complete_only = s->incomplete && !strcmp(s->incomplete, "refuse");
    int code = s->range ? lince_range_parse(s->range, &how->range) : 0;
    return code < 0 ? code : 0;
}

lince_table_options lince_table_settings(const lince_settings *s)
{
    return (lince_table_options){.text_column = s->text_column,
                                 .label_column = s->label_column,
                                 .group_column = s->group_column,
                                 .image_column = s->image_column,
                                 .split_column = s->split_column,
                                 .header = s->header,
                                 .quoting = s->quoting,
                                 .encoding = s->encoding,
                                 .classes = s->classes,
                                 .drop_labels = s->drop_label,
                                 .skip_bad = lince_skips_bad(s)};
}

/* A quick try is not to spend its time on validating: a part that is held out keeps its proportion to what is
 * left to train on. A validation part of the data's own stays whole. */
static int limit(lince_dataset *dataset, const lince_settings *s, bool held_out, uint64_t seed)
{
    double share = s->train_limit * s->val_split / (1 - s->val_split);
    LINCE_TRY(lince_dataset_limit(dataset, LINCE_TRAIN, s->train_limit, seed));
    if (!s->train_limit || !held_out) return 0;
    return lince_dataset_limit(dataset, LINCE_VAL, share < 1 ? 1 : (int)lround(share), seed);
}

int lince_open_data(lince_dataset **dataset, const lince_settings *s, bool *held_out)
{
    if (!s->data) return lince_fail(LINCE_EUSAGE, "--data is missing: the folder or archive to train on");
    lince_table_options table = lince_table_settings(s);
    lince_decoding how = {0};
    LINCE_TRY(lince_decoding_settings(s, &how));
    LINCE_TRY(lince_dataset_open_table(dataset, s->data, &table));
    lince_dataset_decode_as(*dataset, &how);
    bool files = !s->split_by || !strcmp(s->split_by, "files"), fresh = !files,
         by_group = files ? lince_dataset_grouped(*dataset) : !strcmp(s->split_by, "group");
    bool taken = (fresh || !lince_dataset_count(*dataset, LINCE_VAL)) && !s->val_on_test;
    if (held_out) *held_out = taken;
    double usual_test = fresh || lince_dataset_is_text(*dataset) ? 0.2 : 0;
    uint64_t seed = s->split_seed < 0 ? s->seed : (uint64_t)s->split_seed;
    lince_split split = {.val = s->val_split,
                         .test = s->test_split < 0 ? usual_test : s->test_split,
                         .val_on_test = s->val_on_test,
                         .fresh = fresh,
                         .by_group = by_group,
                         .seed = seed};
    LINCE_TRY(lince_dataset_split(*dataset, &split));
    return limit(*dataset, s, taken, seed);
}
