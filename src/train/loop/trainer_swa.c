/* Stochastic weight averaging (Izmailov et al. 2018): the equal average of the weights at the ends of the
 * last epochs is what is evaluated and saved from the first of them on, with batch norms' statistics measured
 * for it. */
#include "core/error.h"
#include "core/i18n.h"
#include "kernels/kernels.h"
#include "train/loop/trainer.h"
#include "train/measure/feed.h"

#include <math.h>

/* How many epochs at the end: as they are given, or a share of all. */
static int length_of(const lince_settings *s)
{
    return s->swa >= 1 ? (int)s->swa : (int)fmax(1, floor(s->swa * s->epochs + 0.5));
}

int lince_trainer_check_swa(const lince_settings *s)
{
    if (s->swa == 0) return 0;
    if (s->swa >= 1 && s->swa != floor(s->swa))
        return lince_fail(LINCE_EUSAGE, "--swa %g: expected a number of epochs, or a share of them below 1",
                          s->swa);
    if (length_of(s) > s->epochs)
        return lince_fail(LINCE_EUSAGE, "--swa %g: the run ends with epoch %d", s->swa, s->epochs);
    if (s->patience)
        return lince_fail(LINCE_EUSAGE, "--swa averages the last epochs, and with --patience nobody knows "
                                        "which these are; leave out one of them");
    return 0;
}

int lince_trainer_averaged(const lince_trainer *t)
{
    const lince_settings *s = t->settings;
    int count = t->at.epoch + 1 - (s->epochs - length_of(s));
    return s->swa > 0 && count > 0 ? count : 0;
}

void lince_trainer_average(lince_trainer *t)
{
    int count = lince_trainer_averaged(t);
    if (count == 1)
        lince_trainer_note(t,
                           _("from epoch %d on what is evaluated and saved is the average of the weights at "
                             "the ends of the epochs (--swa)"),
                           t->at.epoch + 1);
    if (count) lince_update_take(&t->update, t->net, t->at.updates, count);
}

/* Whether a layer's statistics follow the batches. */
static bool has_statistics(const lince_layer *l)
{
    return l->type->follow && !l->frozen;
}

static bool begin_counters(lince_net *net)
{
    bool any = false;
    for (size_t i = 1; i < lince_net_nodes(net); i++) {
        lince_layer *l = lince_net_layer(net, i);
        if (!has_statistics(l)) continue;
        any = true;
        for (int p = 0; p < l->param_count; p++)
            if (l->params[p].counter) lince_fill(l->exec, l->params[p].value, 0, 1);
    }
    return any;
}

static int pass_through(lince_trainer *t, const lince_batch *batch)
{
    lince_net_together together;
    if (t->together) return lince_trainer_forward_together(t, batch, &together);
    lince_pieces_start(&t->pieces, t->net);
    for (size_t i = 0; i < lince_loader_pieces(t->train); i++) {
        lince_batch piece = lince_loader_piece(t->train, batch, i);
        lince_pieces_begin(&t->pieces, t->net, i);
        if (piece.n) {
            lince_feed(t->net, &piece);
            lince_net_forward(t->net, piece.n, true, piece.key);
        }
        lince_pieces_end(&t->pieces, t->net, i, piece.n, batch->whole);
    }
    return 0;
}

/* With a share of 1 / k for batch k running statistics are the mean of all batches'. */
static int measure(lince_trainer *t)
{
    const lince_observer *o = t->observer;
    lince_batch batch;
    lince_progress progress = {.size = sizeof progress,
                               .phase = LINCE_AVERAGING,
                               .epoch = t->at.epoch + 1,
                               .epochs = t->settings->epochs,
                               .steps = lince_loader_batches(t->train),
                               .eta = -1};
    int code = lince_loader_start(t->train, t->at.epoch, 0);
    while (!code && (code = lince_loader_next(t->train, &batch)) > 0) {
        progress.step++;
        lince_net_set_momentum(t->net, 1.0f / (float)progress.step);
        LINCE_TRY(pass_through(t, &batch));
        LINCE_TRY(lince_group_all(t->group, lince_observer_stops(o)));
        if (!t->together) LINCE_TRY(lince_pieces_merge(&t->pieces, t->net));
        if (o && o->progress) o->progress(o->context, &progress);
        code = 0;
    }
    return lince_group_all(t->group, code);
}

int lince_trainer_measure_norms(lince_trainer *t)
{
    if (!t->update.averaged || !begin_counters(t->net)) return 0;
    int code = measure(t);
    lince_net_set_momentum(t->net, 0);
    return code;
}
