/* Which samples belong together: groups by name, each numbered when its first sample is met. */
#ifndef LINCE_DATA_GROUPS_H
#define LINCE_DATA_GROUPS_H

#include "data/index/layout.h"

typedef struct lince_sample_group {
    uint64_t hash; /* of its name, or of its sample's where that stands for itself */
    size_t count;  /* samples */
} lince_sample_group;

typedef struct lince_groups {
    lince_sample_group *at;
    size_t count, capacity;
    uint32_t *of; /* [samples] the group of each */
} lince_groups;

/* A sample without a group is one of its own. LINCE_ENOMEM. Release in any case. */
int lince_groups_find(lince_groups *groups, const lince_samples *samples);
void lince_groups_release(lince_groups *groups);

#endif
