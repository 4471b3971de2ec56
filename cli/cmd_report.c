#include "cli.h"

#include <stdio.h>

int cmd_report(int argc, char **argv)
{
    const char *positional[16];
    bool help = false;
    const char *author = NULL, *notes = NULL;
    const option_spec specs[] = {
        {"author", "NAME", N_("who signs the report; recorded in the run"), &author, NULL},
        {"notes", "TEXT", N_("a text for the report; an empty line ends a paragraph"), &notes, NULL},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    int count,
        code = argc > 16 ? cli_too_many(argv[0]) : cli_parse(argc, argv, specs, NULL, positional, &count);
    if (code) return cli_fail(code);
    if (help) return cli_usage("report", specs);
    if (count != 1) {
        fprintf(stderr, "%s\n", _("lince report: expected one run's folder"));
        return EXIT_USAGE;
    }
    code = lince_report_sign(positional[0], author, notes);
    if (!code) code = lince_report(positional[0], lince_language(), cli_observer(false));
    if (code) return cli_fail(code);
    printf("%s/report.html\n", positional[0]);
    return EXIT_DONE;
}
