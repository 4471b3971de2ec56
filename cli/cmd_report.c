#include "cli.h"

#include <stdio.h>

static int run(int argc, char **argv)
{
    const char *at[16];
    bool help = false;
    const char *author = NULL, *notes = NULL;
    const option_spec specs[] = {
        {"author", "NAME", N_("who signs the report; recorded in the run"), &author, NULL},
        {"notes", "TEXT", N_("a text for the report; an empty line ends a paragraph"), &notes, NULL},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    argument_list given = {.at = at, .most = sizeof at / sizeof *at};
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_report, specs);
    if (given.count != 1) {
        fprintf(cli_err, "%s\n", _("lince report: expected one run's folder"));
        return EXIT_USAGE;
    }
    code = lince_report_sign(at[0], author, notes);
    if (!code) code = lince_report(at[0], lince_language(), cli_observer(false));
    if (code) return cli_fail(code);
    printf("%s/report.html\n", at[0]);
    return EXIT_DONE;
}

const command cmd_report = {.name = "report",
                            .arguments = N_("RUN"),
                            .summary = N_("write a run's report again"),
                            .run = run,
                            .computes = true,
                            .examples = "lince report runs/vgg16 --lang es\n"
                                        "lince report runs/vgg16 --author 'Ana Ruiz' --notes 'First try.'"};
