#include "train/open_data.h"
#include "core/error.h"

int lince_open_data(lince_dataset **dataset, const lince_settings *s, bool *held_out)
{
    if (!s->data) return lince_fail(LINCE_EUSAGE, "--data is missing: the folder or archive to train on");
    LINCE_TRY(lince_dataset_open(dataset, s->data));
    if (held_out) *held_out = !lince_dataset_count(*dataset, LINCE_VAL) && !s->val_on_test;
    if (s->val_split > 0 || s->val_on_test)
        LINCE_TRY(lince_dataset_split(
            *dataset, &(lince_split){.val = s->val_split, .val_on_test = s->val_on_test, .seed = s->seed}));
    return lince_dataset_limit(*dataset, s->train_limit, s->seed);
}
