#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const settings_reader reader = {cli_parse, lince_cv_settings};

/* The message, and the way on where something was saved. */
static int failed(int code, const char *folder)
{
    int status = cli_fail(code);
    if (code == LINCE_EINTERRUPTED && *folder && !access(folder, F_OK))
        fprintf(stderr, _("go on with:  %s cv --resume %s\n"), program_invocation_name, folder);
    return status;
}

int cmd_cv(int argc, char **argv)
{
    const char *config = NULL;
    bool help = false, quiet = false, json = false;
    lince_settings *s = NULL;
    char folder[4096] = "", *text = NULL;
    const option_spec specs[] = {
        {"config", "FILE.yaml", N_("settings from a file; options given here override them"), &config, NULL},
        {"json", NULL, N_("print one JSON object"), NULL, &json},
        {"quiet", NULL, N_("no progress"), NULL, &quiet},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    int code = cli_read_settings(&reader, argc, argv, specs, &s, &config, NULL);
    if (!code && help) {
        lince_settings_free(s);
        return cli_usage("cv", specs);
    }
    if (!code) code = cli_speak(s);
    char *line = cli_command_line(argc, argv);
    cli_catch_signals();
    if (!code) code = lince_cv(s, line, json, cli_observer(quiet), folder, sizeof folder, &text);
    free(line);
    int status = code ? failed(code, folder) : EXIT_DONE;
    cli_clear_line();
    if (!code) fputs(text, stdout);
    if (!code && !quiet) fprintf(stderr, _("report: %s\n"), folder);
    lince_text_free(text);
    lince_settings_free(s);
    return status;
}
