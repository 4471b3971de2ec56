#include "cli.h"

#include <stdio.h>

/* How a data set is read: settings of training's, by name. */
enum { READINGS = 11 };
static const char *const readings[READINGS] = {"text-column",  "label-column",   "group-column",
                                               "split-column", "drop-label",     "header",
                                               "quoting",      "encoding",       "image-column",
                                               "labels",       "label-separator"};

static int describe(const char *path, const char *const values[READINGS], const char *const bounds[BOUNDS],
                    bool duplicates, bool json, char **text)
{
    lince_settings *settings = lince_settings_new();
    int code = settings ? 0 : LINCE_ENOMEM;
    for (int i = 0; i < READINGS && !code; i++)
        if (values[i]) code = lince_settings_set(settings, readings[i], values[i]);
    for (int i = 0; i < BOUNDS && !code; i++)
        if (bounds[i]) code = lince_settings_set(settings, cli_bounds[i], bounds[i]);
    if (!code) code = lince_settings_set(settings, "find-duplicates", duplicates ? "yes" : "no");
    if (!code) code = lince_describe_as(path, settings, cli_observer(false), json, text);
    lince_settings_free(settings);
    return code;
}

static int verify(const char *path, bool json)
{
    char *text;
    int code = lince_verify(path, json, &text);
    if (text) cli_put(stdout, text);
    lince_text_free(text);
    return code ? cli_fail(code) : EXIT_DONE;
}

static int print_kernels(void)
{
    char *text;
    int code = lince_kernels_describe(&text);
    if (code) return cli_fail(code);
    cli_put(stdout, text);
    lince_text_free(text);
    return EXIT_DONE;
}

static int forget_kernels(void)
{
    int code = lince_kernels_forget();
    return code ? cli_fail(code) : EXIT_DONE;
}

static int run(int argc, char **argv)
{
    const char *values[READINGS] = {NULL}, *bounds[BOUNDS] = {NULL};
    bool json = false, duplicates = false, verified = false, kernels = false, forget = false, help = false;
    const option_spec specs[] = {
        {"json", NULL, N_("print one JSON object"), NULL, &json},
        {"duplicates", NULL, N_("of a data set: look for samples that are in two parts or under two labels"),
         NULL, &duplicates},
        {"verify", NULL,
         N_("of a weights file or a run: whether its files are as they were written, by their checksums"),
         NULL, &verified},
        {"kernels", NULL, N_("which kernel was chosen for what on this machine"), NULL, &kernels},
        {"forget", NULL, N_("with --kernels: measure them again when they are next needed"), NULL, &forget},
        {"text-column", "NAME|N", N_("of a table; default: guessed"), &values[0], NULL},
        {"label-column", "NAME|N", N_("of a table; default: guessed"), &values[1], NULL},
        {"group-column", "NAME|N", N_("of a table; default: guessed"), &values[2], NULL},
        {"split-column", "NAME|N", N_("of a table; default: none"), &values[3], NULL},
        {"drop-label", "NAME,NAME", N_("labels whose rows are left out"), &values[4], NULL},
        {"header", "auto|yes|no", N_("of a table"), &values[5], NULL},
        {"quoting", "auto|none|minimal", N_("of a table"), &values[6], NULL},
        {"encoding", "NAME", N_("of a table; default: utf-8"), &values[7], NULL},
        {"image-column", "NAME|N", N_("of a table; default: guessed"), &values[8], NULL},
        {"labels", "auto|one|several", N_("how many a sample has; default: as the data show"), &values[9],
         NULL},
        {"label-separator", "C", N_("between several labels; default: |"), &values[10], NULL},
        BOUND_OPTIONS(bounds),
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    const char *at[16];
    char *text;
    argument_list given = {.at = at, .most = sizeof at / sizeof *at};
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_info, specs);
    if (kernels && !given.count) return forget ? forget_kernels() : print_kernels();
    if (given.count != 1 || kernels || forget) {
        fprintf(cli_err, "%s\n",
                _("lince info: expected one path: a data set, a weights file or a run; or --kernels "
                  "[--forget] alone"));
        return EXIT_USAGE;
    }
    if (verified) return verify(at[0], json);
    cli_catch_signals(true);
    code = describe(at[0], values, bounds, duplicates, json, &text);
    cli_clear_line();
    if (code) return cli_fail(code);
    cli_put(stdout, text);
    lince_text_free(text);
    return EXIT_DONE;
}

const command cmd_info = {.name = "info",
                          .arguments = N_("PATH"),
                          .summary = N_("describe a data set, a weights file or a run"),
                          .run = run,
                          .examples = "lince info pictures.zip\n"
                                      "lince info runs/vgg16\n"
                                      "lince info weights.safetensors --json\n"
                                      "lince info --verify runs/vgg16"};
