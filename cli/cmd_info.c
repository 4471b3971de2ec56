#include "cli.h"
#include "core/i18n.h"
#include "kernels/choices.h"

#include <stdio.h>

int cmd_info(int argc, char **argv)
{
    bool json = false, kernels = false, forget = false, help = false;
    const option_spec specs[] = {
        {"json", NULL, N_("print one JSON object"), NULL, &json},
        {"kernels", NULL, N_("which kernel was chosen for what on this machine"), NULL, &kernels},
        {"forget", NULL, N_("with --kernels: measures them again when they are next needed"), NULL, &forget},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    const char *positional[16];
    char *text;
    int count,
        code = argc > 16 ? cli_too_many(argv[0]) : cli_parse(argc, argv, specs, NULL, positional, &count);
    if (code) return cli_fail(code);
    if (help) return cli_usage("info", specs);
    if (kernels && !count) {
        code = forget ? lince_choices_forget() : lince_choices_print(stdout);
        return code ? cli_fail(code) : EXIT_DONE;
    }
    if (count != 1 || kernels || forget) {
        fprintf(stderr, "%s\n",
                _("lince info: expected one path: a data set, a weights file or a run; or --kernels "
                  "[--forget] alone"));
        return EXIT_USAGE;
    }
    code = lince_describe(positional[0], json, &text);
    if (code) return cli_fail(code);
    fputs(text, stdout);
    lince_text_free(text);
    return EXIT_DONE;
}
