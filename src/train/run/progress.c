#include "train/run/progress.h"
#include "core/clock.h"
#include "core/number.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

enum {
    EVERY = 1,    /* seconds from one writing to the next, at least */
    SHARE = 1000, /* of the time that writing may take, one in so many */
    WITHIN =
        60 /* seconds, at least, behind which a file that stays as it is was left by a process that is no more */
};

/* "training" */
static const char *phase_name(lince_phase phase)
{
    static const char *const names[] = {
        [LINCE_COMPUTING_FEATURES] = "features",
        [LINCE_TRAINING] = "training",
        [LINCE_AVERAGING] = "averaging",
        [LINCE_VALIDATING] = "validating",
        [LINCE_TESTING] = "testing",
    };
    size_t i = (size_t)phase;
    return i < sizeof names / sizeof *names && names[i] ? names[i] : "preparing";
}

static void put_measure(lince_buffer *out, const char *name, double value)
{
    char text[LINCE_NUMBER_MAX] = "null";
    if (isfinite(value)) lince_number_print(text, value, 6);
    lince_buffer_printf(out, ", \"%s\": %s", name, text);
}

/* Longer than twice the time between two signs of life, also where a step takes minutes, or writing does. */
static double within(const lince_progress_file *f)
{
    return fmax(WITHIN, 4 * fmax(f->longest, SHARE * f->cost));
}

static void print(const lince_progress_file *f, const lince_progress *p, lince_buffer *out)
{
    lince_buffer_printf(out,
                        "{\"phase\": \"%s\", \"epoch\": %d, \"epochs\": %d, \"step\": %zu, \"steps\": %zu",
                        phase_name(p->phase), p->epoch, p->epochs, p->step, p->steps);
    put_measure(out, "loss", p->loss);
    put_measure(out, "accuracy", p->accuracy);
    put_measure(out, "lr", p->lr);
    put_measure(out, "samples_per_second", p->samples_per_second);
    put_measure(out, "eta", p->eta >= 0 ? p->eta : NAN);
    put_measure(out, "within", within(f));
    lince_buffer_puts(out, "}\n");
}

/* Beside, then renamed: whoever reads it sees one or the other. */
static void place(int folder, const lince_buffer *text)
{
    char beside[LINCE_FILE_NAME_MAX];
    int fd = lince_beside_open(folder, LINCE_PROGRESS_FILE, beside);
    if (fd < 0) return;
    bool whole = write(fd, text->data, text->size) == (ssize_t)text->size;
    if (!whole || renameat(folder, beside, folder, LINCE_PROGRESS_FILE)) unlinkat(folder, beside, 0);
    close(fd);
}

static void write_it(lince_progress_file *f, const lince_progress *p, double now)
{
    lince_buffer text = {0};
    print(f, p, &text);
    if (!text.error) place(f->run->lock, &text); /* the lock is the folder's descriptor */
    lince_buffer_release(&text);
    double took = lince_now() - now;
    f->cost = fmin(took, 2 * f->cost); /* once may be chance, as of a machine that had other things to do */
    f->next = now + fmax(EVERY, SHARE * f->cost);
}

void lince_progress_file_show(lince_progress_file *f, const lince_progress *p)
{
    double now = lince_now();
    if (f->heard > 0) f->longest = fmax(f->longest, now - f->heard);
    f->heard = now;
    if (now >= f->next && f->run->lock >= 0) write_it(f, p, now);
}

static void hear_progress(void *context, const lince_progress *p)
{
    lince_progress_file *f = context;
    lince_progress_file_show(f, p);
    if (f->to && f->to->progress) f->to->progress(f->to->context, p);
}

static void hear_note(void *context, const char *text)
{
    const lince_progress_file *f = context;
    f->to->note(f->to->context, text);
}

static void hear_warning(void *context, const char *text)
{
    const lince_progress_file *f = context;
    f->to->warning(f->to->context, text);
}

static void hear_epoch(void *context, const lince_epoch_result *result)
{
    const lince_progress_file *f = context;
    f->to->epoch(f->to->context, result);
}

const lince_observer *lince_progress_file_init(lince_progress_file *f, const lince_run *run,
                                               const lince_observer *to)
{
    *f = (lince_progress_file){.run = run, .to = to, .cost = (double)EVERY / SHARE};
    f->own = (lince_observer){.size = sizeof f->own,
                              .context = f,
                              .note = to && to->note ? hear_note : NULL,
                              .warning = to && to->warning ? hear_warning : NULL,
                              .progress = hear_progress,
                              .epoch = to && to->epoch ? hear_epoch : NULL,
                              .stop = to ? to->stop : NULL};
    return &f->own;
}

void lince_progress_file_end(lince_progress_file *f)
{
    if (f->next > 0) lince_progress_file_clear(f->run);
    f->next = 0;
}

void lince_progress_file_clear(const lince_run *run)
{
    if (run->lock >= 0) unlinkat(run->lock, LINCE_PROGRESS_FILE, 0);
}
