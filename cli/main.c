/* lince: the program. Parses options and prints; the library does the work. */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const command *const commands[] = {
#define COMMAND(row) &row,
#include "list.def"
};

const command *cli_command_at(size_t index)
{
    return index < sizeof commands / sizeof *commands ? commands[index] : NULL;
}

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    const command *c = cli_command_at(index);
    return c ? c->name : NULL;
}

static bool is_called(const command *c, const char *name)
{
    if (!strcmp(c->name, name)) return true;
    for (const char *const *other = c->synonyms; *other; other++)
        if (!strcmp(*other, name)) return true;
    return false;
}

static const command *find(const char *name)
{
    const command *c;
    for (size_t i = 0; (c = cli_command_at(i)); i++)
        if (is_called(c, name)) return c;
    return NULL;
}

const command *cli_command(const char *name)
{
    const command *c = find(name);
    if (c) return c;
    const char *nearest = lince_nearest(name, name_at, NULL);
    if (nearest)
        fprintf(cli_err, _("lince: there is no command '%s'; did you mean '%s'?\n"), name, nearest);
    else
        fprintf(cli_err, _("lince: there is no command '%s'; 'lince help' lists them\n"), name);
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
    argc = take_option(argc, argv, "cpu", "amx|avx512vnni|avx512|avxvnni|avx2|plain", &level);
    if (level) setenv("LINCE_CPU", level, 1);
    return argc < 0 ? argc : move_language(argc, argv);
}

/* Output that could not be written (a full disk) is a failure; a reader that went away (a closed pipe) ends
 * the work, too, but is not noise. */
static int close_output(int code)
{
    if (fflush(stdout) && errno == EPIPE) return code ? code : EXIT_SIGNAL + SIGPIPE;
    bool failed = ferror(stdout);
    failed |= fclose(stdout) != 0; /* some file systems say only here that there is no room */
    if (failed) {
        fprintf(cli_err, "%s\n", _("lince: standard output could not be written"));
        return code ? code : EXIT_FAILED;
    }
    return code;
}

/* Where TZ is not set, the C library looks for /etc/localtime anew whenever libzip asks for the date of an entry: a fifth of the
 * time that a zip of a million files takes to open. */
static void name_time_zone(void)
{
    setenv("TZ", ":/etc/localtime", 0);
}

/* Whether a command is named that computes on several threads, for long; before options are read. */
static bool computes(char **argv)
{
    const command *c = NULL;
    bool soon = false;
    for (size_t i = 1; argv[0] && argv[i]; i++) {
        if (!c) c = find(argv[i]);
        soon |= c && c->soon && !strncmp(argv[i], c->soon, strlen(c->soon));
    }
    return c && c->computes && !soon;
}

/* By the path that it was found by, so that it keeps the name by which ps shows it and pkill finds it; returns where that fails. */
static void start_anew(char **argv)
{
    static const char self[] = "/proc/self/exe";
    char path[PATH_MAX] = "";
    if (readlink(self, path, sizeof path - 1) > 0) execv(path, argv);
    execv(self, argv); /* the file has been replaced or removed since */
}

/* Threads that wait for each other should sleep soon: OpenMP's would turn in place for milliseconds, on cores
 * that another program could use, or the very thread that they wait for (docs/performance.md has figures).
 * The library reads its settings once, before main(): the program starts anew with the setting, unless the
 * user has made one, or nothing is computed: that takes as long as the start itself. */
static void wait_briefly(char **argv)
{
    if (!computes(argv) || getenv("GOMP_SPINCOUNT") || getenv("OMP_WAIT_POLICY")) return;
    if (!setenv("GOMP_SPINCOUNT", "1000", 1)) start_anew(argv);
}

int main(int argc, char **argv)
{
    wait_briefly(argv);
    cli_keep_libraries_texts();
    name_time_zone();
    choose_language(argc, argv);
    cli_open_screen();
    argc = take_global_options(argc, argv);
    if (argc < 0) return cli_fail(argc);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow further is a full disk: a message, not a death */
    int level = lince_cpu_check();
    if (level) return cli_fail(level);
    if (argc < 2) {
        cli_overview(cli_err);
        return EXIT_USAGE;
    }
    const command *c = cli_command(argv[1]);
    return c ? close_output(c->run(argc - 1, argv + 1)) : EXIT_USAGE;
}
