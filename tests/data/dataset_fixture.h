/* What the tests of data sets share: pictures by their names, and what an opened data set says. */
#ifndef TESTS_DATA_DATASET_FIXTURE_H
#define TESTS_DATA_DATASET_FIXTURE_H

#include "data/dataset.h"
#include "data/fixture.h"

/* As many pictures as `names`; shades 0, 1, ... */
static inline void put_pngs(const char *folder, const char *const *names)
{
    for (int i = 0; names[i]; i++) put_png(folder, names[i], i);
}

#define PNGS(folder, ...) put_pngs(folder, (const char *const[]){__VA_ARGS__, NULL})

static inline void assert_noted(const lince_dataset *dataset, const char *text)
{
    for (size_t i = 0; i < lince_dataset_notes(dataset); i++)
        if (strstr(lince_dataset_note(dataset, i), text)) return;
    fail_msg("no note says: %s", text);
}

static inline void assert_counts(const lince_dataset *dataset, size_t train, size_t val, size_t test)
{
    assert_int_equal(lince_dataset_count(dataset, LINCE_TRAIN), train);
    assert_int_equal(lince_dataset_count(dataset, LINCE_VAL), val);
    assert_int_equal(lince_dataset_count(dataset, LINCE_TEST), test);
}

#endif
