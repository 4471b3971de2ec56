/* What a user sees while lince works: on standard error, so that results can be piped. */
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t caught, stop;
static char stopping[256]; /* what is said at once, composed before: a handler may only write */

static void on_signal(int number)
{
    if (caught) _exit(EXIT_SIGNAL + number);
    caught = number;
    stop = 1;
    int before = errno;
    ssize_t written = write(STDERR_FILENO, stopping, strlen(stopping));
    (void)written; /* there is nobody else to tell */
    errno = before;
}

typedef struct screen {
    bool live, colours, drawn, header;
    double last; /* when the line was drawn */
    lince_phase phase;
    size_t step; /* what the line shows of it */
    double phase_began;
} screen;

static screen display;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/* To the line's beginning, and away with all from there on. The cursor waits at the beginning of the live
 * line: where a window becomes narrower and the line is broken over several rows, it stays at the first of
 * them, and they all go. */
#define ERASE "\r\033[J"

void cli_clear_line(void)
{
    if (display.drawn) fputs(ERASE, cli_err);
    display.drawn = false;
}

void cli_catch_signals(bool told)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    if (told)
        snprintf(stopping, sizeof stopping, "%s%s\n", display.live ? ERASE : "",
                 _("stopping after this step; again to quit now"));
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* long work outlives whoever read its progress */
}

static void note(void *context, const char *text)
{
    (void)context;
    cli_clear_line();
    cli_put_message(text);
}

/* The word before a message, in a colour where the terminal has some and NO_COLOR does not forbid it. */
static void put_label(const char *label, const char *colour)
{
    if (display.colours)
        fprintf(cli_err, "\033[1;%sm%s\033[0m ", colour, label);
    else
        fprintf(cli_err, "%s ", label);
}

void cli_warn(const char *text)
{
    cli_clear_line();
    put_label(_("warning:"), "33");
    cli_put_message(text);
}

static void warning(void *context, const char *text)
{
    (void)context;
    cli_warn(text);
}

/* --- the live line -------------------------------------------------------------------------------- */

void cli_duration(char *out, size_t size, double seconds)
{
    long s = lround(seconds);
    if (s >= 3600)
        snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
}

static void put_phase(char *out, size_t size, const lince_progress *p)
{
    static const char *const names[] = {
        [LINCE_PREPARING] = N_("preparing"),
        [LINCE_COMPUTING_FEATURES] = N_("features"),
        [LINCE_TRAINING] = N_("training"),
        [LINCE_VALIDATING] = N_("validating"),
        [LINCE_TESTING] = N_("testing"),
        [LINCE_REPORTING] = N_("report"),
        [LINCE_COMPARING] = N_("comparing"),
        [LINCE_FETCHING] = N_("fetching"),
        [LINCE_SEARCHING] = N_("duplicates"),
        [LINCE_AVERAGING] = N_("averaging"),
        [LINCE_FINDING_RATE] = N_("finding the rate"),
        [LINCE_OPENING] = N_("opening"),
        [LINCE_INDEXING] = N_("looking at files"),
    };
    int used = snprintf(out, size, "%s", lince_translate(names[p->phase]));
    if (p->epochs) snprintf(out + used, size - (size_t)used, " %d/%d", p->epoch, p->epochs);
}

/* To the end of the training, or of the phase that is all there is. */
static double seconds_left(const lince_progress *p)
{
    double spent = now() - display.phase_began;
    if (p->phase == LINCE_TRAINING) return p->eta;
    if (p->phase == LINCE_VALIDATING || !p->step || !p->steps || spent < 1) return -1;
    return spent * (double)(p->steps - p->step) / (double)p->step;
}

enum { STEP, LOSS, ACCURACY, RATE, LEFT, FACTS };

static void list_facts(const lince_progress *p, char facts[FACTS][48])
{
    char duration[32];
    double left = seconds_left(p);
    memset(facts, 0, FACTS * sizeof *facts);
    if (p->phase == LINCE_FETCHING || p->phase == LINCE_OPENING) /* bytes */
        snprintf(facts[STEP], sizeof *facts, p->steps ? "%.1f/%.1f MiB" : "%.1f MiB",
                 (double)p->step * 0x1p-20, (double)p->steps * 0x1p-20);
    else if (p->steps)
        snprintf(facts[STEP], sizeof *facts, "%zu/%zu", p->step, p->steps);
    if (p->samples_per_second > 0) {
        snprintf(facts[LOSS], sizeof *facts, _("loss %.4f"), p->loss);
        snprintf(facts[ACCURACY], sizeof *facts, _("acc %.2f %%"), 100 * p->accuracy);
        snprintf(facts[RATE], sizeof *facts, "%.0f/s", p->samples_per_second);
    }
    if (left < 0) return;
    cli_duration(duration, sizeof duration, left);
    snprintf(facts[LEFT], sizeof *facts, "ETA %s", duration);
}

/* Drops what is least missed until the rest fits; the bar takes what room is left, if it is enough. */
static void compose(char *line, size_t size, int width, const lince_progress *p)
{
    enum { BAR_LEAST = 10, BAR_MOST = 30 };
    static const int least_missed[FACTS] = {RATE, LOSS, ACCURACY, STEP, LEFT};
    char phase[48], facts[FACTS][48];
    put_phase(phase, sizeof phase, p);
    list_facts(p, facts);
    int used = (int)strlen(phase);
    for (int i = 0; i < FACTS; i++) used += *facts[i] ? (int)strlen(facts[i]) + 2 : 0;
    for (int i = 0; i < FACTS && used > width; i++) {
        used -= *facts[least_missed[i]] ? (int)strlen(facts[least_missed[i]]) + 2 : 0;
        *facts[least_missed[i]] = '\0';
    }
    int bar = width - used - 3 < BAR_MOST ? width - used - 3 : BAR_MOST;
    size_t at = (size_t)snprintf(line, size, "%s", phase);
    if (bar >= BAR_LEAST && p->steps) {
        int filled = (int)((double)p->step * bar / (double)p->steps);
        at += (size_t)snprintf(line + at, size - at, " [%.*s%.*s]", filled, "##############################",
                               bar - filled, "..............................");
    }
    for (int i = 0; i < FACTS; i++)
        if (*facts[i]) at += (size_t)snprintf(line + at, size - at, "  %s", facts[i]);
}

/* Where nothing moves, a line now and then: a long epoch is not silent. */
static void tell_seldom(const lince_progress *p, double time)
{
    enum { EVERY = 60, COLUMNS = 60 /* no room for a bar */ };
    char line[512];
    if (!display.last) display.last = time;
    if (time - display.last < EVERY) return;
    display.last = time;
    compose(line, sizeof line, COLUMNS, p);
    fprintf(cli_err, "%s\n", line);
}

void cli_put_words(const char *words, int column)
{
    int at = column;
    for (const char *word = words, *end; *word; word = end + (*end == ' ')) {
        end = word + strcspn(word, " ");
        int letters = (int)(end - word);
        bool fits = !display.live || at == column || at + 1 + letters < columns();
        fprintf(cli_err, "%s%*s%.*s", fits ? "" : "\n", fits ? at > column : column, "", letters, word);
        at = (fits ? at + (at > column) : column) + letters;
    }
    fprintf(cli_err, "\n");
}

/* As many of the line's characters as fit. */
static void draw(const char *line)
{
    int width = columns() - 1, letters = lince_characters(line);
    size_t bytes = strlen(line);
    for (; letters > width; bytes--) letters -= (line[bytes - 1] & 0xc0) != 0x80;
    fprintf(cli_err, ERASE "%.*s\r", (int)bytes, line);
    display.drawn = true;
}

static void progress(void *context, const lince_progress *p)
{
    (void)context;
    double time = now();
    if (display.phase != p->phase || p->step < display.step || !display.phase_began)
        display.phase = p->phase, display.phase_began = time;
    display.step = p->step;
    if (!display.live) {
        tell_seldom(p, time);
        return;
    }
    if (time - display.last < 0.1 && p->step != p->steps) return;
    char line[512];
    compose(line, sizeof line, columns() - 1, p);
    draw(line);
    display.last = time;
}

void cli_show_line(const char *line)
{
    if (display.live) draw(line);
}

/* --- a line an epoch ------------------------------------------------------------------------------ */

static void put_value(const char *format, double value)
{
    if (isnan(value))
        fprintf(cli_err, " %9s", "-");
    else
        fprintf(cli_err, format, value);
}

static void put_title(int columns, const char *title)
{
    fprintf(cli_err, "%*s", lince_field(columns, title), title);
}

static void epoch(void *context, const lince_epoch_result *r)
{
    (void)context;
    char took[32], number[32];
    bool wide = columns() >= 78, narrow = columns() < 58;
    cli_clear_line();
    display.last = now();
    if (!display.header) {
        put_title(7, _("epoch"));
        put_title(10, _("loss"));
        if (!narrow) put_title(10, _("accuracy"));
        if (!narrow) put_title(10, _("val loss"));
        put_title(10, _("val acc"));
        if (wide) fprintf(cli_err, " %10s %7s", "lr", "n/s");
        put_title(8, _("time"));
        fputc('\n', cli_err);
    }
    display.header = true;
    cli_duration(took, sizeof took, r->seconds);
    snprintf(number, sizeof number, "%d/%d", r->epoch, r->epochs);
    fprintf(cli_err, "%7s", number);
    put_value(" %9.4f", r->train_loss);
    if (!narrow) put_value(" %7.2f %%", 100 * r->train_accuracy);
    if (!narrow) put_value(" %9.4f", r->val_loss);
    put_value(" %7.2f %%", 100 * r->val_accuracy);
    if (wide) fprintf(cli_err, " %10.3g %7.0f", r->lr, r->samples_per_second);
    fprintf(cli_err, " %7s%s\n", took, r->best ? " *" : "");
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

void cli_open_screen(void)
{
    const char *term = getenv("TERM");
    display.live = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    display.colours = display.live && !is_set("NO_COLOR"); /* https://no-color.org */
}

const lince_observer *cli_observer(bool quiet)
{
    static lince_observer observer;
    observer = (lince_observer){.size = sizeof observer,
                                .note = quiet ? NULL : note,
                                .warning = warning,
                                .progress = quiet ? NULL : progress,
                                .epoch = quiet ? NULL : epoch,
                                .stop = &stop};
    return &observer;
}

int cli_status(int code)
{
    return code == LINCE_EINTERRUPTED ? EXIT_SIGNAL + caught
           : code == LINCE_EUSAGE     ? EXIT_USAGE
                                      : EXIT_FAILED;
}

int cli_fail(int code)
{
    cli_clear_line();
    if (code != LINCE_EINTERRUPTED) put_label("lince:", "31");
    cli_put_message(lince_error());
    return cli_status(code);
}
