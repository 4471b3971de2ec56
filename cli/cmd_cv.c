#include "cli.h"

#include <stdio.h>

static int cross_validate(void *context)
{
    training *t = context;
    char *text = NULL;
    int code =
        lince_cv(t->settings, t->line, t->json, cli_observer(t->quiet), t->folder, sizeof t->folder, &text);
    cli_clear_line();
    if (code) return code;
    cli_put(stdout, text);
    lince_text_free(text);
    if (!t->quiet) fprintf(cli_err, _("report: %s\n"), t->folder);
    return 0;
}

static int run(int argc, char **argv)
{
    training t = {.parse = cli_parse, .begun = lince_cv_settings};
    const option_spec specs[] = {JSON_OPTION(t), TRAINING_OPTIONS(t)};
    return cli_train(&cmd_cv, &t, argc, argv, specs, cross_validate, &t);
}

const command cmd_cv = {.name = "cv",
                        .arguments = N_("--data PATH [--folds N] [options of train]"),
                        .summary = N_("cross-validate: every sample tested once; find label errors"),
                        .run = run,
                        .examples = "lince cv --data pictures --folds 5\n"
                                    "lince cv --data tweets.csv --split-by group --group-column 1\n"
                                    "lince cv --resume runs/cv"};
