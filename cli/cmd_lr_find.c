#include "cli.h"

#include <stdio.h>

typedef struct job {
    training common;
    const char *from, *to, *steps;
    double first, last;
    int count; /* of steps */
} job;

static int read_range(job *j)
{
    j->first = LINCE_LR_FROM, j->last = LINCE_LR_TO, j->count = LINCE_LR_STEPS;
    int code = j->from ? cli_number("from", j->from, &j->first) : 0;
    if (!code && j->to) code = cli_number("to", j->to, &j->last);
    return !code && j->steps ? cli_whole("steps", j->steps, &j->count) : code;
}

/* The rate alone on standard output, for a shell's $(...). */
static int find(void *context)
{
    job *j = context;
    char folder[4096], rate[32];
    double lr;
    int code = read_range(j);
    if (!code)
        code = lince_lr_find(j->common.settings, j->first, j->last, j->count, cli_observer(j->common.quiet),
                             folder, sizeof folder, &lr);
    cli_clear_line();
    if (code) return code;
    snprintf(rate, sizeof rate, "%.3g", lr);
    printf(j->common.json ? "{\"lr\": %s}\n" : "%s\n", rate);
    if (!j->common.quiet)
        fprintf(cli_err,
                _("suggested by the valley rule: --lr %s\nfigure: %s/plots/lr_find.svg; every step: "
                  "%s/lr_find.csv\n"),
                rate, folder, folder);
    return 0;
}

static int run(int argc, char **argv)
{
    job j = {.common = {.parse = cli_parse, .begun = lince_run_settings}};
    const option_spec specs[] = {{"from", "X", N_("the rate of the first step (1e-7)"), &j.from, NULL},
                                 {"to", "X", N_("the rate of the last step (10)"), &j.to, NULL},
                                 {"steps", "N", N_("steps from one to the other (100)"), &j.steps, NULL},
                                 JSON_OPTION(j.common),
                                 TRAINING_OPTIONS(j.common)};
    return cli_train(&cmd_lr_find, &j.common, argc, argv, specs, find, &j);
}

const command cmd_lr_find = {.name = "lr-find",
                             .arguments = N_("--data PATH [options of train]"),
                             .summary = N_("suggest a learning rate by a range test"),
                             .run = run,
                             .computes = true,
                             .examples = "lince lr-find --data pictures --model resnet20\n"
                                         "lince lr-find --data tweets.csv --from 1e-5 --to 1 --steps 200"};
