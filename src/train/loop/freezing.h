/* Which layers stay as they are, and until when: --freeze and --unfreeze. */
#ifndef LINCE_TRAIN_FREEZING_H
#define LINCE_TRAIN_FREEZING_H

#include "models/model_zoo.h"

enum { LINCE_STAGES_MAX = 16 };

/* From its epoch on (0-based, ascending; the first is 0) a stage keeps the nodes up to `last`. */
typedef struct lince_freezing {
    struct {
        int epoch, last;
    } stage[LINCE_STAGES_MAX];
    int count;
} lince_freezing;

/* `freeze`: none, features, all-but-head or a number of layers with weights (batch normalisations go with the
 * layer before them); behind it perhaps a list of "N:what", from epoch N on (1-based) more being frozen.
 * `unfreeze` (NULL: never): "N", everything is trained from epoch N on, or a list of "N:what", gradually less
 * being frozen. LINCE_EUSAGE, also where nothing would be left to train. */
int lince_freezing_plan(lince_freezing *freezing, lince_net *net, const lince_architecture *architecture,
                        const char *freeze, const char *unfreeze);

/* The last node that is frozen in an epoch; 0: none. */
int lince_freezing_at(const lince_freezing *freezing, int epoch);
/* The least of all stages: what is never trained. */
int lince_freezing_least(const lince_freezing *freezing);
/* The first epoch of the next stage; `epochs` where there is none before. */
int lince_freezing_until(const lince_freezing *freezing, int epoch, int epochs);
/* The first epoch in which a node is trained; -1: never. */
int lince_freezing_first(const lince_freezing *freezing, int node);

#endif
