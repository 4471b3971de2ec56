#include "train/loop/job.h"

#include "core/error.h"
#include "core/i18n.h"
#include "core/peak_memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "train/loop/trainer.h"

#include <stdio.h>

/* From what was opened to the test. The cost is written also of a session that was interrupted. */
static int run_opened(lince_trainer *t)
{
    int code = lince_trainer_run(t);
    if (!code) code = lince_group_all(t->group, lince_trainer_calibrate(t));
    if (!code) code = lince_group_all(t->group, lince_trainer_choose_thresholds(t));
    if (!code) code = lince_group_all(t->group, lince_trainer_test(t));
    int written = lince_trainer_writes(t) ? lince_trainer_write_cost(t) : 0;
    return code ? code : written;
}

int lince_job_run(const lince_group *group, const lince_settings *settings, const char *command,
                  const lince_observer *observer, char *out, size_t out_size)
{
    LINCE_PLAIN_LOCALE;
    lince_trainer t;
    lince_peak_memory_begin();
    int code = lince_trainer_open(&t, group, settings, observer, command);
    if (code >= 0 && out) snprintf(out, out_size, "%s", t.run.folder);
    if (!code) code = run_opened(&t);
    lince_trainer_close(&t);
    return code;
}

void lince_job_finish(const char *folder, const lince_settings *s, const lince_observer *o)
{
    lince_run run;
    char text[2048];
    int code = lince_run_open(&run, folder);
    if (!code) code = lince_run_lock(&run);
    if (!code)
        lince_run_half_written(&run, true); /* what a killed one's gnuplot still held when this one began */
    if (!code) code = lince_saved_finish(&run, s->keep_checkpoint);
    lince_run_unlock(&run);
    if (!code || !o || !o->warning) return;
    snprintf(text, sizeof text, _("the checkpoint was not dropped: %s"), lince_error());
    o->warning(o->context, text);
}
