/* What a user sees while lince works: on standard error, so that results can be piped. */
#include "cli.h"
#include "core/i18n.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t caught, stop;

static void on_signal(int number)
{
    if (caught) _exit(EXIT_SIGNAL + number);
    caught = number;
    stop = 1;
}

void cli_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

int cli_signal(void)
{
    return caught;
}

typedef struct screen {
    bool live, drawn, header;
    double last; /* when the line was drawn */
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

void cli_clear_line(void)
{
    if (display.drawn) fprintf(stderr, "\r%*s\r", columns() - 1, "");
    display.drawn = false;
}

static void note(void *context, const char *text)
{
    (void)context;
    cli_clear_line();
    fprintf(stderr, "%s\n", text);
}

static void warning(void *context, const char *text)
{
    (void)context;
    cli_clear_line();
    fprintf(stderr, _("warning: %s\n"), text);
}

static void put_duration(char *out, size_t size, double seconds)
{
    long s = lround(seconds);
    if (s >= 3600)
        snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
}

static const char *phase_name(lince_phase phase)
{
    static const char *const names[] = {N_("preparing"),  N_("features"), N_("training"),
                                        N_("validating"), N_("testing"),  N_("report")};
    return lince_tr(names[phase]);
}

static void progress(void *context, const lince_progress *p)
{
    (void)context;
    double time = now();
    if (!display.live || (time - display.last < 0.1 && p->step != p->steps)) return;
    char line[256], eta[32] = "";
    int width = columns() - 1, bar = 20, filled = p->steps ? (int)(p->step * (size_t)bar / p->steps) : 0;
    if (p->eta >= 0 && p->phase == LINCE_TRAINING) put_duration(eta, sizeof eta, p->eta);
    int used = snprintf(line, sizeof line, "%s %d/%d [%.*s%.*s] %zu/%zu  loss %.4f  acc %.2f%%  %.0f/s%s%s",
                        phase_name(p->phase), p->epoch, p->epochs, filled, "####################",
                        bar - filled, "....................", p->step, p->steps, p->loss, 100 * p->accuracy,
                        p->samples_per_second, *eta ? "  ETA " : "", eta);
    if (used > width) used = width;
    fprintf(stderr, "\r%.*s%*s", used, line, width - used, "");
    display.drawn = true;
    display.last = time;
}

static void put_value(const char *format, double value)
{
    if (isnan(value))
        fprintf(stderr, " %9s", "-");
    else
        fprintf(stderr, format, value);
}

static void epoch(void *context, const lince_epoch_result *r)
{
    (void)context;
    char took[32];
    cli_clear_line();
    if (!display.header)
        fprintf(stderr, "%9s %9s %9s %9s %9s %10s %7s %8s\n", _("epoch"), _("loss"), _("accuracy"),
                _("val loss"), _("val acc"), "lr", "n/s", _("time"));
    display.header = true;
    put_duration(took, sizeof took, r->seconds);
    char number[32];
    snprintf(number, sizeof number, "%d/%d", r->epoch, r->epochs);
    fprintf(stderr, "%9s", number);
    put_value(" %9.4f", r->train_loss);
    put_value(" %8.2f%%", 100 * r->train_accuracy);
    put_value(" %9.4f", r->val_loss);
    put_value(" %8.2f%%", 100 * r->val_accuracy);
    fprintf(stderr, " %10.3g %7.0f %8s%s\n", r->lr, r->samples_per_second, took, r->best ? " *" : "");
}

const lince_observer *cli_observer(bool quiet)
{
    static lince_observer observer;
    const char *term = getenv("TERM");
    display.live = !quiet && isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    observer = (lince_observer){.note = quiet ? NULL : note,
                                .warning = warning,
                                .progress = quiet ? NULL : progress,
                                .epoch = quiet ? NULL : epoch,
                                .stop = &stop};
    return &observer;
}

int cli_fail(int code)
{
    cli_clear_line();
    fprintf(stderr, "lince: %s\n", lince_error());
    return code == LINCE_EUSAGE ? EXIT_USAGE : EXIT_FAILED;
}
