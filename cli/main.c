/* lince: the program. Parses options and prints; the library does the work. */
#include "cli.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const command commands[] = {
    {"train", N_("--data PATH [options]"), N_("train or fine-tune a model; ends with the test"), cmd_train,
     true,
     "lince train --data pictures\n"
     "lince train --data pictures.zip --model resnet18 --epochs 20\n"
     "lince train --data tweets.csv --model lstm --split-by random\n"
     "lince train --data pictures --weights vgg16.pth --freeze features\n"
     "lince train --resume runs/vgg16"},
    {"eval", N_("--run DIR | --weights FILE [--model NAME] [--data PATH]"),
     N_("measure a model on a part of a data set"), cmd_eval, false,
     "lince eval --run runs/vgg16\n"
     "lince eval --run runs/vgg16 --data other-pictures --json"},
    {"predict", N_("--run DIR FILE... | --text TEXT | -"),
     N_("classify pictures or texts: one line an input"), cmd_predict, false,
     "lince predict --run runs/vgg16 cat.png dog.jpg\n"
     "lince predict --run runs/gru --text 'what a game'\n"
     "lince predict --run runs/vgg16 --json --top 3 folder"},
    {"report", N_("RUN"), N_("write a run's report again"), cmd_report, false,
     "lince report runs/vgg16 --lang es\n"
     "lince report runs/vgg16 --author 'Ana Ruiz' --notes 'First try.'"},
    {"compare", N_("RUN RUN... | --data PATH --models A,B [options of train]"),
     N_("compare runs on the same test samples"), cmd_compare, false,
     "lince compare runs/vgg16 runs/resnet18\n"
     "lince compare runs/cv runs/cv2\n"
     "lince compare --data tweets.csv --models rnn,gru,lstm --seeds 3"},
    {"cv", N_("--data PATH [--folds N] [options of train]"),
     N_("cross-validate: every sample tested once; find label errors"), cmd_cv, false,
     "lince cv --data pictures --folds 5\n"
     "lince cv --data tweets.csv --split-by group --group-column 1\n"
     "lince cv --resume runs/cv"},
    {"prune", N_("RUN..."), N_("free what finished runs no longer need"), cmd_prune, false,
     "lince prune runs/* --dry-run\n"
     "lince prune runs/vgg16"},
    {"tune", N_("--data PATH NAME=VALUES... --trials N | --budget TIME\n  [options of train]"),
     N_("search for settings that learn well"), cmd_tune, false,
     "lince tune --data pictures lr=1e-4..1e-1:log batch-size=16,32,64 --budget 30m\n"
     "lince tune --data tweets.csv hidden=64..256 lr=1e-4..1e-2:log --trials 27\n"
     "lince tune --resume runs/tune"},
    {"lr-find", N_("--data PATH [options of train]"), N_("suggest a learning rate by a range test"),
     cmd_lr_find, false,
     "lince lr-find --data pictures --model resnet20\n"
     "lince lr-find --data tweets.csv --from 1e-5 --to 1 --steps 200"},
    {"info", N_("PATH"), N_("describe a data set, a weights file or a run"), cmd_info, false,
     "lince info pictures.zip\n"
     "lince info runs/vgg16\n"
     "lince info weights.safetensors --json"},
    {"convert", N_("IN OUT"), N_("write a weights file in another format"), cmd_convert, false,
     "lince convert vgg16.pth vgg16.safetensors"},
    {"fetch", N_("[NAME] [--to DIR]"), N_("download a data set or weights, and verify them"), cmd_fetch,
     false,
     "lince fetch\n"
     "lince fetch cifar10 --to data"},
    {"synth", N_("images|tweets DIR [--n N] [--seed N]"), N_("write a built-in data set: pictures or texts"),
     cmd_synth, false,
     "lince synth images pictures --n 2000\n"
     "lince synth tweets messages"},
    {"help", N_("[COMMAND]"), N_("explain lince, or one of its commands"), cmd_help, false,
     "lince help train"},
    {"version", "[--verbose]", N_("print the version; what the machine has"), cmd_version, false,
     "lince version --verbose"},
    {NULL, NULL, NULL, NULL, false, NULL},
};

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    return commands[index].name;
}

const command *cli_command(const char *name)
{
    static const char *const synonyms[][2] = {{"--help", "help"},       {"-h", "help"},
                                              {"--version", "version"}, {"-V", "version"},
                                              {"val", "eval"},          {"test", "eval"},
                                              {"evaluate", "eval"},     {"classify", "predict"},
                                              {"fit", "train"},         {"infer", "predict"}};
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (!strcmp(name, synonyms[i][0])) name = synonyms[i][1];
    for (const command *c = commands; c->name; c++)
        if (!strcmp(c->name, name)) return c;
    const char *nearest = lince_nearest(name, name_at, NULL);
    if (nearest)
        fprintf(stderr, _("lince: there is no command '%s'; did you mean '%s'?\n"), name, nearest);
    else
        fprintf(stderr, _("lince: there is no command '%s'; 'lince help' lists them\n"), name);
    return NULL;
}

/* Before anything is said: errors in what stands left of --lang are in its language, too. */
static void choose_language(int argc, char **argv)
{
    lince_language_set("auto");
    lince_language_dashes(1);
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i] + 2 * !strncmp(argv[i], "--", 2);
        if (!strncmp(arg, "lang=", 5))
            lince_language_set(arg + 5);
        else if (!strcmp(argv[i], "--lang") && i + 1 < argc)
            lince_language_set(argv[i + 1]);
    }
}

/* Takes --NAME VALUE out of argv; its last value goes to *value. Returns what is left of argc; LINCE_EUSAGE
 * where the value is missing. */
static int take_option(int argc, char **argv, const char *name, const char *values, const char **value)
{
    int left = 1;
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++) {
        bool same = !strncmp(argv[i], "--", 2) && !strncmp(argv[i] + 2, name, length);
        if (same && argv[i][2 + length] == '=')
            *value = argv[i] + 3 + length;
        else if (same && !argv[i][2 + length]) {
            if (i + 1 == argc || !strncmp(argv[i + 1], "--", 2))
                return cli_error(LINCE_EUSAGE, "--%s: a value is missing (%s)", name, values);
            *value = argv[++i];
        } else
            argv[left++] = argv[i];
    }
    argv[left] = NULL;
    return left;
}

/* --lang may stand before the command: it is moved behind it, where each command reads it. Returns what is
 * left of argc. */
static int move_language(int argc, char **argv)
{
    if (argc < 2 || strncmp(argv[1], "--lang", 6) != 0) return argc;
    int words = argv[1][6] == '=' ? 1 : 2;
    if (argc < 1 + words)
        return cli_error(LINCE_EUSAGE, "--%s: a value is missing (%s)", "lang", "en|es|auto");
    int code = lince_language_set(words == 1 ? argv[1] + 7 : argv[2]);
    if (code) return code;
    if (argc == 1 + words) return 1;
    char *name = argv[1 + words];
    memmove(argv + 2, argv + 1, (size_t)words * sizeof *argv);
    argv[1] = name;
    return argc;
}

/* --cpu, which may stand anywhere, says what LINCE_CPU says, before the library looks at the machine. Returns
 * what is left of argc. */
static int take_global_options(int argc, char **argv)
{
    const char *level = NULL;
    argc = take_option(argc, argv, "cpu", "avx512|avx2|plain", &level);
    if (level) setenv("LINCE_CPU", level, 1);
    return argc < 0 ? argc : move_language(argc, argv);
}

/* Output that could not be written (a full disk) is a failure; a reader that went away (a closed pipe) ends
 * the work, too, but is not noise. */
static int close_output(int code)
{
    if (fflush(stdout) && errno == EPIPE) return code ? code : EXIT_SIGNAL + SIGPIPE;
    if (ferror(stdout)) {
        fprintf(stderr, "%s\n", _("lince: standard output could not be written"));
        return code ? code : EXIT_FAILED;
    }
    return code;
}

/* Threads that wait for each other should sleep soon: OpenMP's would turn in place for milliseconds, on cores
 * that another program could use, or the very thread that they wait for (docs/performance.md has figures).
 * The library reads its settings once, before main(): the program starts anew with the setting, unless the
 * user has made one. */
static void wait_briefly(char **argv)
{
    if (getenv("GOMP_SPINCOUNT") || getenv("OMP_WAIT_POLICY")) return;
    if (!setenv("GOMP_SPINCOUNT", "1000", 1)) execv("/proc/self/exe", argv);
}

int main(int argc, char **argv)
{
    wait_briefly(argv);
    choose_language(argc, argv);
    cli_open_screen();
    argc = take_global_options(argc, argv);
    if (argc < 0) return cli_fail(argc);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow further is a full disk: a message, not a death */
    int level = lince_cpu_check();
    if (level) return cli_fail(level);
    if (argc < 2) {
        cli_overview(stderr);
        return EXIT_USAGE;
    }
    const command *c = cli_command(argv[1]);
    return c ? close_output(c->run(argc - 1, argv + 1)) : EXIT_USAGE;
}
