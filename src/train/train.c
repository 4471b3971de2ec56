/* lince_train: the whole job. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/peak_memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "train/calibrate.h"
#include "train/trainer.h"

#include <lince/report.h>
#include <stdio.h>

int lince_trainer_test(lince_trainer *t)
{
    lince_evaluation e;
    if (!lince_dataset_count(t->dataset, LINCE_TEST)) {
        lince_trainer_warn(
            t, _("%s has no test part: nothing independent was measured; --test-split 0.2 sets one aside"),
            t->settings->data);
        return 0;
    }
    LINCE_TRY(lince_trainer_load_own(t, "best"));
    LINCE_TRY(lince_trainer_evaluate(t, LINCE_TEST, false, &e));
    int code = lince_trainer_write_test(t, &e);
    lince_trainer_note(t, _("test: loss %.4f, accuracy %.2f %%, with the weights of epoch %d; samples: %zu"),
                       e.metrics.loss, 100 * e.metrics.accuracy, t->at.best_epoch, e.metrics.n);
    if (t->views.count)
        lince_trainer_note(t, _("each answer is the mean of %d views of the picture (--tta %s)"),
                           t->views.count, t->views.name);
    lince_evaluation_release(&e);
    return code;
}

int lince_trainer_calibrate(lince_trainer *t)
{
    lince_evaluation raw;
    lince_calibration calibration;
    lince_buffer said = {0};
    if (!t->settings->calibrate) return 0;
    LINCE_TRY(lince_trainer_load_own(t, "best"));
    LINCE_TRY(lince_trainer_evaluate(t, LINCE_VAL, true, &raw));
    int code = lince_calibration_fit(&calibration, &raw);
    lince_evaluation_release(&raw);
    if (code) return code;
    LINCE_TRY(lince_calibration_keep(&calibration, t->run.folder, t->settings->tta));
    lince_calibration_print(&calibration, &said);
    if (!said.error) lince_trainer_note(t, "%s", said.data);
    lince_buffer_release(&said);
    return said.error;
}

/* The run is whole without it: what keeps the report from being written is a warning. */
static void write_report(const char *folder, const lince_settings *s, const lince_observer *o)
{
    char text[2048];
    if (o && o->progress)
        o->progress(o->context,
                    &(lince_progress){.size = sizeof(lince_progress), .phase = LINCE_REPORTING, .eta = -1});
    if (!lince_report(folder, s->lang && *s->lang ? s->lang : "auto", o) || !o || !o->warning) return;
    snprintf(text, sizeof text, _("the report was not written: %s"), lince_error());
    o->warning(o->context, text);
}

/* The run is whole without this, too. */
static void finish(const char *folder, const lince_settings *s, const lince_observer *o)
{
    lince_run run;
    char text[2048];
    int code = lince_run_open(&run, folder);
    if (!code) code = lince_run_lock(&run);
    if (!code) code = lince_saved_finish(&run, s->keep_checkpoint);
    lince_run_unlock(&run);
    if (!code || !o || !o->warning) return;
    snprintf(text, sizeof text, _("the checkpoint was not dropped: %s"), lince_error());
    o->warning(o->context, text);
}

int lince_train(const lince_settings *settings, const char *command, const lince_observer *observer,
                char *out, size_t out_size)
{
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    lince_trainer t;
    char folder[LINCE_PATH_MAX];
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    lince_peak_memory_begin();
    int code = lince_trainer_open(&t, settings, &heard, command);
    bool opened = !code, was_finished = code == 1;
    snprintf(folder, sizeof folder, "%s", t.run.folder);
    if ((opened || was_finished) && out) snprintf(out, out_size, "%s", folder);
    if (was_finished) code = 0;
    if (opened) code = lince_trainer_run(&t);
    if (opened && !code) code = lince_trainer_calibrate(&t);
    if (opened && !code) code = lince_trainer_test(&t);
    int written = opened ? lince_trainer_write_cost(&t) : 0; /* also of a session that was interrupted */
    if (!code) code = written;
    lince_trainer_close(&t); /* before the report, which opens data and network for itself */
    if (code || was_finished) return code;
    if (!settings->no_report) write_report(folder, settings, &heard);
    finish(folder, settings, &heard);
    return 0;
}
