#include "cli.h"

#include <stdio.h>

static int verbose_text(void)
{
    char *text;
    int code = lince_machine_describe(&text);
    if (code) return cli_fail(code);
    fputs(text, stdout);
    lince_text_free(text);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    bool help = false, verbose = false;
    const option_spec specs[] = {
        {"verbose", NULL, N_("the processor, its caches and level, and the libraries"), NULL, &verbose},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    int code = cli_parse(argc, argv, specs, NULL, NULL);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_version, specs);
    printf("lince %s\n", lince_version());
    return verbose ? verbose_text() : EXIT_DONE;
}

const command cmd_version = {.name = "version",
                             .arguments = "[--verbose]",
                             .summary = N_("print the version; what the machine has"),
                             .run = run,
                             .synonyms = {"--version", "-V"},
                             .examples = "lince version --verbose"};
