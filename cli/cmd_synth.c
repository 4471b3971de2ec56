#include "cli.h"
#include "core/error.h"
#include "core/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage_error(void)
{
    fprintf(stderr, "%s\n", _("lince synth: expected images and a folder: lince synth images DIR"));
    return EXIT_USAGE;
}

int cmd_synth(int argc, char **argv)
{
    const char *n = "6000", *seed = "1", *positional[16];
    bool help = false;
    int pictures, number, count;
    const option_spec specs[] = {{"n", "N", N_("pictures in all, a sixth of them for the test (6000)"), &n,
                                  NULL},
                                 {"seed", "N", N_("of everything random (1)"), &seed, NULL},
                                 {"help", NULL, N_("this help"), NULL, &help},
                                 {NULL, NULL, NULL, NULL, NULL}};
    int code = argc > 16 ? lince_fail(LINCE_EUSAGE, "synth: too many arguments")
                         : cli_parse(argc, argv, specs, NULL, positional, &count);
    if (!code && help) return cli_usage("synth", specs);
    if (!code && (count != 2 || strcmp(positional[0], "images") != 0)) return usage_error();
    if (!code) code = cli_whole("n", n, &pictures);
    if (!code) code = cli_whole("seed", seed, &number);
    if (!code) code = lince_synth_images(positional[1], (size_t)pictures, (uint64_t)number);
    if (code) return cli_fail(code);
    printf("%s\n", positional[1]);
    return EXIT_DONE;
}
