/* One step of training: the batch's gradient, piece by piece or side by side, and the update. */
#include "core/error.h"
#include "core/memory.h"
#include "train/loop/trainer.h"
#include "train/measure/feed.h"
#include "train/measure/labelling.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Stops before the update: names the layer, the step and the samples. */
static int not_finite(const lince_trainer *t, const lince_batch *batch, double loss)
{
    char samples[256] = "";
    const char *where = lince_net_not_finite(t->net);
    for (int i = 0; i < batch->n && i < 3; i++) {
        size_t used = strlen(samples);
        snprintf(samples + used, sizeof samples - used, "%s%.70s", i ? ", " : "",
                 lince_dataset_name(t->dataset, LINCE_TRAIN, batch->index[i]));
    }
    return lince_fail(LINCE_ENUMERIC,
                      "epoch %d, step %zu: the loss is %g and '%s' is not finite, with samples %s, ...; "
                      "nothing was updated. "
                      "Try a smaller --lr, --clip-grad 1 or --warmup-epochs 1",
                      t->at.epoch + 1, t->at.step + 1, loss, where ? where : "loss", samples);
}

static lince_targets targets_of(const lince_trainer *t, const lince_batch *b)
{
    return (lince_targets){.label = b->y,
                           .partner = b->partner,
                           .own = b->own,
                           .smoothing = (float)t->settings->label_smoothing,
                           .weight = t->class_weight,
                           .asked = b->asked,
                           .positive = t->positive_weight};
}

bool lince_trainer_updates_after(const lince_trainer *t, size_t batches)
{
    return batches % (size_t)t->settings->accumulate == 0 || batches == lince_loader_batches(t->train);
}

/* Each piece's gradient is finite, their sum may not be. */
static int too_large(const lince_trainer *t)
{
    return lince_fail(LINCE_ENUMERIC,
                      "epoch %d, step %zu: the sum of the gradients is not finite; nothing was updated. "
                      "Try a smaller --lr, --clip-grad 1 or --warmup-epochs 1",
                      t->at.epoch + 1, t->at.step + 1);
}

/* With the last pass's gradient, of that norm, or where several passes make an update once they are
 * there. */
static int update(lince_trainer *t, double lr, double norm)
{
    if (!lince_trainer_updates_after(t, t->at.step + 1)) return 0;
    if (lince_update_sums(&t->update)) norm = lince_update_sum_norm(&t->update, t->net);
    if (!isfinite(norm)) return too_large(t);
    lince_profile_lap(&t->profile, LINCE_TIME_NORM);
    t->at.updates++;
    t->update.share =
        lince_lookahead_share(t->settings->lookahead_alpha, t->settings->lookahead_power,
                              lince_schedule_progress(&t->schedule, t->at.updates - t->at.schedule_updates));
    LINCE_TRY(lince_update_apply(&t->update, t->net, t->at.updates, lr, norm));
    if (t->at.step + 1 == lince_loader_batches(t->train)) lince_trainer_average(t);
    return 0;
}

/* Right answers and losses of a pass, added to `sums`. */
static int count_hits(lince_trainer *t, const lince_batch *batch, double sums[2])
{
    size_t n = (size_t)batch->n, classes = (size_t)t->blueprint.classes;
    lince_access scores;
    LINCE_TRY(lince_access_read(&scores, lince_net_exec(t->net)->device, lince_net_output(t->net),
                                n * classes * sizeof(float)));
    const lince_labelling *labelling = lince_labelling_for(t->blueprint.several);
    for (size_t i = 0; i < n; i++) {
        const float *row = (const float *)scores.host + i * classes;
        sums[0] += labelling->hit(&t->blueprint.loss, row, t->blueprint.classes, batch, i, t->label_scratch);
        sums[1] += (double)t->loss_each[i];
    }
    lince_access_end(&scores);
    return 0;
}

/* And its gradient, in the net. */
static double loss_of(lince_trainer *t, const lince_targets *targets, size_t n)
{
    return lince_loss_gradient(lince_net_exec(t->net), &t->blueprint.loss, lince_net_output(t->net), n,
                               t->blueprint.classes, targets, lince_net_output_gradient(t->net),
                               t->loss_each);
}

/* Adding a piece's gradient to the others' is done between the layers. */
static void lap_layers(lince_trainer *t)
{
    lince_profile_lap(&t->profile, LINCE_TIME_LAYERS);
    lince_profile_move(&t->profile, LINCE_TIME_LAYERS, LINCE_TIME_ADDING, t->update.sum.seconds);
    t->update.sum.seconds = 0;
}

/* Forward and backward of own piece i, its loss and its gradient's norm. */
static int pass(lince_trainer *t, size_t i, const lince_batch *batch, const lince_targets *targets,
                double *mean_loss, double *gradient_norm)
{
    lince_feed(t->net, batch);
    lince_update_touch(&t->update, t->net, t->at.updates);
    lince_net_forward(t->net, batch->n, true, batch->key);
    lap_layers(t);
    double loss = *mean_loss = loss_of(t, targets, (size_t)batch->n);
    lince_profile_lap(&t->profile, LINCE_TIME_LOSS);
    if (!isfinite(loss)) return not_finite(t, batch, loss);
    lince_update_pass(&t->update, t->net, i, lince_loss_weight(targets, (size_t)batch->n));
    lap_layers(t);
    double norm = *gradient_norm = lince_update_norm(t->net);
    lince_profile_lap(&t->profile, LINCE_TIME_NORM);
    return isfinite(norm) ? 0 : not_finite(t, batch, loss);
}

/* What a member has of a batch, piece by piece. */
typedef struct passing {
    double loss, samples; /* the mean loss of so many samples */
    double norm;          /* of the last piece's gradient */
} passing;

static int pass_piece(lince_trainer *t, size_t i, const lince_batch *piece, passing *p)
{
    lince_targets targets = targets_of(t, piece);
    double loss, n = piece->n;
    if (!piece->n) {
        lince_update_skip(&t->update, i);
        return 0;
    }
    LINCE_TRY(pass(t, i, piece, &targets, &loss, &p->norm));
    p->samples += n;
    p->loss += (loss - p->loss) * (n / p->samples);
    return count_hits(t, piece, t->pieces.sums[i]);
}

/* What was counted before goes along with the first piece of all. */
static void begin_count(lince_trainer *t, size_t i)
{
    bool first = t->pieces.tree.own.begin + i == 0;
    t->pieces.sums[i][0] = first ? t->at.hits : 0;
    t->pieces.sums[i][1] = first ? t->at.loss : 0;
}

static int pass_pieces(lince_trainer *t, const lince_batch *batch, passing *p)
{
    lince_pieces_start(&t->pieces, t->net);
    for (size_t i = 0; i < lince_loader_pieces(t->train); i++) {
        lince_batch piece = lince_loader_piece(t->train, batch, i);
        begin_count(t, i);
        lince_pieces_begin(&t->pieces, t->net, i);
        LINCE_TRY(pass_piece(t, i, &piece, p));
        lince_pieces_end(&t->pieces, t->net, i, piece.n, batch->whole);
    }
    return 0;
}

/* --- pieces side by side (--sync-bn) ------------------------------------------------------------------ */

static int add_up(void *trainer, double *sums, size_t count)
{
    lince_trainer *t = trainer;
    return lince_tree_sum_pieces(&t->pieces.tree, &lince_doubles, sums, count);
}

static lince_net_together together_of(lince_trainer *t, const lince_batch *batch)
{
    lince_pieces *p = &t->pieces;
    size_t own = lince_loader_pieces(t->train);
    for (size_t i = 0; i < own; i++) {
        lince_batch piece = lince_loader_piece(t->train, batch, i);
        p->n[i] = piece.n;
        p->key[i] = piece.key;
        p->weight[i] = 0;
    }
    return (lince_net_together){(int)own, p->n, p->key, p->weight, add_up, t};
}

/* Forward of all pieces, their losses and right answers. */
int lince_trainer_forward_together(lince_trainer *t, const lince_batch *batch, lince_net_together *together)
{
    *together = together_of(t, batch);
    for (int i = 0; i < together->passes; i++) {
        lince_batch piece = lince_loader_piece(t->train, batch, (size_t)i);
        lince_net_turn(t->net, i);
        if (piece.n) lince_feed(t->net, &piece);
    }
    return lince_net_forward_together(t->net, together);
}

static int take_loss(lince_trainer *t, size_t i, const lince_batch *piece, passing *p)
{
    if (!piece->n) return 0;
    lince_targets targets = targets_of(t, piece);
    lince_net_turn(t->net, (int)i);
    double n = piece->n, loss = loss_of(t, &targets, (size_t)piece->n);
    if (!isfinite(loss)) return not_finite(t, piece, loss);
    p->samples += n;
    p->loss += (loss - p->loss) * (n / p->samples);
    t->pieces.weight[i] = lince_loss_weight(&targets, (size_t)piece->n);
    return count_hits(t, piece, t->pieces.sums[i]);
}

/* Members wait for each other in every norm: they agree before they go back, and none gives up in between. */
static int pass_together(lince_trainer *t, const lince_batch *batch, passing *p)
{
    lince_net_together together;
    int code = lince_trainer_forward_together(t, batch, &together);
    lap_layers(t);
    for (size_t i = 0; !code && i < lince_loader_pieces(t->train); i++) {
        lince_batch piece = lince_loader_piece(t->train, batch, i);
        begin_count(t, i);
        code = take_loss(t, i, &piece, p);
    }
    lince_profile_lap(&t->profile, LINCE_TIME_LOSS);
    LINCE_TRY(lince_group_all(t->group, code));
    lince_update_begin(&t->update, lince_trainer_updates_after(t, t->at.step + 1));
    code = lince_update_pass_together(&t->update, t->net, &together);
    lap_layers(t);
    return code;
}

/* --- the step --------------------------------------------------------------------------------------- */

/* The gradient of a batch, and where it makes an update with those before it that of all members: they wait for each other, also where
 * something has failed in one of them. */
static int find_gradient(lince_trainer *t, const lince_batch *batch, passing *p)
{
    bool last = lince_trainer_updates_after(t, t->at.step + 1);
    int code, merged = 0;
    if (t->together) {
        LINCE_TRY(pass_together(t, batch, p));
        code = 0;
    } else {
        lince_update_begin(&t->update, last);
        code = pass_pieces(t, batch, p);
    }
    if (last && lince_update_sums(&t->update)) merged = lince_update_merge(&t->update, t->net, t->at.updates);
    lince_profile_lap(&t->profile, LINCE_TIME_OTHERS);
    return lince_group_all(t->group, code ? code : merged);
}

int lince_trainer_step(lince_trainer *t, const lince_batch *batch, double lr, double *mean_loss)
{
    passing p = {0};
    LINCE_TRY(find_gradient(t, batch, &p));
    *mean_loss = p.loss;
    LINCE_TRY(update(t, lr, p.norm));
    if (!t->together) LINCE_TRY(lince_pieces_merge(&t->pieces, t->net));
    lince_profile_lap(&t->profile, LINCE_TIME_UPDATE);
    LINCE_TRY(lince_pieces_count(&t->pieces));
    t->at.hits = t->pieces.sums[0][0];
    t->at.loss = t->pieces.sums[0][1];
    t->at.seen += (size_t)batch->whole;
    t->at.step++;
    t->profile.steps++;
    t->profile.samples += (size_t)batch->n;
    t->profile.all += (size_t)batch->whole;
    return 0;
}
