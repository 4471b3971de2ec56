#include "train/loop/trainer.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "kernels/peak.h"
#include "train/measure/feed.h"
#include "train/measure/labelling.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
        lince_position before = t->at;
        lince_trainer_log_samples(t, &batch);
        LINCE_TRY(lince_trainer_step(t, &batch, scheduled_rate(t), &loss));
        lince_trainer_log_step(t, &before);
        double took = lince_now() - start;
        start += took;
        t->at.seconds += took;
        t->at.epoch_seconds += took;
        if (t->observer && t->observer->progress) {
            lince_progress progress = progress_of(t);
            t->observer->progress(t->observer->context, &progress);
        }
        lince_profile_lap(&t->profile, LINCE_TIME_PROGRESS);
        if (!lince_trainer_updates_after(t, t->at.step))
            continue; /* what is saved is a state between two updates */
        double saved = t->last_checkpoint;
        LINCE_TRY(between_updates(t));
        if (t->last_checkpoint != saved) start = lince_now(); /* saving is no training */
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
    const lince_architecture *a = lince_trainer_architecture(t);
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
    lince_trainer_log_epoch(t, &row);
    code = tell_what_is_not_learned(t, &row);
    at->epoch++;
    at->step = at->seen = 0;
    at->loss = at->hits = at->epoch_seconds = 0;
    if (!code) code = record_epoch(t, best);
    LINCE_TRY(lince_group_all(t->group, code));
    lince_profile_lap(&t->profile, LINCE_TIME_SAVING);
    return 0;
}

static int tell_profile(lince_trainer *t)
{
    lince_buffer text = {0};
    t->profile.peak = lince_peak(t->threads);
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
