/* Samples that stand, as they are or nearly so, in two parts of a data set, or under two labels: what is
 * learned from the one is no longer unknown in the other, and of two labels one is wrong. */
#ifndef LINCE_DATA_LEAK_H
#define LINCE_DATA_LEAK_H

#include "core/watch.h"
#include "data/dataset.h"

/* From this Jaccard similarity on, of the sets of 3-character shingles of their words, two texts are near
 * duplicates. */
#define LINCE_NEAR 0.7

/* From this correlation on (look.h) two pictures are, if their hashes are near, too. */
#define LINCE_NEAR_PICTURE 0.9

/* From this correlation on, of what two recordings have below 1 kHz in their first second, they are one. */
#define LINCE_NEAR_SOUND 0.98

/* And from this on two of which one shows little (look.h: scant), whose hashes must be nearer. */
#define LINCE_NEAR_SCANT 0.98

/* A sample by what stays true of it when samples before it are left out. The data set's. */
typedef struct lince_leak_sample {
    const char *name, *class, *text; /* text: NULL for a picture */
} lince_leak_sample;

typedef struct lince_leak_pair {
    lince_leak_sample sample, like; /* of the two parts */
    double similarity;              /* 1: exactly alike */
} lince_leak_pair;

enum { LINCE_LEAK_EXAMPLES = 6 };

/* What of `part` stands in `from`, too; where both are the same part: under another label. */
typedef struct lince_leak {
    lince_part part, from;
    size_t count; /* samples of `part` */
    size_t exact,
        near;          /* of them, those that stand in `from` too: with the same words or pixels, nearly so */
    size_t relabelled; /* of those, the ones found under another label */
    size_t kin;        /* and in a text of their own group (lince_dataset_group) */
    lince_leak_pair examples[LINCE_LEAK_EXAMPLES]; /* the near before the exact; the first of each */
    size_t example_count;
} lince_leak;

enum { LINCE_LEAKS = 2 * LINCE_PARTS };

typedef struct lince_leaks {
    lince_leak at[LINCE_LEAKS];
    size_t count;
    bool *
        test_known; /* [count of the test] whether the training part has it too; NULL: one of them is empty */
    uint8_t *elsewhere[LINCE_TEST]; /* [part][sample]: 1 + the part after it where it stands too, or 1 + its
                                       own where it stands there under another label; 0: neither */
} lince_leaks;

typedef struct lince_leak_options {
    const struct lince_likeness_kind *kind; /* of the samples (likeness.h) */
    bool val_is_test;                       /* the validation part is the test part's own */
    bool thorough; /* every copy is found, so that none is left when they are dropped */
    int threads;
    const lince_watch *watch;        /* or NULL */
    const struct lince_group *group; /* whose members look together, each at a share (NULL: one by itself) */
} lince_leak_options;

/* Looks through all pairs of parts, and each part by itself for samples under two labels: of texts only those
 * with the same words, for one word more may turn what a text says. 60,000 texts or small pictures take a
 * second or two; pictures are decoded for it, JPEG at a reduced size. Mirror images are no copies. A picture
 * that cannot be read is passed over. LINCE_ENOMEM, LINCE_EINTERRUPTED. Release in any case. */
int lince_leaks_find(lince_leaks *leaks, lince_dataset *dataset, const lince_leak_options *options);
void lince_leaks_release(lince_leaks *leaks);

/* The pair of parts; NULL: not looked at, for one is empty. */
const lince_leak *lince_leak_between(const lince_leaks *leaks, lince_part part, lince_part from);

/* Leaves out of the training part what stands in another part or there under another label, and of the
 * validation part what stands in the test part; what is measured stays as it is. dropped[LINCE_PARTS]: how
 * many. LINCE_EDATA where a class has no training sample left. */
int lince_leaks_drop(const lince_leaks *leaks, lince_dataset *dataset, size_t dropped[LINCE_PARTS]);

#endif
