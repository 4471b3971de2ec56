/* What a trainer writes and goes on from: checkpoints and weights. */
#include "core/error.h"
#include "core/hash.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "train/loop/trainer.h"
#include "train/measure/results.h"
#include "train/run/checkpoint.h"
#include "train/run/resume.h"
#include "weights/formats/safetensors.h"
#include "weights/state_dict.h"

#include <stdio.h>
#include <string.h>

static int path_in(const lince_trainer *t, const char *name, char path[LINCE_PATH_MAX])
{
    return lince_path_join(path, t->run.folder, name);
}

/* --- checkpoint ----------------------------------------------------------------------------------- */

enum { ROLES = 7 }; /* arrays that one parameter may have in a checkpoint */

static size_t list_arrays(lince_trainer *t, lince_checkpoint_array *list)
{
    size_t count = 0;
    for (size_t i = 0; i < lince_net_params(t->net); i++) {
        lince_param *p = lince_net_param(t->net, i);
        const lince_update *u = &t->update;
        const struct {
            const char *role;
            const lince_device *device;
            float *data;
            size_t count;
        } arrays[ROLES] = {{"value", p->device, p->value, p->size},
                           {"state0", p->device, u->state[0] ? u->state[0][i] : NULL, p->size},
                           {"state1", p->device, u->state[1] ? u->state[1][i] : NULL, p->size},
                           {"ema", p->device, u->average ? u->average[i] : NULL, p->size},
                           {"origin", &lince_host, p->origin, lince_param_elements(p)},
                           {"seen", p->device, u->lazy[i].seen, u->lazy[i].rows},
                           {"rates", &lince_host, u->lazy[i].rates, LINCE_LAZY_WINDOW + 1}};
        for (int k = 0; k < ROLES; k++) {
            if (!arrays[k].data) continue;
            list[count] = (lince_checkpoint_array){.device = arrays[k].device,
                                                   .data = arrays[k].data,
                                                   .count = arrays[k].count};
            snprintf(list[count].name, sizeof list[count].name, "%s.%s", arrays[k].role, p->name);
            count++;
        }
    }
    return count;
}

static void history_text(const lince_trainer *t, lince_buffer *out)
{
    lince_buffer_puts(out, "");
    for (size_t i = 0; i < t->history.count; i++) {
        const lince_epoch *e = &t->history.epochs[i];
        lince_buffer_printf(out, "%d %a %a %a %a %a %a\n", e->epoch, e->time, e->train_loss,
                            e->train_accuracy, e->val_loss, e->val_accuracy, e->lr);
    }
}

static int read_history(lince_trainer *t, const char *text)
{
    lince_epoch e;
    int used;
    while (text &&
           sscanf(text, "%d %la %la %la %la %la %la\n%n", &e.epoch, &e.time, &e.train_loss, &e.train_accuracy,
                  &e.val_loss, &e.val_accuracy, &e.lr, &used) == 7 &&
           (size_t)e.epoch == t->history.count + 1) {
        LINCE_TRY(lince_history_add(&t->history, &e));
        text += used;
    }
    if (text && !*text && t->history.count == (size_t)t->at.epoch) return 0;
    return lince_fail(LINCE_EFORMAT,
                      "%s: its history has not one row for each epoch that is done (epochs: %d)",
                      t->run.folder, t->at.epoch);
}

/* The position follows from epoch and step, what is only counted aside. */
static int check_position(const lince_trainer *t)
{
    const lince_position *at = &t->at;
    size_t batches = lince_loader_batches(t->train), samples = lince_loader_samples(t->train),
           accumulate = (size_t)t->settings->accumulate, drawn = at->step * (size_t)t->settings->batch_size;
    bool between = at->step == batches || (at->step < batches && at->step % accumulate == 0);
    if (between && at->updates == lince_position_updates(at, batches, accumulate) &&
        at->seen == (drawn < samples ? drawn : samples) && at->hits <= (double)at->seen)
        return 0;
    return lince_fail(
        LINCE_EDATA,
        "%s: its position, epoch %d, step %zu, updates %zu, samples %zu, is none that data and settings "
        "lead to (batches in an epoch: %zu); have samples become unreadable?",
        t->run.folder, at->epoch + 1, at->step, at->updates, at->seen, batches);
}

/* What is trained and validated with, beside the data's fingerprint: it is looked at once, when all is open. */
static const char *content_of(lince_trainer *t)
{
    size_t weights = (size_t)t->blueprint.classes * sizeof *t->class_weight;
    uint64_t weighed = t->class_weight ? lince_hash_content(t->class_weight, weights) : 0;
    if (t->positive_weight) weighed ^= lince_hash_content(t->positive_weight, weights);
    if (!*t->content)
        snprintf(t->content, sizeof t->content, "%016llx %016llx %016llx",
                 (unsigned long long)lince_loader_digest(t->train),
                 t->val ? (unsigned long long)lince_loader_digest(t->val) : 0ull,
                 (unsigned long long)weighed);
    return t->content;
}

/* The same data, by name, and in them the same samples. What was begun before contents were kept has none. */
static int check_data(lince_trainer *t, const lince_saved *s)
{
    const char *data = lince_saved_text(s, "data"), *content = lince_saved_text(s, "content");
    if (!data || strcmp(data, lince_dataset_fingerprint(t->dataset)) != 0)
        return lince_fail(LINCE_EDATA,
                          "%s: the run was begun with other data than %s now holds; give the same --data, or "
                          "begin a new run",
                          t->run.folder, t->settings->data);
    if (!content || !strcmp(content, content_of(t))) return 0;
    return lince_fail(
        LINCE_EDATA,
        "%s: what it trains on is not what it was begun with, though names and sizes in %s are: samples hold "
        "something else (or another version of a library decodes them otherwise), or the run's data.json was "
        "changed; put them back, or begin a new run",
        t->run.folder, t->settings->data);
}

int lince_trainer_save(lince_trainer *t)
{
    char position[LINCE_POSITION_MAX], stage[LINCE_POSITION_MAX];
    lince_buffer history = {0};
    lince_checkpoint_array *list = lince_alloc(ROLES * lince_net_params(t->net) + 1, sizeof *list);
    if (!list) return LINCE_ENOMEM;
    lince_trainer_log_flush(t);
    lince_position_print(&t->at, &t->schedule, position, stage);
    history_text(t, &history);
    char *settings = NULL;
    int code = lince_resume_record(t->settings, &settings);
    const lince_metadata texts[] = {{"position", position},
                                    {"stage", stage},
                                    {"history", history.data},
                                    {"settings", settings},
                                    {"kernels", lince_kept_text(&t->kernels)},
                                    {"data", lince_dataset_fingerprint(t->dataset)},
                                    {"content", content_of(t)}};
    if (!code) code = history.error;
    if (!code)
        code = lince_checkpoint_write(t->run.folder, LINCE_STATE_FILE, list, list_arrays(t, list), texts,
                                      sizeof texts / sizeof *texts);
    t->last_checkpoint = t->at.seconds;
    lince_buffer_release(&history);
    lince_free(settings);
    lince_free(list);
    return code;
}

static int restore_arrays(lince_trainer *t, const lince_weights *state)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(path_in(t, LINCE_STATE_FILE, path));
    lince_checkpoint_array *list = lince_alloc(ROLES * lince_net_params(t->net) + 1, sizeof *list);
    if (!list) return LINCE_ENOMEM;
    int code = lince_checkpoint_restore(state, path, list, list_arrays(t, list));
    lince_free(list);
    return code;
}

/* The last epoch's weights, where the optimizer's state is no longer kept. */
static int restore_weights(lince_trainer *t)
{
    LINCE_TRY(lince_trainer_load_own(t, "last"));
    lince_update_average(&t->update, t->net);
    return 0;
}

static int restore_from(lince_trainer *t, const lince_saved *s, const char *command)
{
    bool more = lince_trainer_extends(t, s);
    LINCE_TRY(lince_resume_check(t->settings, t->given, lince_saved_text(s, "settings"), t->run.folder,
                                 more ? "epochs" : NULL));
    LINCE_TRY(check_data(t, s));
    LINCE_TRY(s->state ? restore_arrays(t, s->state) : restore_weights(t));
    t->at = s->at;
    t->schedule.best = s->schedule.best;
    t->schedule.factor = s->schedule.factor;
    t->schedule.waited = s->schedule.waited;
    t->last_checkpoint = t->at.seconds;
    LINCE_TRY(check_position(t));
    LINCE_TRY(read_history(t, lince_saved_text(s, "history")));
    if (more) LINCE_TRY(lince_trainer_extend(t, s, command));
    t->schedule.epochs = (size_t)(t->settings->epochs - t->at.schedule_epoch);
    if (t->at.updates > t->at.schedule_updates) /* the rate that an epoch without a step left is told with */
        t->update.hyper.lr =
            (float)lince_schedule_lr(&t->schedule, t->at.updates - t->at.schedule_updates - 1);
    lince_trainer_set_beginnings(t);
    if (lince_update_restore(&t->update, t->net, t->at.updates))
        return lince_fail_in(LINCE_EFORMAT, t->run.folder);
    if (!more)
        lince_trainer_note(t, _("%s: going on in epoch %d after step %zu"), t->run.folder, t->at.epoch + 1,
                           t->at.step);
    return 0;
}

int lince_trainer_restore(lince_trainer *t, const char *command)
{
    lince_saved s;
    LINCE_TRY(lince_saved_open(&s, &t->run));
    int code = lince_results_known(&t->tested, t->run.folder);
    if (!code)
        code = s.state || s.end ? restore_from(t, &s, command)
                                : lince_fail(LINCE_EDATA,
                                             "%s: it has no checkpoint: it ended before anything was saved, "
                                             "or was pruned; begin a new run",
                                             t->run.folder);
    lince_saved_close(&s);
    /* Whatever has become of the file: the checkpoint has its rows. */
    if (!code && t->history.count && lince_trainer_writes(t))
        code = lince_run_write_history(&t->run, &t->history);
    return code;
}

/* --- weights -------------------------------------------------------------------------------------- */

static int write_weights(lince_trainer *t, const char *name)
{
    lince_passport passport;
    int code = lince_blueprint_write(&t->blueprint, &passport);
    lince_update_swap(&t->update, t->net);
    if (!code) code = lince_state_dict_save(t->net, t->run.folder, name, passport.list, passport.count);
    lince_update_swap(&t->update, t->net);
    lince_passport_release(&passport);
    return code;
}

int lince_trainer_save_weights(lince_trainer *t, bool best)
{
    LINCE_TRY(write_weights(t, "weights/last.safetensors"));
    if (best)
        LINCE_TRY(lince_results_forget(t->run.folder)); /* measured with those that were the best before */
    int code = best ? lince_file_link(t->run.folder, "weights", "last.safetensors", "best.safetensors") : 0;
    return code == 1 ? write_weights(t, "weights/best.safetensors") : code;
}
