/* Trains, shows how far it is, and can be cancelled: by Ctrl-C, or after so many steps, as a window's button
 * would. What was cancelled is saved, and goes on as if it had not been when the program is called again.
 *
 *     train DATA RUN [STEPS [NAME VALUE]...]
 *
 * NAME and VALUE are settings of `lince train`; STEPS 0: to the end. It is C and C++. */
#include <lince/lince.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct view {
    long steps, most; /* done in this call; 0: no limit */
} view;

static volatile sig_atomic_t cancelled;

static void cancel(int number)
{
    (void)number;
    cancelled = 1;
}

static void tell(void *context, const char *text)
{
    (void)context;
    printf("%s\n", text);
}

static void show_progress(void *context, const lince_progress *p)
{
    view *v = (view *)context;
    if (p->phase != LINCE_TRAINING) return;
    if (v->most && (long)p->step + (long)p->steps * (p->epoch - 1) >= v->most) cancelled = 1;
    printf("\repoch %d of %d: %zu of %zu", p->epoch, p->epochs, p->step, p->steps);
    fflush(stdout);
}

static void show_epoch(void *context, const lince_epoch_result *r)
{
    (void)context;
    printf("\repoch %d: loss %.3f, validation accuracy %.1f %%\n", r->epoch, r->train_loss,
           100 * r->val_accuracy);
}

/* A run that is there goes on, with the settings that it was begun with. */
static int choose(lince_settings *settings, const char *data, const char *run, char **more, int count)
{
    int code = lince_run_settings(run, settings);
    if (code != LINCE_EIO) {
        if (!code) code = lince_settings_set(settings, "out", "");
        return code ? code : lince_settings_set(settings, "resume", run);
    }
    code = lince_settings_set(settings, "data", data);
    if (!code) code = lince_settings_set(settings, "out", run);
    for (int i = 0; !code && i + 1 < count; i += 2) code = lince_settings_set(settings, more[i], more[i + 1]);
    return code;
}

int main(int argc, char **argv)
{
    view v = {0, argc > 3 ? atol(argv[3]) : 0};
    lince_observer observer = LINCE_OBSERVER_INIT;
    char folder[4096] = "";
    if (argc < 3) return fprintf(stderr, "usage: train DATA RUN [STEPS [NAME VALUE]...]\n"), 2;
    lince_settings *settings = lince_settings_new();
    int code = settings ? choose(settings, argv[1], argv[2], argv + 4, argc - 4) : LINCE_ENOMEM;
    observer.context = &v;
    observer.note = tell;
    observer.warning = tell;
    observer.progress = show_progress;
    observer.epoch = show_epoch;
    observer.stop = &cancelled;
    signal(SIGINT, cancel);
    if (!code) code = lince_train(settings, "examples/train", &observer, folder, sizeof folder);
    lince_settings_free(settings);
    if (code == LINCE_EINTERRUPTED)
        printf("\ncancelled and saved: call it again to go on\n");
    else if (code)
        fprintf(stderr, "%s: %s\n", lince_error_name(code), lince_error());
    else
        printf("trained: %s\n", folder);
    return code == LINCE_EINTERRUPTED ? 3 : code != 0;
}
