#include "cli.h"

#include <stdio.h>

static void formats(void)
{
    const char *name, *endings;
    printf("\n%s\n", _("Formats"));
    for (size_t i = 0; (name = lince_weights_format_at(i, &endings)); i++)
        printf("  %-28s  %s\n", *endings ? endings : _("(only read)"), name);
}

static int run(int argc, char **argv)
{
    bool quiet = false, help = false;
    const option_spec specs[] = {{"quiet", NULL, N_("say nothing where all goes well"), NULL, &quiet},
                                 {"help", NULL, N_("this help"), NULL, &help},
                                 {NULL, NULL, NULL, NULL, NULL}};
    const char *at[16];
    char *text;
    argument_list given = {.at = at, .most = sizeof at / sizeof *at};
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_convert, specs);
    if (given.count != 2) {
        fprintf(cli_err, _("lince convert: expected two files, from and to; to one of %s\n"),
                lince_setting_named("weights")->value);
        return EXIT_USAGE;
    }
    code = lince_convert(at[0], at[1], &text);
    if (code) return cli_fail(code);
    if (!quiet) cli_put(cli_err, text);
    lince_text_free(text);
    return EXIT_DONE;
}

const command cmd_convert = {.name = "convert",
                             .arguments = N_("IN OUT"),
                             .summary = N_("write a weights file in another format"),
                             .run = run,
                             .section = formats,
                             .examples = "lince convert vgg16.pth vgg16.safetensors"};
