#include "cli.h"

#include <stdio.h>
#include <unistd.h>

static void tell_report(const char *run)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/report.html", run);
    if (!access(path, R_OK)) fprintf(cli_err, _("report: %s\n"), path);
}

static char spoken[16]; /* the language of the thread that trains */

typedef struct job {
    training training;
    lince_processes *processes;
} job;

static int train(void *context)
{
    job *j = context;
    training *t = &j->training;
    snprintf(spoken, sizeof spoken, "%s", lince_language());
    int code = lince_train_together(j->processes, t->settings, t->line, cli_observer(t->quiet), t->folder,
                                    sizeof t->folder);
    cli_clear_line(); /* of the report, which would stand behind the folder's name */
    if (code || t->silent) return code;
    printf("%s\n", t->folder);
    if (!t->quiet) tell_report(t->folder);
    return 0;
}

/* By a thread of its own, before all are ended. */
static void tell_lost(int rank, const char *host, int seconds)
{
    lince_language_set(spoken);
    lince_language_dashes(1);
    cli_clear_line();
    fprintf(
        cli_err,
        _("lince: process %d on %s was not heard of for %d s: it has ended, or cannot be reached; all are "
          "ended, and --resume goes on\n"),
        rank, host, seconds);
}

/* Of several processes the first one alone speaks, but of what the others cannot know. */
static int run(int argc, char **argv)
{
    job j = {.training = {.parse = cli_parse, .begun = lince_run_settings}};
    const option_spec specs[] = {TRAINING_OPTIONS(j.training)};
    int code = lince_processes_join(&j.processes, tell_lost);
    if (code) return cli_fail(code);
    j.training.silent = lince_processes_rank(j.processes) > 0;
    int status = cli_train(&cmd_train, &j.training, argc, argv, specs, train, &j);
    if (lince_processes_leave(j.processes, status) && j.training.silent) cli_fail(LINCE_EIO);
    return status;
}

const command cmd_train = {.name = "train",
                           .arguments = N_("--data PATH [options]"),
                           .summary = N_("train or fine-tune a model; ends with the test"),
                           .run = run,
                           .takes_settings = true,
                           .synonyms = {"fit"},
                           .examples = "lince train --data pictures\n"
                                       "lince train --data pictures.zip --model resnet18 --epochs 20\n"
                                       "lince train --data tweets.csv --model lstm --split-by random\n"
                                       "lince train --data pictures --weights vgg16.pth --freeze features\n"
                                       "lince train --resume runs/vgg16"};
