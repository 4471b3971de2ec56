#include "cli.h"

#include <stdio.h>

typedef struct job {
    lince_settings *settings;
    const char *config, *from, *to, *steps;
    bool json, quiet, help;
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
static int find(job *j)
{
    char folder[4096], rate[32];
    double lr;
    int code = lince_lr_find(j->settings, j->first, j->last, j->count, cli_observer(j->quiet), folder,
                             sizeof folder, &lr);
    cli_clear_line();
    if (code) return code;
    snprintf(rate, sizeof rate, "%.3g", lr);
    printf(j->json ? "{\"lr\": %s}\n" : "%s\n", rate);
    if (!j->quiet)
        fprintf(stderr,
                _("suggested by the valley rule: --lr %s\nfigure: %s/plots/lr_find.svg; every step: "
                  "%s/lr_find.csv\n"),
                rate, folder, folder);
    return 0;
}

int cmd_lr_find(int argc, char **argv)
{
    job j = {0};
    const option_spec specs[] = {{"from", "X", N_("the rate of the first step (1e-7)"), &j.from, NULL},
                                 {"to", "X", N_("the rate of the last step (10)"), &j.to, NULL},
                                 {"steps", "N", N_("steps from one to the other (100)"), &j.steps, NULL},
                                 {"config", "FILE.yaml",
                                  N_("settings from a file; options given here override them"), &j.config,
                                  NULL},
                                 {"json", NULL, N_("print one JSON object"), NULL, &j.json},
                                 {"quiet", NULL, N_("no progress"), NULL, &j.quiet},
                                 {"help", NULL, N_("this help"), NULL, &j.help},
                                 {NULL, NULL, NULL, NULL, NULL}};
    int code = cli_read_settings(&cli_of_run, argc, argv, specs, &j.settings, &j.config, NULL);
    if (!code && j.help) {
        lince_settings_free(j.settings);
        return cli_usage("lr-find", specs);
    }
    if (!code) code = cli_speak(j.settings);
    if (!code) code = read_range(&j);
    cli_catch_signals();
    if (!code) code = find(&j);
    lince_settings_free(j.settings);
    return code ? cli_fail(code) : EXIT_DONE;
}
