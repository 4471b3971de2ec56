#include "cli.h"

#include <errno.h>
#include <stdio.h>

static void put_freed(const char *run, size_t bytes, bool dry)
{
    if (!bytes)
        printf(_("%s: nothing to free\n"), run);
    else
        printf(dry ? _("%s: %.1f MB would be freed\n") : _("%s: %.1f MB freed\n"), run, (double)bytes / 1e6);
}

/* What it frees goes to *sum. Returns the exit code. */
static int prune(const char *run, bool unfinished, bool dry, size_t *sum)
{
    size_t bytes;
    int code = lince_prune(run, unfinished, dry, &bytes);
    if (code < 0) return cli_fail(code);
    *sum += bytes;
    if (code)
        fprintf(cli_err,
                _("%s: it is not finished, and was left as it is: '%s train --resume %s' goes on; "
                  "--unfinished drops its checkpoint\n"),
                run, program_invocation_name, run);
    else
        put_freed(run, bytes, dry);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    enum { RUNS = 4096 };
    const char *at[RUNS];
    argument_list runs = {.at = at, .most = RUNS};
    bool help = false, unfinished = false, dry = false;
    const option_spec specs[] = {
        {"dry-run", NULL, N_("say what would be freed, and remove nothing"), NULL, &dry},
        {"unfinished", NULL, N_("also of runs that are not finished, which can then not be resumed"), NULL,
         &unfinished},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    int code = cli_parse(argc, argv, specs, NULL, &runs);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_prune, specs);
    if (!runs.count) {
        fprintf(cli_err, "%s\n", _("lince prune: expected the folders of runs"));
        return EXIT_USAGE;
    }
    size_t sum = 0;
    int status = EXIT_DONE;
    for (int i = 0; i < runs.count; i++)
        if (prune(runs.at[i], unfinished, dry, &sum)) status = EXIT_FAILED;
    if (runs.count > 1) put_freed(_("in all"), sum, dry);
    return status;
}

const command cmd_prune = {.name = "prune",
                           .arguments = N_("RUN..."),
                           .summary = N_("free what finished runs no longer need"),
                           .run = run,
                           .examples = "lince prune runs/* --dry-run\n"
                                       "lince prune runs/vgg16"};
