#include "train/loop/trainer.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "train/measure/feed.h"
#include "train/measure/labelling.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- one step ------------------------------------------------------------------------------------- */

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

/* Whether so many batches of the epoch make whole updates: the last of its group, or of the epoch. */
static bool whole_updates(const lince_trainer *t, size_t batches)
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
    if (!whole_updates(t, t->at.step + 1)) return 0;
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

/* What was counted before goes along with the first piece. */
static int pass_pieces(lince_trainer *t, const lince_batch *batch, passing *p)
{
    for (size_t i = 0; i < lince_loader_pieces(t->train); i++) {
        lince_batch piece = lince_loader_piece(t->train, batch, i);
        bool first = !i && !t->group->rank;
        t->pieces.sums[i][0] = first ? t->at.hits : 0;
        t->pieces.sums[i][1] = first ? t->at.loss : 0;
        lince_pieces_begin(&t->pieces, t->net, i);
        LINCE_TRY(pass_piece(t, i, &piece, p));
        lince_pieces_end(&t->pieces, t->net, i, piece.n, batch->whole);
    }
    return 0;
}

/* The gradient of a batch, and where it makes an update with those before it that of all members: they wait for each other, also where
 * something has failed in one of them. */
static int find_gradient(lince_trainer *t, const lince_batch *batch, passing *p)
{
    bool last = whole_updates(t, t->at.step + 1);
    lince_update_begin(&t->update, last);
    int code = pass_pieces(t, batch, p), merged = 0;
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
    LINCE_TRY(lince_pieces_merge(&t->pieces, t->net));
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

/* --- one epoch ------------------------------------------------------------------------------------ */

static lince_progress progress_of(const lince_trainer *t)
{
    const lince_position *at = &t->at;
    size_t steps = lince_loader_batches(t->train);
    double rate = (double)at->seen / fmax(at->epoch_seconds, 1e-9);
    double left = (double)(steps - at->step) + (double)steps * (t->settings->epochs - at->epoch - 1);
    return (lince_progress){.size = sizeof(lince_progress),
                            .phase = LINCE_TRAINING,
                            .epoch = at->epoch + 1,
                            .epochs = t->settings->epochs,
                            .step = at->step,
                            .steps = steps,
                            .loss = at->loss / fmax((double)at->seen, 1),
                            .accuracy = at->hits / fmax((double)at->seen, 1),
                            .lr = (double)t->update.hyper.lr,
                            .samples_per_second = rate,
                            .eta = left * t->settings->batch_size / fmax(rate, 1e-9)};
}

static bool stop_wanted(const lince_trainer *t)
{
    return t->observer && t->observer->stop && *t->observer->stop;
}

static int interrupted(lince_trainer *t)
{
    LINCE_TRY(lince_group_all(t->group, lince_trainer_writes(t) ? lince_trainer_save(t) : 0));
    return lince_fail(LINCE_EINTERRUPTED, "interrupted in epoch %d after step %zu; the state is saved",
                      t->at.epoch + 1, t->at.step);
}

static double scheduled_rate(const lince_trainer *t)
{
    return lince_schedule_lr(&t->schedule, t->at.updates - t->at.schedule_updates);
}

/* Whether the time has come for a checkpoint within an epoch. */
static bool checkpoint_due(const lince_trainer *t)
{
    double every = 60.0 * t->settings->checkpoint_every;
    return every > 0 && t->at.seconds - t->last_checkpoint > every &&
           t->at.step < lince_loader_batches(t->train) && lince_trainer_writes(t);
}

/* Between two updates: whether any member stops, and a checkpoint from time to time. */
static int between_updates(lince_trainer *t)
{
    bool saves = checkpoint_due(t);
    int code = stop_wanted(t) ? LINCE_EINTERRUPTED : saves ? lince_trainer_save(t) : 0;
    if (saves) lince_profile_lap(&t->profile, LINCE_TIME_SAVING);
    code = lince_group_all(t->group, code);
    return code == LINCE_EINTERRUPTED ? interrupted(t) : code;
}

/* Whoever lacks a sample says so before the others compute and wait for what it has of the batch. */
static int next_batch(lince_trainer *t, lince_batch *batch)
{
    int more = lince_loader_next(t->train, batch), code = lince_group_all(t->group, more < 0 ? more : 0);
    return code ? code : more;
}

static int train_epoch(lince_trainer *t)
{
    lince_batch batch;
    int code;
    double start = lince_now(), loss;
    lince_profile_start(&t->profile);
    LINCE_TRY(lince_group_all(t->group, lince_loader_start(t->train, t->at.epoch, t->at.step)));
    while ((code = next_batch(t, &batch)) > 0) {
        lince_profile_lap(&t->profile, LINCE_TIME_WAITING);
        LINCE_TRY(lince_trainer_step(t, &batch, scheduled_rate(t), &loss));
        double took = lince_now() - start;
        start += took;
        t->at.seconds += took;
        t->at.epoch_seconds += took;
        if (t->observer && t->observer->progress) {
            lince_progress progress = progress_of(t);
            t->observer->progress(t->observer->context, &progress);
        }
        lince_profile_lap(&t->profile, LINCE_TIME_PROGRESS);
        if (!whole_updates(t, t->at.step)) continue; /* what is saved is a state between two updates */
        double before = t->last_checkpoint;
        LINCE_TRY(between_updates(t));
        if (t->last_checkpoint != before) start = lince_now(); /* saving is no training */
    }
    return code;
}

/* At the loss of who knows nothing but how many classes there are, a deep network without normalisation can
 * stay for good, and one whose rate was too high end. Told after epochs 1, 2, 4, 8, ... */
static int tell_what_is_not_learned(lince_trainer *t, const lince_epoch *row)
{
    enum { TOO_FEW_STEPS = 30 };
    int classes = lince_net_classes(t->net);
    float *room = lince_alloc((size_t)classes, sizeof *room);
    if (!room) return LINCE_ENOMEM;
    double guessing = lince_loss_chance(&t->blueprint.loss, NULL, classes, room),
           of_it = row->train_loss / guessing;
    lince_free(room);
    if (t->at.updates < TOO_FEW_STEPS) return 0;
    if (classes < 2 || (row->epoch & (row->epoch - 1)) || of_it < 0.99 || of_it > 1.03) return 0;
    const lince_architecture *a = lince_architecture_named(t->blueprint.model);
    char advice[160];
    const char *normalised = a ? lince_architecture_normalised(a) : NULL;
    if (normalised)
        snprintf(advice, sizeof advice, _("a model with batch normalisation, as --model %s"), normalised);
    else
        snprintf(advice, sizeof advice, _("a smaller learning rate, as --lr %.2g"), row->lr / 3);
    lince_trainer_warn(t,
                       _("after epoch %d the loss, %.3f, is that of guessing among %d classes (%.3f): in %zu "
                         "steps nothing was learned. What may help: more epochs; --optimizer adamw --lr 7e-5 "
                         "--warmup-epochs 1; %s"),
                       row->epoch, row->train_loss, classes, guessing, t->at.updates, advice);
    return 0;
}

/* What the run's folder keeps of the epoch. */
static int record_epoch(lince_trainer *t, bool best)
{
    if (!lince_trainer_writes(t)) return 0;
    LINCE_TRY(lince_trainer_save_weights(t, best));
    LINCE_TRY(lince_run_write_history(&t->run, &t->history));
    return lince_trainer_save(t);
}

/* Closes the epoch: validation, history, best and last weights, checkpoint. */
static int finish_epoch(lince_trainer *t)
{
    lince_position *at = &t->at;
    double seen = (double)at->seen, train_seconds = at->epoch_seconds, start = lince_now();
    lince_epoch row = {.epoch = at->epoch + 1,
                       .train_loss = at->loss / seen,
                       .train_accuracy = at->hits / seen,
                       .val_loss = NAN,
                       .val_accuracy = NAN,
                       .lr = (double)t->update.hyper.lr};
    lince_update_finish(&t->update, t->net, at->updates);
    t->update.averaged = lince_trainer_averaged(t);
    lince_update_swap(&t->update, t->net);
    int code = lince_trainer_measure_norms(t);
    if (!code && t->val)
        code = lince_validate(t->net, t->val, &t->blueprint, t->observer, progress_of(t), &row.val_loss,
                              &row.val_accuracy);
    lince_update_swap(&t->update, t->net);
    if (code == LINCE_EINTERRUPTED) return interrupted(t);
    if (code) return code;
    lince_profile_lap(&t->profile, LINCE_TIME_VALIDATION);
    double validating = lince_now() - start;
    at->seconds += validating;
    at->epoch_seconds += validating;
    row.time = at->seconds;
    double accuracy = t->val ? row.val_accuracy : row.train_accuracy,
           loss = t->val ? row.val_loss : row.train_loss;
    bool best = isfinite(loss) && (!at->best_epoch || accuracy > at->best_accuracy ||
                                   (accuracy == at->best_accuracy && loss < at->best_loss));
    if (best) at->best_accuracy = accuracy, at->best_loss = loss, at->best_epoch = row.epoch;
    at->waited = best ? 0 : at->waited + 1;
    lince_schedule_epoch(&t->schedule, loss);
    LINCE_TRY(lince_history_add(&t->history, &row));
    if (t->observer && t->observer->epoch)
        t->observer->epoch(t->observer->context,
                           &(lince_epoch_result){sizeof(lince_epoch_result), row.epoch, t->settings->epochs,
                                                 at->epoch_seconds, row.train_loss, row.train_accuracy,
                                                 row.val_loss, row.val_accuracy, row.lr,
                                                 seen / fmax(train_seconds, 1e-9), best});
    code = tell_what_is_not_learned(t, &row);
    at->epoch++;
    at->step = at->seen = 0;
    at->loss = at->hits = at->epoch_seconds = 0;
    if (!code) code = record_epoch(t, best);
    LINCE_TRY(lince_group_all(t->group, code));
    lince_profile_lap(&t->profile, LINCE_TIME_SAVING);
    return 0;
}

static int tell_profile(const lince_trainer *t)
{
    lince_buffer text = {0};
    lince_profile_print(&t->profile, t->net, &t->update.sum, &text);
    if (!text.error && t->observer && t->observer->note) t->observer->note(t->observer->context, text.data);
    int code = text.error;
    lince_buffer_release(&text);
    return code;
}

bool lince_trainer_ended(const lince_trainer *t)
{
    const lince_settings *s = t->settings;
    return lince_position_ended(&t->at, s->epochs, s->patience);
}

int lince_trainer_run_until(lince_trainer *t, int epoch)
{
    while (t->at.epoch < epoch && !lince_trainer_ended(t)) {
        int code = lince_group_all(t->group, lince_trainer_begin_stage(t));
        if (code == LINCE_EINTERRUPTED) return interrupted(t);
        if (code) return code;
        LINCE_TRY(train_epoch(t));
        LINCE_TRY(finish_epoch(t));
        code = lince_group_all(t->group, stop_wanted(t) && t->at.epoch < epoch ? LINCE_EINTERRUPTED : 0);
        if (code == LINCE_EINTERRUPTED) return interrupted(t);
        LINCE_TRY(code);
    }
    return lince_trainer_drop_features(t);
}

int lince_trainer_run(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    if (s->profile) LINCE_TRY(lince_net_measure(t->net));
    LINCE_TRY(lince_trainer_run_until(t, s->epochs));
    if (t->at.epoch < s->epochs)
        lince_trainer_note(
            t, _("stopped after epoch %d: no better validation accuracy since epoch %d (--patience)"),
            t->at.epoch, t->at.epoch - t->at.waited);
    double waited = lince_loader_waited(t->train);
    if (lince_waiting_matters(waited, t->at.seconds))
        lince_trainer_note(t, _("waited for data: %.1f s of %.0f s; more --workers may help"), waited,
                           t->at.seconds);
    return s->profile ? tell_profile(t) : 0;
}
