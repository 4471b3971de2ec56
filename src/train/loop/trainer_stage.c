/* The stages of a run: which layers are frozen in an epoch, and the frozen part's features, computed once. */
#include "core/clock.h"
#include "core/error.h"
#include "core/i18n.h"
#include "train/loop/trainer.h"

int lince_trainer_drop_features(lince_trainer *t)
{
    if (!t->features[0].rows) return 0;
    lince_net_begin(t->net, 0);
    LINCE_TRY(lince_loader_serve(t->train, NULL, 0));
    if (t->val) LINCE_TRY(lince_loader_serve(t->val, NULL, 0));
    for (int i = 0; i < 2; i++) lince_features_release(&t->features[i]);
    return 0;
}

static int compute(lince_trainer *t, int node)
{
    LINCE_TRY(lince_features_compute(&t->features[0], t->net, node, t->train, t->observer));
    if (t->val) LINCE_TRY(lince_features_compute(&t->features[1], t->net, node, t->val, t->observer));
    LINCE_TRY(lince_loader_serve(t->train, t->features[0].rows, t->features[0].row));
    if (t->val) LINCE_TRY(lince_loader_serve(t->val, t->features[1].rows, t->features[1].row));
    lince_net_begin(t->net, node);
    return 0;
}

/* Without room for them the frozen layers are computed in every epoch: the same result, later. */
static bool has_room(lince_trainer *t, int node)
{
    size_t row = lince_shape_size(lince_net_layer(t->net, (size_t)node)->out),
           bytes = (size_t)t->settings->cache_mb << 20;
    lince_part part = t->settings->val_on_test ? LINCE_TEST : LINCE_VAL;
    const size_t samples[] = {lince_dataset_count(t->dataset, LINCE_TRAIN),
                              t->val ? lince_dataset_count(t->dataset, part) : 0};
    for (int i = 0; i < 2; i++)
        if (samples[i] && lince_features_init(&t->features[i], samples[i], row, bytes, t->run.folder)) {
            lince_trainer_warn(t, _("the frozen layers are computed in every epoch: %s"), lince_error());
            lince_features_release(&t->features[0]);
            return false;
        }
    return true;
}

static int keep_features(lince_trainer *t)
{
    int node = lince_net_fixed(t->net),
        until = lince_freezing_until(&t->freezing, t->at.epoch, t->settings->epochs);
    const lince_modality *m = t->blueprint.modality;
    bool varied = m->varies && m->varies(t->blueprint.encoder, t->settings),
         repeats = until - t->at.epoch > 1 && !varied;
    if (t->pieces.count > 1) return 0; /* a piece has other samples in each epoch */
    if (!node || !repeats || !t->settings->cache_mb || !has_room(t, node)) return 0;
    double start = lince_now();
    LINCE_TRY(compute(t, node));
    double took = lince_now() - start;
    t->at.seconds += took;
    lince_trainer_note(
        t, _("frozen up to %s: its output, %zu MiB, was computed once in %.1f s and is kept in %s"),
        lince_net_layer(t->net, (size_t)node)->name, (t->features[0].bytes + t->features[1].bytes) >> 20,
        took, t->features[0].in_file ? t->run.folder : _("memory"));
    return 0;
}

int lince_trainer_begin_stage(lince_trainer *t)
{
    int last = lince_freezing_at(&t->freezing, t->at.epoch);
    if (t->staged && last == t->frozen) return 0;
    LINCE_TRY(lince_trainer_drop_features(t));
    lince_net_freeze(t->net, last);
    lince_update_settle(&t->update, t->net);
    if (t->at.epoch && last)
        lince_trainer_note(t, _("epoch %d: frozen up to %s"), t->at.epoch + 1,
                           lince_net_layer(t->net, (size_t)last)->name);
    else if (t->at.epoch && t->freezing.count > 1)
        lince_trainer_note(t, _("epoch %d: nothing is frozen"), t->at.epoch + 1);
    t->frozen = last;
    t->staged = true;
    return keep_features(t);
}

/* When each parameter's own steps begin: an optimizer's corrections for its first steps count from there. */
void lince_trainer_set_beginnings(lince_trainer *t)
{
    size_t param = 0, updates = lince_trainer_updates(t);
    for (size_t i = 1; i < lince_net_nodes(t->net); i++) {
        int epoch = lince_freezing_first(&t->freezing, (int)i);
        size_t first = epoch > 0 ? (size_t)epoch * updates : 0;
        if (first < t->at.optimizer_updates) first = t->at.optimizer_updates;
        for (int p = 0; p < lince_net_layer(t->net, i)->param_count; p++) t->update.since[param++] = first;
    }
}

/* Whether anything but the head is trained in any stage. */
static bool trains_backbone(const lince_trainer *t)
{
    for (int i = lince_freezing_least(&t->freezing) + 1; i < (int)lince_net_nodes(t->net); i++) {
        const lince_layer *l = lince_net_layer(t->net, (size_t)i);
        if (l->param_count && !l->head) return true;
    }
    return false;
}

/* Layers learn at different rates only where there are several. */
static int check_backbone(const lince_trainer *t)
{
    const lince_settings *s = t->settings;
    if (trains_backbone(t)) return 0;
    if (s->lr_backbone > 0)
        return lince_fail(LINCE_EUSAGE, "--lr-backbone %g: nothing but the head is trained", s->lr_backbone);
    if (s->layer_decay != 1)
        return lince_fail(LINCE_EUSAGE, "--layer-decay %g: nothing but the head is trained", s->layer_decay);
    return 0;
}

int lince_trainer_plan_stages(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    const lince_freezing *f = &t->freezing;
    if (f->stage[f->count - 1].epoch >= s->epochs)
        return lince_fail(LINCE_EUSAGE, "--%s %s: the run ends with epoch %d",
                          s->unfreeze ? "unfreeze" : "freeze", s->unfreeze ? s->unfreeze : s->freeze,
                          s->epochs);
    LINCE_TRY(check_backbone(t));
    LINCE_TRY(lince_param_groups(t->net,
                                 &(lince_param_grouping){.backbone = s->lr_backbone / t->schedule.lr,
                                                         .layer_decay = s->layer_decay,
                                                         .factors = s->lr_factor,
                                                         .decay_norms = s->decay_norms,
                                                         .decay_factors = s->decay_factor},
                                 t->update.group));
    lince_trainer_set_beginnings(t);
    lince_net_freeze(t->net, lince_freezing_at(f, 0));
    return 0;
}
