/* lince_train: the whole job. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/peak_memory.h"
#include "train/trainer.h"
#include "weights/safetensors.h"
#include "weights/state_dict.h"

#include <stdio.h>
#include <string.h>

static int load_best(lince_trainer *t)
{
    char path[LINCE_PATH_MAX];
    lince_weights *w;
    lince_load_result result;
    LINCE_TRY(lince_path_join(path, t->run.folder, "weights/best.safetensors"));
    LINCE_TRY(lince_safetensors_open(&w, path));
    lince_load_options load = {.whole = true, .threads = t->threads};
    int code = lince_state_dict_load(t->net, w, &load, &result);
    lince_load_result_release(&result);
    lince_weights_free(w);
    return code;
}

int lince_trainer_test(lince_trainer *t)
{
    lince_loader *loader;
    lince_evaluation e;
    if (!lince_dataset_count(t->dataset, LINCE_TEST)) {
        lince_trainer_warn(
            t, _("%s has no test part: nothing independent was measured; --test-split 0.2 sets one aside"),
            t->settings->data);
        return 0;
    }
    LINCE_TRY(load_best(t));
    LINCE_TRY(lince_trainer_loader(t, LINCE_TEST, false, &loader));
    int code = lince_evaluate(t->net, loader, &t->blueprint, LINCE_TESTING, t->observer, &e);
    if (!code) {
        code = lince_trainer_write_test(t, &e);
        lince_trainer_note(t, _("test: %zu samples, loss %.4f, accuracy %.2f %%, of the weights of epoch %d"),
                           e.metrics.n, e.metrics.loss, 100 * e.metrics.accuracy, t->at.best_epoch);
        lince_evaluation_release(&e);
    }
    lince_loader_free(loader);
    return code;
}

/* The run is whole without it: what keeps the report from being written is a warning. */
static void write_report(const char *folder, const lince_settings *s, const lince_observer *o)
{
    char text[2048];
    if (o && o->progress) o->progress(o->context, &(lince_progress){.phase = LINCE_REPORTING, .eta = -1});
    if (!lince_report(folder, s->lang && *s->lang ? s->lang : "auto", o) || !o || !o->warning) return;
    snprintf(text, sizeof text, _("the report was not written: %s"), lince_error());
    o->warning(o->context, text);
}

int lince_train(const lince_settings *settings, const char *command, const lince_observer *observer,
                char *out, size_t out_size)
{
    lince_trainer t;
    char folder[LINCE_PATH_MAX];
    lince_peak_memory_begin();
    int code = lince_trainer_open(&t, settings, observer, command);
    snprintf(folder, sizeof folder, "%s", t.run.folder);
    if (!code && out) snprintf(out, out_size, "%s", folder);
    bool opened = !code;
    if (!code) code = lince_trainer_run(&t);
    if (!code) code = lince_trainer_test(&t);
    int written = opened ? lince_trainer_write_cost(&t) : 0; /* also of a session that was interrupted */
    if (!code) code = written;
    lince_trainer_close(&t); /* before the report, which opens data and network for itself */
    if (!code && !settings->no_report) write_report(folder, settings, observer);
    return code;
}
