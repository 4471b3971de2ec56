#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The message, and the way on where something was saved. */
static int failed(int code, const char *run)
{
    int status = cli_fail(code);
    if (code == LINCE_EINTERRUPTED && *run)
        fprintf(stderr, _("go on with:  %s train --resume %s\n"), program_invocation_name, run);
    return status;
}

static void tell_report(const char *run)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/report.html", run);
    if (!access(path, R_OK)) fprintf(stderr, _("report: %s\n"), path);
}

int cmd_train(int argc, char **argv)
{
    const char *config = NULL;
    bool help = false, quiet = false;
    lince_settings *s = NULL;
    char run[4096] = "";
    const option_spec specs[] = {
        {"config", "FILE.yaml", N_("settings from a file; options given here override them"), &config, NULL},
        {"quiet", NULL, N_("no progress"), NULL, &quiet},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    int code = cli_read_settings(&cli_of_run, argc, argv, specs, &s, &config, NULL);
    if (!code && help) {
        lince_settings_free(s);
        return cli_usage("train", specs);
    }
    if (!code) code = cli_speak(s);
    char *line = cli_command_line(argc, argv);
    cli_catch_signals();
    if (!code) code = lince_train(s, line, cli_observer(quiet), run, sizeof run);
    free(line);
    int status = code ? failed(code, run) : EXIT_DONE;
    cli_clear_line(); /* of the report, which would stand behind the folder's name */
    if (!code) printf("%s\n", run);
    if (!code && !quiet) tell_report(run);
    lince_settings_free(s);
    return status;
}
