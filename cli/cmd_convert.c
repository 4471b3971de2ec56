#include "cli.h"

#include <stdio.h>

int cmd_convert(int argc, char **argv)
{
    bool quiet = false, help = false;
    const option_spec specs[] = {{"quiet", NULL, N_("say nothing where all goes well"), NULL, &quiet},
                                 {"help", NULL, N_("this help"), NULL, &help},
                                 {NULL, NULL, NULL, NULL, NULL}};
    const char *positional[16];
    char *text;
    int count,
        code = argc > 16 ? cli_too_many(argv[0]) : cli_parse(argc, argv, specs, NULL, positional, &count);
    if (code) return cli_fail(code);
    if (help) return cli_usage("convert", specs);
    if (count != 2) {
        fprintf(stderr, "%s\n",
                _("lince convert: expected two files: .pth, .pt, .th or .safetensors, from and to"));
        return EXIT_USAGE;
    }
    code = lince_convert(positional[0], positional[1], &text);
    if (code) return cli_fail(code);
    if (!quiet) fputs(text, stderr);
    lince_text_free(text);
    return EXIT_DONE;
}
