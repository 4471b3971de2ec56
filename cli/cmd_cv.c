#include "cli.h"

#include <stdio.h>

typedef struct job {
    training training;
    lince_processes *processes;
} job;

static int cross_validate(void *context)
{
    job *j = context;
    training *t = &j->training;
    char *text = NULL;
    cli_joined_language();
    int code = lince_cv_together(j->processes, t->settings, t->line, t->json,
                                 cli_observer(t->quiet || t->silent), t->folder, sizeof t->folder, &text);
    cli_clear_line();
    if (code || t->silent) return code;
    cli_put(stdout, text);
    lince_text_free(text);
    if (!t->quiet) fprintf(cli_err, _("report: %s\n"), t->folder);
    return 0;
}

static int run(int argc, char **argv)
{
    job j = {.training = {.parse = cli_parse, .begun = lince_cv_settings}};
    const option_spec specs[] = {JSON_OPTION(j.training), TRAINING_OPTIONS(j.training)};
    int code = cli_join(&j.processes);
    if (code) return code;
    j.training.silent = lince_processes_rank(j.processes) > 0;
    return cli_leave(j.processes, cli_train(&cmd_cv, &j.training, argc, argv, specs, cross_validate, &j));
}

const command cmd_cv = {.name = "cv",
                        .arguments = N_("--data PATH [--folds N] [options of train]"),
                        .summary = N_("cross-validate: every sample tested once; find label errors"),
                        .run = run,
                        .computes = true,
                        .examples = "lince cv --data pictures --folds 5\n"
                                    "lince cv --data tweets.csv --split-by group --group-column 1\n"
                                    "lince cv --resume runs/cv"};
