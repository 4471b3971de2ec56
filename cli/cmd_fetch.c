#include "cli.h"

#include <stdio.h>

static int list(void)
{
    const lince_fetchable *f;
    for (size_t i = 0; (f = lince_fetchable_at(i)); i++)
        printf("%-16s %6.1f MiB  %s\n", f->name, f->mebibytes, _(f->summary));
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    lince_fetch_options o = LINCE_FETCH_OPTIONS_INIT;
    const char *stall = "0", *most = "0", *at[16];
    int most_mb;
    bool quiet = false, help = false;
    char path[4096];
    const option_spec specs[] = {
        {"to", "DIR", N_("folder to put it in (the current one)"), &o.folder, NULL},
        {"url-base", "URL", N_("a mirror: http://, https:// or file://"), &o.url_base, NULL},
        {"sha256", "HEX", N_("8 to 64 digits, for an address that is not in the list"), &o.sha256, NULL},
        {"stall", "SECONDS", N_("without a byte, before the connection is given up (30)"), &stall, NULL},
        {"max-mb", "MB", N_("at most of a file whose length nobody says (4096)"), &most, NULL},
        {"quiet", NULL, N_("no progress"), NULL, &quiet},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    argument_list given = {.at = at, .most = sizeof at / sizeof *at};
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_fetch, specs);
    if (!given.count) return list();
    if (given.count > 1) {
        fprintf(cli_err, "%s\n",
                _("lince fetch: expected one name or address; without one the names are listed"));
        return EXIT_USAGE;
    }
    o.what = at[0];
    cli_catch_signals(true);
    code = cli_whole("stall", stall, &o.stall_seconds);
    if (!code) code = cli_whole("max-mb", most, &most_mb);
    if (!code) o.most_bytes = (uint64_t)most_mb << 20;
    if (!code) code = lince_fetch(&o, cli_observer(quiet), path, sizeof path);
    cli_clear_line();
    if (code) return cli_fail(code);
    printf("%s\n", path);
    return EXIT_DONE;
}

const command cmd_fetch = {.name = "fetch",
                           .arguments = N_("[NAME] [--to DIR]"),
                           .summary = N_("download a data set or weights, and verify them"),
                           .run = run,
                           .examples = "lince fetch\n"
                                       "lince fetch cifar10 --to data"};
