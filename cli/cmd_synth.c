#include "cli.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*make)(const char *folder, size_t n, uint64_t seed);
    int (*make_many)(const char *folder, size_t n,
                     uint64_t seed); /* of several labels; NULL: there are none */
} kinds[] = {{"images", lince_synth_images, lince_synth_images_many},
             {"sounds", lince_synth_sounds, NULL},
             {"tweets", lince_synth_tweets, NULL}};

enum { KINDS = sizeof kinds / sizeof *kinds };

static int usage_error(void)
{
    fprintf(cli_err, "%s\n",
            _("lince synth: expected images, sounds or tweets, and a folder: lince synth images DIR"));
    return EXIT_USAGE;
}

/* --labels */
static int make(size_t kind, const char *labels, const char *folder, size_t n, uint64_t seed)
{
    bool many = !strcmp(labels, "many");
    if (!many && strcmp(labels, "one") != 0)
        return cli_error(LINCE_EUSAGE, "--labels %s: expected one or many", labels);
    if (many && !kinds[kind].make_many) return cli_error(LINCE_EUSAGE, "--labels many: is for images alone");
    return (many ? kinds[kind].make_many : kinds[kind].make)(folder, n, seed);
}

static int run(int argc, char **argv)
{
    const char *n = "6000", *seed = "1", *labels = "one", *at[16];
    bool help = false;
    int samples, number;
    const option_spec specs[] = {
        {"n", "N", N_("samples in all; of pictures and recordings a sixth are for the test (6000)"), &n,
         NULL},
        {"seed", "N", N_("of everything random (1)"), &seed, NULL},
        {"labels", "one|many", N_("of images: one shape each, or one to three, with a labels.csv (one)"),
         &labels, NULL},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    argument_list given = {.at = at, .most = sizeof at / sizeof *at};
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (!code && help) return cli_usage(&cmd_synth, specs);
    size_t kind = 0;
    while (!code && given.count == 2 && kind < KINDS && strcmp(at[0], kinds[kind].name) != 0) kind++;
    if (!code && (given.count != 2 || kind == KINDS)) return usage_error();
    if (!code) code = cli_whole("n", n, &samples);
    if (!code) code = cli_whole("seed", seed, &number);
    if (!code) code = make(kind, labels, at[1], (size_t)samples, (uint64_t)number);
    if (code) return cli_fail(code);
    printf("%s\n", at[1]);
    return EXIT_DONE;
}

const command cmd_synth = {.name = "synth",
                           .arguments = N_("images|sounds|tweets DIR [--n N] [--seed N]"),
                           .summary = N_("write a built-in data set"),
                           .run = run,
                           .examples = "lince synth images pictures --n 2000\n"
                                       "lince synth images several --labels many\n"
                                       "lince synth sounds recordings --n 960\n"
                                       "lince synth tweets messages"};
