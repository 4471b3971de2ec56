/* Samples that are alike: each has a signature by which those like it are found without comparing all pairs.
 * What a signature is depends on the kind of samples: a new kind is one file, which the
 * row of the kind names (src/modality). */
#ifndef LINCE_DATA_LIKENESS_H
#define LINCE_DATA_LIKENESS_H

#include "core/hash.h"
#include "core/watch.h"
#include "data/dataset.h"
#include "group/group.h"

#define LINCE_UNLIKE UINT32_MAX /* the index of a sample that no other is like */

typedef struct lince_match {
    uint32_t index; /* LINCE_UNLIKE: there is none */
    bool exact;
    double similarity; /* 1: exact */
} lince_match;

/* The samples of one part, signed. */
typedef struct lince_likeness {
    const struct lince_likeness_kind *kind;
    lince_dataset *dataset; /* not owned */
    lince_part part;
    const lince_group *group; /* who signs, each a share, where the kind has `gather` */
    size_t count;
    uint64_t
        *content; /* [count] hash of what makes a sample what it is; 0: nothing does, and it is like none */
    lince_map first; /* by content: the first sample that has it + 1 */
    lince_map other; /* by content: the first under another label than that one's + 1 */
    void *state;     /* of the kind; owned */
} lince_likeness;

typedef struct lince_likeness_kind {
    /* Takes the memory that signing needs; NULL: none. LINCE_ENOMEM. */
    int (*begin)(lince_likeness *likeness);
    /* Once each member of the group has signed its share: brings what each has of the kind's own to all (lince_likeness_gather). NULL:
     * every member signs all samples. */
    int (*gather)(lince_likeness *likeness);
    /* Fills content, and what is needed to find those that are nearly alike. */
    int (*open)(lince_likeness *likeness, int threads, const lince_watch *watch);
    /* The samples begin..end-1 of `of`, in `in`: those that are exactly alike are found already. By several
     * threads at a time. LINCE_ENOMEM. */
    int (*find)(const lince_likeness *in, const lince_likeness *of, bool relabelled, size_t begin, size_t end,
                lince_match *matches);
    void (*close)(lince_likeness *likeness);
} lince_likeness_kind;

extern const lince_likeness_kind lince_likeness_texts, lince_likeness_pictures, lince_likeness_sounds;

/* By all members of the group, with the same data; a failure is that of all. LINCE_ENOMEM; LINCE_EINTERRUPTED where the watch (or
 * NULL) says so. Close in any case. */
int lince_likeness_open(lince_likeness *likeness, const lince_group *group, const lince_likeness_kind *kind,
                        lince_dataset *dataset, lince_part part, int threads, const lince_watch *watch);
void lince_likeness_close(lince_likeness *likeness);

/* For each sample of `of` the one of `in` that is most like it, into matches[of->count]; with `relabelled`
 * only those that have another label count. */
int lince_likeness_find(const lince_likeness *in, const lince_likeness *of, bool relabelled, int threads,
                        lince_match *matches);

/* --- for kinds ------------------------------------------------------------------------------------ */

/* sign(likeness, context, i) of each sample, by several threads, some at a time between two looks at the watch (or
 * NULL). LINCE_EINTERRUPTED. */
typedef void lince_sign(lince_likeness *likeness, const void *context, size_t index);
int lince_likeness_sign(lince_likeness *likeness, int threads, const lince_watch *watch, lince_sign *sign,
                        const void *context);

/* An array of an item a sample, of which each member has its share's, is whole in all. */
int lince_likeness_gather(const lince_likeness *likeness, void *items, size_t item_size);

/* Fills `first` and `other`, once there is the content. LINCE_ENOMEM. */
int lince_likeness_index(lince_likeness *likeness);

/* Whether it is the first sample with its content: copies need not be compared once more. */
bool lince_likeness_is_first(const lince_likeness *likeness, size_t index);

/* Whether sample `from` of `in` may be named for sample `index` of `of`. */
bool lince_likeness_counts(const lince_likeness *in, const lince_likeness *of, bool relabelled, size_t index,
                           size_t from);

#endif
