/* What is told to other programs while it trains (log/logger.h). What fails there is warned of, and ends the telling, not the
 * training. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/number.h"
#include "net/param.h"
#include "train/loop/trainer.h"

#include <string.h>

static size_t steps_done(const lince_trainer *t)
{
    return (size_t)t->at.epoch * lince_loader_batches(t->train) + t->at.step;
}

static void check(lince_trainer *t, int code)
{
    if (code >= 0) return;
    lince_trainer_warn(t, _("--log %s: no more is told: %s"), t->logger->name, lince_error());
    if (t->log) (void)t->logger->close(t->log, false);
    t->logger = NULL;
    t->log = NULL;
}

/* --- opening -------------------------------------------------------------------------------------- */

/* Those that decide something of this kind of samples, and of this kind of network. */
static bool is_told(const lince_trainer *t, const lince_setting_info *info)
{
    const char *of = lince_setting_modality(info);
    const lince_architecture *a = lince_trainer_architecture(t);
    if (lince_setting_is_stepwise(info) && a && !a->sequences) return false;
    return lince_setting_decides(info) != LINCE_DECIDES_NOTHING &&
           (!of || !strcmp(of, t->blueprint.modality->plural));
}

static lince_logged_setting read_setting(const lince_trainer *t, const lince_setting_info *info)
{
    char number[LINCE_NUMBER_MAX];
    const char *text = lince_settings_text(t->settings, info->name, number), *end;
    lince_logged_setting s = {.name = info->name, .kind = LINCE_LOGGED_SWITCH};
    s.number = !info->value && text && !strcmp(text, "yes");
    if (!info->value || !text) return s;
    end = lince_number_read(text, &s.number);
    s.kind = *text && !*end ? LINCE_LOGGED_NUMBER : LINCE_LOGGED_TEXT;
    if (s.kind == LINCE_LOGGED_TEXT) s.text = text; /* the settings' own */
    return s;
}

static size_t count_settings(void)
{
    size_t count = 0;
    while (lince_setting_at(count)) count++;
    return count;
}

static int open_log(lince_trainer *t)
{
    size_t most = count_settings(), count = 0;
    lince_logged_setting *settings = lince_alloc(most + 1, sizeof *settings);
    if (!settings) return LINCE_ENOMEM;
    for (size_t i = 0; i < most; i++)
        if (is_told(t, lince_setting_at(i))) settings[count++] = read_setting(t, lince_setting_at(i));
    int code = t->logger->open(&t->log, t->run.folder, settings, count, steps_done(t));
    lince_free(settings);
    return code;
}

void lince_trainer_log_open(lince_trainer *t)
{
    t->logger = lince_trainer_writes(t) ? lince_logger_named(t->settings->log) : NULL;
    if (t->logger) check(t, open_log(t));
}

/* --- telling -------------------------------------------------------------------------------------- */

void lince_trainer_log_step(lince_trainer *t, const lince_position *before)
{
    if (!t->logger) return;
    double seen = (double)(t->at.seen - before->seen);
    const lince_logged_measure measures[] = {{"loss", (t->at.loss - before->loss) / seen},
                                             {"accuracy", (t->at.hits - before->hits) / seen},
                                             {"lr", (double)t->update.hyper.lr}};
    check(t, t->logger->step(t->log, steps_done(t), measures, sizeof measures / sizeof *measures));
}

/* The epoch's first samples as the network is given them, where they are samples and no features. */
static int show_samples(lince_trainer *t, const lince_batch *batch)
{
    enum { SHOWN = 8 };
    const lince_modality *m = t->blueprint.modality;
    for (int i = 0; i < batch->n && i < SHOWN; i++) {
        lince_image picture = {0};
        int code = m->show(t->blueprint.encoder, batch->input.x + (size_t)i * batch->row, &picture);
        if (!code) code = t->logger->picture(t->log, t->at.epoch + 1, i, &picture);
        lince_image_release(&picture);
        LINCE_TRY(code);
    }
    return 0;
}

void lince_trainer_log_samples(lince_trainer *t, const lince_batch *batch)
{
    int epoch = t->at.epoch + 1;
    bool due = !t->at.step && !(epoch & (epoch - 1)); /* 1, 2, 4, 8, ... */
    if (t->logger && due && t->blueprint.modality->show && !t->features[0].rows)
        check(t, show_samples(t, batch));
}

static int put_weights(lince_trainer *t, int epoch)
{
    for (size_t i = 0; i < lince_net_params(t->net); i++) {
        const lince_param *p = lince_net_param(t->net, i);
        size_t count = lince_param_elements(p);
        if (p->buffer) continue;
        float *values = lince_alloc(count + 1, sizeof *values);
        if (!values) return LINCE_ENOMEM;
        int code = lince_param_read(p, values);
        if (!code) code = t->logger->weights(t->log, epoch, p->name, values, count);
        lince_free(values);
        LINCE_TRY(code);
    }
    return 0;
}

static int put_epoch(lince_trainer *t, const lince_epoch *e)
{
    const lince_logged_measure measures[] = {{"train/loss", e->train_loss},
                                             {"train/accuracy", e->train_accuracy},
                                             {"val/loss", e->val_loss},
                                             {"val/accuracy", e->val_accuracy},
                                             {"lr", e->lr}};
    LINCE_TRY(t->logger->epoch(t->log, e->epoch, measures, sizeof measures / sizeof *measures));
    return put_weights(t, e->epoch);
}

void lince_trainer_log_epoch(lince_trainer *t, const lince_epoch *epoch)
{
    if (t->logger) check(t, put_epoch(t, epoch));
}

void lince_trainer_log_flush(lince_trainer *t)
{
    if (t->logger) check(t, t->logger->flush(t->log));
}

void lince_trainer_log_close(lince_trainer *t)
{
    if (!t->logger) return;
    const lince_logger *logger = t->logger;
    void *log = t->log;
    t->log = NULL;
    check(t, logger->close(log, lince_trainer_ended(t)));
    t->logger = NULL;
}
