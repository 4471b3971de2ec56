/* The update of a net's weights: the gradient's norm, clipping, the optimizer, and the second weights that
 * go with them, which are those that are evaluated and saved: a moving average, lookahead's slow weights, or
 * an equal average of some moments (SWA). */
#ifndef LINCE_TRAIN_UPDATE_H
#define LINCE_TRAIN_UPDATE_H

#include "group/group.h"
#include "net/net.h"
#include "optim/lazy.h"
#include "train/loop/gradient_sum.h"
#include "train/loop/param_groups.h"

typedef struct lince_update {
    const lince_optimizer *optimizer;
    lince_hyper hyper;          /* lr, grad_scale and step are set by each update */
    double clip;                /* largest norm of the gradient; 0: none */
    double decay;               /* of the moving average; 0: none is kept */
    int lookahead;              /* updates after which the slow weights follow; 0: there are none */
    double share;               /* of the way to the fast ones that they go */
    bool swa;                   /* an equal average is kept */
    int averaged;               /* moments in it: none, and the weights themselves are evaluated and saved */
    int accumulate;             /* batches of one update, where above 1 */
    const lince_group *members; /* with whom gradients are summed; NULL: nobody */
    size_t pieces;              /* of a batch, whose gradients are summed in a tree; 0: a piece a member */
    bool rounded;               /* their sums are rounded to bfloat16 */
    float **state[LINCE_OPTIM_STATES]; /* [param]; NULL where not trained */
    float **average;                   /* [param] the second weights; NULL: there are none */
    lince_store states, averages;      /* where they lie, on the net's device */
    lince_store scratch;               /* of an optimizer of matrices */
    lince_lazy *lazy;                  /* [param]; of those with sparse gradients */
    lince_param_group *group;          /* [param] */
    lince_gradient_sum sum;            /* of the batches since the last update, where several make one */
    size_t *since; /* [param] updates before it was trained: its own step counts from there */
} lince_update;

/* Whether copies may be trained as one (net options' `unfolded` says otherwise). */
bool lince_update_folds(const lince_optimizer *optimizer, const lince_hyper *hyper);

/* Allocates states and the second weights, which begin at the net's weights; the fields above are the
 * caller's, and so are, afterwards, `group`'s rates and decays (1) and `since` (0). For all that has a
 * gradient now or may get one later. LINCE_ENOMEM. */
int lince_update_init(lince_update *update, lince_net *net);
void lince_update_release(lince_update *update, const lince_net *net);

/* The norm of the whole gradient of the last pass, as torch.nn.utils.clip_grad_norm_ takes it; not finite
 * where it is not. */
double lince_update_norm(const lince_net *net);

/* Whether several passes make an update: of several batches, pieces of a batch, members. */
bool lince_update_sums(const lince_update *update);

/* Backward of the net's last pass; where several make an update, of the i-th of this member's pieces, whose loss is a mean over
 * `weight` samples (or over samples' weights that add up to it): its gradient is added to the others' as it comes. */
void lince_update_pass(lince_update *update, lince_net *net, size_t i, double weight);

/* The same of all own pieces side by side (net.h), of which those without samples have none in `together`'s n. Negative where a sum
 * fails. */
int lince_update_pass_together(lince_update *update, lince_net *net, const lince_net_together *together);

/* Where they do: a batch begins, with which an update is made or not; a piece of it has no samples; and once all are there,
 * the other members' too, they become one: what they touch is brought up to date first, as lince_update_touch has it. A
 * batch that an update is made of is merged also where a pass failed, for the others wait for it. The
 * norm is that of the gradient of all that were added, as if they were one batch; the next update takes this gradient,
 * and begins anew. */
void lince_update_begin(lince_update *update, bool last);
void lince_update_skip(lince_update *update, size_t i);
int lince_update_merge(lince_update *update, lince_net *net, size_t step);
double lince_update_sum_norm(const lince_update *update, const lince_net *net);

/* Update number `step` (from 1) with a gradient of that norm. LINCE_ENOMEM. */
int lince_update_apply(lince_update *update, lince_net *net, size_t step, double lr, double norm);

/* Weights that a batch does not touch are updated when they are needed, as if they had been at every step
 * (optim/lazy.h): before a pass those that its texts touch, and all before the net is evaluated or its
 * weights are saved. `step`: of the last update; the texts are set. */
void lince_update_touch(lince_update *update, lince_net *net, size_t step);
void lince_update_finish(lince_update *update, lince_net *net, size_t step);

/* After the arrays of the lazy tables were read from a checkpoint. LINCE_EFORMAT. */
int lince_update_restore(lince_update *update, const lince_net *net, size_t step);

/* The second weights begin at the net's, as lince_update_init has it. */
void lince_update_average(lince_update *update, const lince_net *net);

/* Of what is not trained from now on the second weights are the weights. */
void lince_update_settle(lince_update *update, const lince_net *net);

/* SWA: takes the weights of after update `step` into the average as moment `count` (from 1). The statistics
 * of batch norms in it are then those of the weights, and to be measured anew. */
void lince_update_take(lince_update *update, lince_net *net, size_t step, int count);

/* Exchanges the weights and the second ones, where there are any. */
void lince_update_swap(lince_update *update, lince_net *net);

#endif
