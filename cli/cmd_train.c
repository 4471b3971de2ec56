#include "cli.h"

#include <stdio.h>
#include <unistd.h>

static void tell_report(const char *run)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/report.html", run);
    if (!access(path, R_OK)) fprintf(cli_err, _("report: %s\n"), path);
}

typedef struct job {
    training training;
    lince_processes *processes;
} job;

static int train(void *context)
{
    job *j = context;
    training *t = &j->training;
    cli_joined_language();
    int code = lince_train_together(j->processes, t->settings, t->line, cli_observer(t->quiet), t->folder,
                                    sizeof t->folder);
    cli_clear_line(); /* of the report, which would stand behind the folder's name */
    if (code || t->silent) return code;
    printf("%s\n", t->folder);
    if (!t->quiet) tell_report(t->folder);
    return 0;
}

static int run(int argc, char **argv)
{
    job j = {.training = {.parse = cli_parse, .begun = lince_run_settings}};
    const option_spec specs[] = {TRAINING_OPTIONS(j.training)};
    int code = cli_join(&j.processes);
    if (code) return code;
    j.training.silent = lince_processes_rank(j.processes) > 0;
    return cli_leave(j.processes, cli_train(&cmd_train, &j.training, argc, argv, specs, train, &j));
}

const command cmd_train = {.name = "train",
                           .arguments = N_("--data PATH [options]"),
                           .summary = N_("train or fine-tune a model; ends with the test"),
                           .run = run,
                           .computes = true,
                           .takes_settings = true,
                           .synonyms = {"fit"},
                           .examples = "lince train --data pictures\n"
                                       "lince train --data pictures.zip --model resnet18 --epochs 20\n"
                                       "lince train --data tweets.csv --model lstm --split-by random\n"
                                       "lince train --data pictures --weights vgg16.pth --freeze features\n"
                                       "lince train --resume runs/vgg16"};
