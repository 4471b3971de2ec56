/* What a trainer writes: checkpoints, weights, and the description of the run. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "train/checkpoint.h"
#include "train/resume.h"
#include "train/trainer.h"
#include "weights/safetensors.h"
#include "weights/state_dict.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
            float *data;
            size_t count;
        } arrays[ROLES] = {{"value", p->value, p->size},
                           {"state0", u->state[0] ? u->state[0][i] : NULL, p->size},
                           {"state1", u->state[1] ? u->state[1][i] : NULL, p->size},
                           {"ema", u->average ? u->average[i] : NULL, p->size},
                           {"origin", p->origin, lince_param_elements(p)},
                           {"seen", u->lazy[i].seen, u->lazy[i].rows},
                           {"rates", u->lazy[i].rates, LINCE_LAZY_WINDOW + 1}};
        for (int k = 0; k < ROLES; k++) {
            if (!arrays[k].data) continue;
            list[count] = (lince_checkpoint_array){.data = arrays[k].data, .count = arrays[k].count};
            snprintf(list[count].name, sizeof list[count].name, "%s.%s", arrays[k].role, p->name);
            count++;
        }
    }
    return count;
}

/* Numbers as text that reads back exactly. */
static void position_text(const lince_trainer *t, char *out, size_t size)
{
    const lince_position *p = &t->at;
    snprintf(out, size, "%d %zu %zu %a %a %zu %a %a %a %a %d %d %a %a %d", p->epoch, p->step, p->updates,
             p->loss, p->hits, p->seen, p->seconds, p->epoch_seconds, p->best_accuracy, p->best_loss,
             p->best_epoch, p->waited, t->schedule.best, t->schedule.factor, t->schedule.waited);
}

static bool read_position(lince_trainer *t, const char *text)
{
    lince_position *p = &t->at;
    return text && sscanf(text, "%d %zu %zu %la %la %zu %la %la %la %la %d %d %la %la %d", &p->epoch,
                          &p->step, &p->updates, &p->loss, &p->hits, &p->seen, &p->seconds, &p->epoch_seconds,
                          &p->best_accuracy, &p->best_loss, &p->best_epoch, &p->waited, &t->schedule.best,
                          &t->schedule.factor, &t->schedule.waited) == 15;
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
    while (text && sscanf(text, "%d %la %la %la %la %la %la\n%n", &e.epoch, &e.time, &e.train_loss,
                          &e.train_accuracy, &e.val_loss, &e.val_accuracy, &e.lr, &used) == 7) {
        LINCE_TRY(lince_history_add(&t->history, &e));
        text += used;
    }
    return 0;
}

int lince_trainer_save(lince_trainer *t)
{
    char path[LINCE_PATH_MAX], position[512];
    lince_buffer history = {0};
    lince_checkpoint_array *list = lince_alloc(ROLES * lince_net_params(t->net) + 1, sizeof *list);
    if (!list) return LINCE_ENOMEM;
    int code = path_in(t, "checkpoint/state.safetensors", path);
    position_text(t, position, sizeof position);
    history_text(t, &history);
    char *settings = lince_resume_record(t->settings);
    const lince_metadata texts[] = {{"position", position},
                                    {"history", history.data},
                                    {"settings", settings},
                                    {"data", lince_dataset_fingerprint(t->dataset)}};
    if (!code) code = history.error;
    if (!code && !settings) code = lince_fail(LINCE_ENOMEM, "%s: out of memory", path);
    if (!code)
        code = lince_checkpoint_write(path, list, list_arrays(t, list), texts, sizeof texts / sizeof *texts);
    t->last_checkpoint = t->at.seconds;
    lince_buffer_release(&history);
    free(settings);
    lince_free(list);
    return code;
}

static int restore_from(lince_trainer *t, const lince_weights *w, const char *path)
{
    const char *data = lince_weights_metadata(w, "data");
    LINCE_TRY(
        lince_resume_check(t->settings, t->given, lince_weights_metadata(w, "settings"), t->run.folder));
    if (!data || strcmp(data, lince_dataset_fingerprint(t->dataset)) != 0)
        return lince_fail(LINCE_EDATA,
                          "%s: the run was begun with other data than %s now holds; give the same --data, or "
                          "begin a new run",
                          t->run.folder, t->settings->data);
    lince_checkpoint_array *list = lince_alloc(ROLES * lince_net_params(t->net) + 1, sizeof *list);
    if (!list) return LINCE_ENOMEM;
    int code = lince_checkpoint_restore(w, path, list, list_arrays(t, list));
    lince_free(list);
    if (code) return code;
    if (!read_position(t, lince_weights_metadata(w, "position")))
        return lince_fail(LINCE_EFORMAT, "%s: its position cannot be read", path);
    t->last_checkpoint = t->at.seconds;
    if (lince_update_restore(&t->update, t->net, t->at.updates)) return lince_fail_in(LINCE_EFORMAT, path);
    return read_history(t, lince_weights_metadata(w, "history"));
}

int lince_trainer_restore(lince_trainer *t)
{
    char path[LINCE_PATH_MAX];
    lince_weights *w;
    LINCE_TRY(path_in(t, "checkpoint/state.safetensors", path));
    if (access(path, F_OK))
        return lince_fail(LINCE_EDATA, "%s: it ended before anything was saved; begin a new run",
                          t->run.folder);
    LINCE_TRY(lince_checkpoint_open(&w, path));
    int code = restore_from(t, w, path);
    lince_weights_free(w);
    if (!code)
        lince_trainer_note(t, _("%s: going on in epoch %d after step %zu"), t->run.folder, t->at.epoch + 1,
                           t->at.step);
    return code;
}

/* --- weights -------------------------------------------------------------------------------------- */

static int write_weights(lince_trainer *t, const char *path)
{
    lince_blueprint_texts texts;
    int code = lince_blueprint_write(&t->blueprint, &texts);
    lince_update_swap(&t->update, t->net);
    if (!code) code = lince_state_dict_save(t->net, path, texts.list, texts.count);
    lince_update_swap(&t->update, t->net);
    lince_blueprint_texts_release(&texts);
    return code;
}

int lince_trainer_save_weights(lince_trainer *t, bool best)
{
    char last_path[LINCE_PATH_MAX], best_path[LINCE_PATH_MAX];
    LINCE_TRY(path_in(t, "weights/last.safetensors", last_path));
    LINCE_TRY(path_in(t, "weights/best.safetensors", best_path));
    LINCE_TRY(write_weights(t, last_path));
    int code = best ? lince_file_link(last_path, best_path) : 0;
    return code == 1 ? write_weights(t, best_path) : code;
}
