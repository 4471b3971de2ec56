/* lince: the program. Parses options and prints; the library does the work. */
#include "cli.h"
#include "core/cpu.h"
#include "core/i18n.h"
#include "core/nearest.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const command commands[] = {
    {"train", "--data PATH [options]", N_("train or fine-tune a model; ends with the test"), cmd_train, true},
    {"eval", "--run DIR | --weights FILE [--model NAME]  [--data PATH]",
     N_("measure a model on a part of a data set"), cmd_eval, false},
    {"predict", "--run DIR FILE...", N_("classify pictures or texts: one line an input"), cmd_predict, false},
    {"report", "RUN", N_("write a run's report again"), cmd_report, false},
    {"compare", "RUN RUN... | --data PATH --models A,B [options of train]",
     N_("compare runs on the same test samples"), cmd_compare, false},
    {"info", "PATH", N_("describe a data set, a weights file or a run"), cmd_info, false},
    {"convert", "IN OUT", N_("write a weights file in another format"), cmd_convert, false},
    {"fetch", "[NAME] [--to DIR]", N_("download a data set or weights, and verify them"), cmd_fetch, false},
    {"synth", "images|tweets DIR [--n N] [--seed S]", N_("write a built-in data set: pictures or texts"),
     cmd_synth, false},
    {"help", "[COMMAND]", N_("explain lince, or one of its commands"), cmd_help, false},
    {"version", "[--verbose]", N_("print the version; what the machine has"), cmd_version, false},
    {NULL, NULL, NULL, NULL, false},
};

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    return commands[index].name;
}

static const command *find(const char *name)
{
    static const char *const synonyms[][2] = {
        {"--help", "help"}, {"-h", "help"}, {"--version", "version"}, {"-V", "version"}};
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
    for (int i = 2; i < argc; i++) {
        const char *arg = argv[i] + 2 * !strncmp(argv[i], "--", 2);
        if (!strncmp(arg, "lang=", 5))
            lince_language_set(arg + 5);
        else if (!strcmp(argv[i], "--lang") && i + 1 < argc)
            lince_language_set(argv[i + 1]);
    }
}

/* Takes --cpu LEVEL, which may stand anywhere, out of argv; returns what is left of argc. It says what
 * LINCE_CPU says, and must be said before the library looks at the machine. */
static int choose_level(int argc, char **argv)
{
    int left = 1;
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "--cpu=", 6))
            setenv("LINCE_CPU", argv[i] + 6, 1);
        else if (!strcmp(argv[i], "--cpu") && i + 1 < argc)
            setenv("LINCE_CPU", argv[++i], 1);
        else
            argv[left++] = argv[i];
    }
    argv[left] = NULL;
    return left;
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
    argc = choose_level(argc, argv);
    choose_language(argc, argv);
    cli_open_screen();
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow further is a full disk: a message, not a death */
    int level = lince_cpu_check();
    if (level) return cli_fail(level);
    if (argc < 2) {
        cli_overview(stderr);
        return EXIT_USAGE;
    }
    const command *c = find(argv[1]);
    return c ? close_output(c->run(argc - 1, argv + 1)) : EXIT_USAGE;
}
