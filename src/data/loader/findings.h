/* What is wrong with samples of a part, found when it is opened: by several threads, and by every member of a group among its own. */
#ifndef LINCE_DATA_FINDINGS_H
#define LINCE_DATA_FINDINGS_H

#include "data/dataset.h"
#include "group/group.h"

#include <pthread.h>

/* A sample that cannot be read, or one of which only a part can. */
typedef struct lince_finding {
    uint32_t index;
    int32_t code; /* 0: it is incomplete */
    int32_t rank; /* of the member that found it */
    char *why;    /* owned; NULL where it is incomplete */
} lince_finding;

typedef struct lince_findings {
    lince_finding *list;
    size_t count, capacity;
    int code; /* what could not be noted; callers look once, at the end */
    pthread_mutex_t lock;
} lince_findings;

void lince_findings_init(lince_findings *findings);
void lince_findings_release(lince_findings *findings);

/* Notes a failure with lince_error(), or with code 0 that it is incomplete. Safe to call from several threads at a time. */
void lince_findings_add(lince_findings *findings, uint32_t index, int code);

/* All members have what each has found, in the samples' order. */
int lince_findings_share(lince_findings *findings, const lince_group *group);

/* Lists good[*count], the samples that can be read, ascending: the data set leaves the others out, and knows which are incomplete.
 * Without `skip_bad`, and where memory was what was missing: the first one's error, which says whose it is. */
int lince_findings_sort_out(const lince_findings *findings, const lince_group *group, lince_dataset *dataset,
                            lince_part part, bool skip_bad, uint32_t *good, size_t *count);

#endif
