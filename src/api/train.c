/* lince_train: the whole job, and its report. */
#include <lince/train.h>

#include "api/processes.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "settings/settings.h"
#include "train/loop/job.h"

#include <lince/report.h>
#include <stdio.h>

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

int lince_train_together(lince_processes *processes, const lince_settings *settings, const char *command,
                         const lince_observer *observer, char *out, size_t out_size)
{
    LINCE_NEED(settings);
    LINCE_PLAIN_LOCALE;
    const lince_group *group = lince_processes_group(processes);
    lince_observer heard = LINCE_OBSERVER_INIT;
    char folder[LINCE_PATH_MAX] = "";
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    int code = lince_job_run(group, settings, command, &heard, folder, sizeof folder);
    if (*folder && out) snprintf(out, out_size, "%s", folder);
    if (code) return code < 0 ? code : 0;
    if (group->rank) return 0;
    if (!settings->no_report) write_report(folder, settings, &heard);
    lince_job_finish(folder, settings, &heard);
    return 0;
}

int lince_train(const lince_settings *settings, const char *command, const lince_observer *observer,
                char *out, size_t out_size)
{
    LINCE_NEED(settings);
    return lince_train_together(NULL, settings, command, observer, out, out_size);
}
