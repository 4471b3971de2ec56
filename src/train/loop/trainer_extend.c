/* A finished run that goes on: a new stage, from where it ended. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "train/loop/trainer.h"

#include <stdio.h>

bool lince_trainer_extends(const lince_trainer *t, const lince_saved *s)
{
    return s->ended && t->settings->epochs > s->epochs;
}

/* What the stage has from the run as it ended. With all of it, and no early stop, the longer run is the one
 * that would have been. */
typedef struct inheritance {
    bool schedule, optimizer, patience;
} inheritance;

static void tell(const lince_trainer *t, const inheritance *has)
{
    const lince_settings *s = t->settings;
    lince_trainer_note(t, _("%s: finished with epoch %d; a new stage goes on to epoch %d"), t->run.folder,
                       t->at.epoch, s->epochs);
    if (has->schedule && has->optimizer && has->patience) {
        lince_trainer_note(t, _("from its checkpoint: as if the run had been begun with --epochs %d"),
                           s->epochs);
        return;
    }
    if (has->optimizer)
        lince_trainer_note(t, _("from its checkpoint: weights and optimizer go on as they were"));
    else
        lince_trainer_note(t,
                           _("from the weights of its last epoch, with a fresh state of the optimizer: the "
                             "checkpoint was dropped at its end (--keep-checkpoint keeps it)"));
    if (has->schedule)
        lince_trainer_note(t, _("the learning rate goes on as '%s' has it"), s->scheduler);
    else
        lince_trainer_note(t, _("'%s' has come to its end: it begins anew, over epochs %d to %d"),
                           s->scheduler, t->at.epoch + 1, s->epochs);
    if (!has->patience)
        lince_trainer_note(t,
                           _("it had stopped early (--patience): epochs without a better one count from 0"));
}

static const char *word(bool inherited)
{
    return inherited ? "goes on" : "anew";
}

/* stages.json: the stages behind the first. One that was begun and lost is replaced. */
static int record(const lince_trainer *t, const inheritance *has)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, t->run.folder, "stages.json"));
    json_t *stages;
    LINCE_TRY(lince_json_read_if_there(path, &stages));
    if (!json_is_array(stages)) {
        json_decref(stages);
        stages = json_array();
    }
    for (size_t i = json_array_size(stages); i-- > 0;)
        if (json_integer_value(json_object_get(json_array_get(stages, i), "epoch")) > t->at.epoch)
            json_array_remove(stages, i);
    lince_json_add(&stages, lince_json_pack("{s:i, s:s, s:s, s:s}", "epoch", t->at.epoch + 1, "schedule",
                                            word(has->schedule), "optimizer", word(has->optimizer),
                                            "patience", word(has->patience)));
    return lince_trainer_write_json(t, "stages.json", stages);
}

/* The settings first: whatever a kill leaves, they ask for the stage, which is begun again or gone on with.
 * The checkpoint then stands for the stage, whether or not the end of the one before is still there. */
static int save(lince_trainer *t, const inheritance *has, const char *command)
{
    char epochs[16];
    if (!lince_trainer_writes(t)) return 0;
    snprintf(epochs, sizeof epochs, "%d", t->settings->epochs);
    LINCE_TRY(lince_run_set_config(&t->run, "epochs", epochs));
    LINCE_TRY(lince_run_add_command(&t->run, command));
    LINCE_TRY(record(t, has));
    LINCE_TRY(lince_trainer_save(t));
    return lince_file_remove(t->run.folder, LINCE_END_FILE);
}

int lince_trainer_extend(lince_trainer *t, const lince_saved *s, const char *command)
{
    bool finite = t->schedule.type->finite || (t->settings->lookahead && t->settings->lookahead_power > 0);
    const inheritance has = {.schedule = !finite,
                             .optimizer = s->state,
                             .patience = t->at.epoch >= s->epochs};
    if (t->settings->swa > 0)
        return lince_fail(LINCE_EUSAGE,
                          "%s: --swa has averaged its last epochs, so that it has come to its end; begin a "
                          "new run, with --weights %s/weights/last.safetensors if you like",
                          t->run.folder, t->run.folder);
    tell(t, &has);
    if (!has.schedule) t->at.schedule_epoch = t->at.epoch, t->at.schedule_updates = t->at.updates;
    if (!has.optimizer) t->at.optimizer_updates = t->at.updates;
    if (!has.patience) t->at.waited = 0;
    return save(t, &has, command);
}
