/* From settings to a trainer that is ready to run. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "settings/criterion.h"
#include "settings/reading.h"
#include "settings/recipe.h"
#include "train/data/class_weights.h"
#include "train/data/leaks.h"
#include "train/data/open_data.h"
#include "train/loop/range_test.h"
#include "train/loop/trainer.h"
#include "train/measure/calibrate.h"
#include "train/measure/threshold.h"
#include "train/run/resume.h"
#include "weights/state_dict.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void lince_trainer_note(const lince_trainer *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    lince_vnote(t->observer, format, args);
    va_end(args);
}

void lince_trainer_warn(const lince_trainer *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    lince_vwarn(t->observer, format, args);
    va_end(args);
}

const lince_architecture *lince_trainer_architecture(const lince_trainer *t)
{
    return t->blueprint.described ? &t->brought : lince_architecture_named(t->own.model);
}

lince_opening lince_trainer_opening(lince_trainer *t)
{
    return (lince_opening){.settings = &t->own,
                           .observer = t->observer,
                           .group = t->group,
                           .dataset = t->dataset,
                           .architecture = lince_trainer_architecture(t),
                           .by_recipe = t->by_recipe,
                           .encoder = t->blueprint.encoder,
                           .train = t->train,
                           .val = t->val,
                           .net = t->net};
}

/* --- data ----------------------------------------------------------------------------------------- */

/* What can be told to be wrong before the data are read, which may take a while. */
static int check_settings(const lince_settings *s)
{
    if (s->drop_duplicates && !strcmp(s->find_duplicates, "no"))
        return lince_fail(LINCE_EUSAGE, "--drop-duplicates has to find them; leave out --find-duplicates no");
    if (s->out && s->resume)
        return lince_fail(LINCE_EUSAGE, "--resume goes on in the run's own folder; leave out --out");
    if (s->weights && !s->resume && access(s->weights, R_OK))
        return lince_fail(LINCE_EIO, "%s: cannot read: %s", s->weights, lince_reason(errno));
    lince_blueprint head;
    LINCE_TRY(lince_blueprint_head(&head, s->head));
    for (size_t i = 0; lince_modality_at(i); i++)
        if (lince_modality_at(i)->check) LINCE_TRY(lince_modality_at(i)->check(s));
    LINCE_TRY(lince_param_factors_check("lr-factor", s->lr_factor));
    LINCE_TRY(lince_param_factors_check("decay-factor", s->decay_factor));
    if (s->decay_factor && s->weight_decay == 0)
        return lince_fail(LINCE_EUSAGE,
                          "--decay-factor %s: there is no --weight-decay that it could multiply",
                          s->decay_factor);
    LINCE_TRY(lince_criterion(&(lince_loss){0}, s));
    if (lince_weighs_classes(s) && !s->resume)
        LINCE_TRY(lince_class_weights_check("class-weights", s->class_weights));
    if (lince_weighs_positives(s) && !s->resume)
        LINCE_TRY(lince_class_weights_check("positive-weights", s->positive_weights));
    LINCE_TRY(lince_threshold_check(s->threshold));
    LINCE_TRY(lince_trainer_check_swa(s));
    if ((s->ema > 0) + (s->lookahead > 0) + (s->swa > 0) > 1)
        return lince_fail(LINCE_EUSAGE, "--ema, --lookahead and --swa each say which weights are evaluated "
                                        "and saved; choose one of them");
    return s->calibrate ? lince_calibration_check(s) : 0;
}

static void warn_of_leak(void *trainer, const char *sentence)
{
    lince_trainer_warn(trainer, "%s", sentence);
}

static int drop_duplicates(lince_trainer *t)
{
    size_t dropped[LINCE_PARTS];
    LINCE_TRY(lince_leaks_drop(&t->leaks, t->dataset, dropped));
    lince_trainer_note(t, _("left out as duplicates: %zu of the training part, %zu of the validation part"),
                       dropped[LINCE_TRAIN], dropped[LINCE_VAL]);
    lince_free(t->leaks.test_known); /* now none is */
    t->leaks.test_known = NULL;
    return 0;
}

/* What a resumed run has dropped stands in its data.json, and is left out already. */
static int find_duplicates(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    if (!strcmp(s->find_duplicates, "no") || (s->resume && s->drop_duplicates)) return 0;
    LINCE_TRY(
        lince_leaks_look(&t->leaks, t->group, t->dataset, s->val_on_test, s->drop_duplicates, t->observer));
    bool told = lince_leaks_tell(&t->leaks, t->dataset, warn_of_leak, t) > 0;
    if (s->drop_duplicates) return drop_duplicates(t);
    if (told)
        lince_trainer_warn(
            t, _("--drop-duplicates leaves them out of training; what is measured stays as it is"));
    return 0;
}

static void tell_fold(const lince_trainer *t)
{
    size_t alone = lince_dataset_left_alone(t->dataset);
    lince_trainer_note(t, _("the test is fold %d of %d"), t->settings->fold, t->settings->folds);
    if (alone)
        lince_trainer_note(
            t,
            _("samples of the data's test part that are left alone: %zu (--folds-of all divides them, too)"),
            alone);
}

static int open_data(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    LINCE_TRY(lince_open_data(&t->dataset, s, s->resume, &t->val_held_out, t->observer));
    for (size_t i = 0; i < lince_dataset_notes(t->dataset); i++)
        lince_trainer_warn(t, "%s", lince_dataset_note(t->dataset, i));
    if (s->val_on_test)
        lince_trainer_warn(t,
                           _("validating on the test part: choosing by it makes the test results too good"));
    lince_trainer_note(
        t, _("%s: %s; classes: %d; samples for training: %zu, for validation: %zu, for the test: %zu"),
        s->data, _(lince_dataset_kind(t->dataset)), lince_dataset_classes(t->dataset),
        lince_dataset_count(t->dataset, LINCE_TRAIN), lince_dataset_count(t->dataset, LINCE_VAL),
        lince_dataset_count(t->dataset, LINCE_TEST));
    if (s->folds) tell_fold(t);
    if (!lince_dataset_count(t->dataset, LINCE_TRAIN))
        return lince_fail(LINCE_EDATA, "%s: no training part: nothing to learn from", s->data);
    return 0;
}

/* What the optimizer usually has; where it has none, what all others have. */
static int choose_momentum(lince_settings *s)
{
    char text[LINCE_NUMBER_MAX];
    const lince_optimizer *o = lince_optimizer_named(s->optimizer);
    if (s->momentum >= 0) return 0;
    lince_number_print_exact(text, o->usual_momentum > 0 ? o->usual_momentum : lince_sgd.usual_momentum);
    return lince_settings_set(s, "momentum", text);
}

static int choose_recipe(lince_trainer *t, const lince_architecture *a)
{
    lince_settings *s = &t->own;
    LINCE_TRY(lince_recipe_settle(s, a, t->blueprint.modality->optimizer, &t->by_recipe));
    if (t->by_recipe)
        lince_trainer_note(t, _("--optimizer %s --lr %g --scheduler %s, the recipe of %s"), s->optimizer,
                           s->lr, s->scheduler, a->name);
    return 0;
}

/* A run whose configuration does not say its model is one of version 0.1. */
static int choose_model(lince_trainer *t, const lince_modality *m)
{
    lince_settings *s = &t->own;
    LINCE_TRY(lince_trainer_infer_model(t));
    if (!s->model)
        LINCE_TRY(lince_settings_set(s, "model", s->resume && m->early_model ? m->early_model : m->model));
    const lince_architecture *a = lince_trainer_architecture(t);
    if (!a) return LINCE_EUSAGE;
    LINCE_TRY(lince_settings_set(s, "model", a->name)); /* VGG16 is vgg16 */
    if (lince_modality_takes(m, a)) return 0;
    const lince_modality *its = lince_modality_of_model(a);
    return lince_fail(LINCE_EUSAGE, "--model %s is for %s, and %s holds %s; choose %s", s->model,
                      _(its->plural), s->data, _(m->plural), _(m->models));
}

/* How many labels a sample has, and the loss of that. */
static int choose_labelling(lince_trainer *t)
{
    const lince_labelling *labelling = lince_labelling_of(t->dataset);
    lince_settings *s = &t->own;
    t->blueprint.several = labelling->several;
    if (!strcmp(s->loss, "auto")) LINCE_TRY(lince_settings_set(s, "loss", labelling->loss->name));
    return labelling->refuse(s);
}

/* What is left to the data: which model, and how it learns. */
static int choose(lince_trainer *t)
{
    const lince_modality *m = lince_modality_of_data(t->dataset);
    lince_settings *s = &t->own;
    LINCE_TRY(lince_blueprint_of(&t->blueprint, m));
    LINCE_TRY(choose_labelling(t));
    LINCE_TRY(choose_model(t, m));
    if (!s->resume) LINCE_TRY(lince_modality_refuse(m, lince_architecture_named(s->model), s));
    if (!m->plan_views) LINCE_TRY(lince_modality_plan_views(m, t->blueprint.encoder, s->tta, s->data));
    LINCE_TRY(choose_recipe(t, lince_trainer_architecture(t)));
    LINCE_TRY(choose_momentum(s));
    if (s->nesterov && (s->momentum == 0 || strcmp(s->optimizer, "sgd") != 0))
        return lince_fail(LINCE_EUSAGE, "--nesterov needs --optimizer sgd and a --momentum above 0");
    return 0;
}

static int choose_batch(lince_trainer *t)
{
    char size[16];
    size_t train = lince_dataset_count(t->dataset, LINCE_TRAIN),
           usual = (size_t)t->blueprint.modality->batch_size,
           batch = lince_recipe_batch(train, usual, t->by_recipe);
    int given = t->own.batch_size;
    if ((size_t)given > train)
        return lince_fail(LINCE_EUSAGE, "--batch-size %d: larger than the training part; choose %zu or less",
                          given, train);
    if (given) return 0;
    snprintf(size, sizeof size, "%zu", batch);
    if (batch < usual)
        lince_trainer_note(t, _("--batch-size %s, because the training part is small (samples: %zu)"), size,
                           train);
    return lince_settings_set(&t->own, "batch-size", size);
}

static size_t count_left_out(const lince_dataset *d, lince_part part, const char *class)
{
    size_t count = 0;
    for (size_t i = 0; i < lince_dataset_left_out(d); i++) {
        const lince_left_out *sample = lince_dataset_left_out_at(d, i);
        count += sample->unreadable && sample->part == part && sample->class && !strcmp(sample->class, class);
    }
    return count;
}

/* A class none of whose samples can be read cannot be learned, and elsewhere is not measured. */
static int check_lost_classes(const lince_trainer *t, lince_part part)
{
    const lince_dataset *d = t->dataset;
    for (int c = 0; c < lince_dataset_classes(d); c++) {
        const char *class = lince_dataset_class(d, c);
        size_t lost = lince_dataset_class_count(d, part, c) ? 0 : count_left_out(d, part, class);
        if (lost && part == LINCE_TRAIN)
            return lince_fail(LINCE_EDATA,
                              "%s: no training sample of the class %s can be read (samples: %zu); mend "
                              "them, or choose other classes by --classes",
                              t->settings->data, class, lost);
        if (lost)
            lince_trainer_warn(t, _("no sample of the class %s in the %s part can be read (samples: %zu)"),
                               class, lince_part_title(part), lost);
    }
    return 0;
}

/* Of the samples that were left out since there were `before`. */
static int tell_left_out(const lince_trainer *t, lince_part part, size_t before)
{
    enum { SHOWN = 10 };
    size_t count = lince_dataset_left_out(t->dataset) - before;
    for (size_t i = 0; i < count && i < SHOWN; i++)
        lince_trainer_warn(t, _("left out: %s"), lince_dataset_left_out_at(t->dataset, before + i)->reason);
    if (!count) return 0;
    lince_trainer_warn(t, _("samples of the %s part left out, because they cannot be read: %zu"),
                       lince_part_title(part), count);
    return check_lost_classes(t, part);
}

/* Those that were not known to be incomplete when there were `before`. */
static void tell_incomplete(const lince_trainer *t, lince_part part, size_t before)
{
    const char *first;
    size_t count = lince_dataset_incomplete(t->dataset, part, &first);
    if (count > before)
        lince_trainer_warn(
            t,
            _("JPEGs of the %s part whose data end before the picture is complete: %zu, the "
              "first: %s; what there is of them is used, the rest is grey (--incomplete refuse "
              "takes them for unreadable)"),
            lince_part_title(part), count, first);
}

/* What each batch is cut into. */
static size_t pieces_of(const lince_trainer *t)
{
    return t->settings->shards ? (size_t)t->settings->shards : (size_t)t->group->size;
}

/* `views`: as those of the evaluation are cut from. */
static int open_loader(lince_trainer *t, lince_part part, bool train, bool views, lince_loader **loader)
{
    const lince_settings *s = t->settings;
    const lince_blueprint *b = &t->blueprint;
    size_t before = lince_dataset_left_out(t->dataset),
           incomplete = lince_dataset_incomplete(t->dataset, part, NULL);
    lince_loader_options options = {.batch_size = s->batch_size,
                                    .train = train,
                                    .balanced = !strcmp(s->sampler, "balanced"),
                                    .seed = s->seed,
                                    .workers = s->workers,
                                    .cache_bytes = ((size_t)s->cache_mb << 20) /
                                                   (size_t)lince_group_neighbours(t->group),
                                    .skip_bad = lince_skips_bad(s),
                                    .group = t->group,
                                    .pieces = (size_t)s->shards,
                                    .watch = lince_watch_for(t->observer)};
    LINCE_TRY(b->modality->load(b->encoder, s, t->dataset, part, views, &options, loader));
    tell_incomplete(t, part, incomplete);
    return tell_left_out(t, part, before);
}

static int plain_loader(lince_trainer *t, lince_part part, bool train, lince_loader **loader)
{
    return open_loader(t, part, train, false, loader);
}

int lince_trainer_evaluate(lince_trainer *t, lince_part part, bool raw, lince_evaluation *e)
{
    lince_loader *loader;
    const lince_blueprint *b = &t->blueprint;
    lince_evaluate_options options = {.views = lince_blueprint_views(b), .raw = raw};
    lince_phase phase = part == LINCE_TEST ? LINCE_TESTING : LINCE_VALIDATING;
    LINCE_TRY(lince_modality_plan_views(b->modality, b->encoder, t->settings->tta, t->settings->data));
    LINCE_TRY(open_loader(t, part, false, true, &loader));
    int code = lince_evaluate(t->net, loader, b, &options, phase, t->observer, e);
    lince_loader_free(loader);
    return code;
}

/* What of the test part cannot be read is known, and told, before it is measured. */
static int look_through_test(lince_trainer *t)
{
    lince_loader *loader;
    bool needed = lince_skips_bad(t->settings) && t->blueprint.modality->may_fail &&
                  lince_dataset_count(t->dataset, LINCE_TEST);
    if (!needed) return 0;
    LINCE_TRY(plain_loader(t, LINCE_TEST, false, &loader));
    lince_loader_free(loader);
    return 0;
}

/* What the first count of the data was before samples that cannot be read were found. */
static void tell_what_is_left(const lince_trainer *t, size_t before)
{
    const lince_dataset *d = t->dataset;
    if (lince_dataset_left_out(d) == before) return;
    lince_trainer_note(t, _("%zu for training, %zu for validation, %zu for the test are left"),
                       lince_dataset_used(d, LINCE_TRAIN), lince_dataset_used(d, LINCE_VAL),
                       lince_dataset_used(d, LINCE_TEST));
}

/* The encoder is made of the training part, whose loader may then tell more. */
static int open_training_part(lince_trainer *t)
{
    const lince_modality *m = t->blueprint.modality;
    lince_opening opening = lince_trainer_opening(t);
    LINCE_TRY(lince_group_all(t->group, m->prepare(&opening)));
    LINCE_TRY(plain_loader(t, LINCE_TRAIN, true, &t->train));
    opening = lince_trainer_opening(t);
    return lince_group_all(t->group, m->measure ? m->measure(&opening) : 0);
}

static int open_loaders(lince_trainer *t)
{
    size_t before = lince_dataset_left_out(t->dataset);
    LINCE_TRY(open_training_part(t));
    LINCE_TRY(look_through_test(t));
    lince_part part = t->settings->val_on_test ? LINCE_TEST : LINCE_VAL;
    if (lince_dataset_count(t->dataset, part))
        LINCE_TRY(plain_loader(t, part, false, &t->val));
    else if (t->blueprint.several && !strcmp(t->settings->threshold, "auto"))
        return lince_fail(LINCE_EDATA,
                          "--threshold auto: there is no validation part to choose it on; --val-split 0.1 "
                          "sets one aside");
    else if (t->settings->calibrate)
        return lince_fail(LINCE_EDATA, "--calibrate: there is no validation part to fit the temperature on; "
                                       "--val-split 0.1 sets one aside");
    else
        lince_trainer_warn(t, _("there is no validation part: the last epochs cannot be told from the best"));
    lince_opening opening = lince_trainer_opening(t);
    if (t->blueprint.modality->remark) t->blueprint.modality->remark(&opening);
    tell_what_is_left(t, before);
    return 0;
}

/* --- model ---------------------------------------------------------------------------------------- */

static int draw_blueprint(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    lince_blueprint *b = &t->blueprint;
    snprintf(b->model, sizeof b->model, "%s", s->model);
    b->dropout = s->dropout;
    b->bf16 = !strcmp(s->precision, "bf16");
    b->stochastic_depth = s->stochastic_depth;
    LINCE_TRY(lince_criterion(&b->loss, s));
    LINCE_TRY(lince_blueprint_head(b, s->head));
    int classes = lince_dataset_classes(t->dataset);
    if (!(b->names = lince_alloc((size_t)classes, sizeof *b->names))) return LINCE_ENOMEM;
    for (; b->classes < classes; b->classes++)
        if (!(b->names[b->classes] = lince_strdup(lince_dataset_class(t->dataset, b->classes))))
            return LINCE_ENOMEM;
    double threshold = lince_threshold_of(s->threshold);
    return b->several && threshold > 0 && threshold != 0.5 ? lince_blueprint_threshold(b, threshold) : 0;
}

static int weigh_positives(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    int classes = t->blueprint.classes, kept = 1;
    if (!lince_weighs_positives(s)) return 0;
    if (!(t->positive_weight = lince_alloc((size_t)classes, sizeof(float)))) return LINCE_ENOMEM;
    if (s->resume)
        kept = lince_class_weights_kept(t->run.folder, "positive_weights", t->positive_weight, classes);
    return kept == 1 ? lince_positive_weights(s->positive_weights, t->dataset, t->positive_weight) : kept;
}

static int weigh_classes(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    int classes = t->blueprint.classes, kept = 1;
    if (!lince_weighs_classes(s)) return weigh_positives(t);
    if (!strcmp(s->class_weights, "balanced") && !strcmp(s->sampler, "balanced"))
        lince_trainer_warn(t,
                           _("--sampler balanced draws rare classes as often as others, and --class-weights "
                             "balanced makes them count more on top of that; one of the two is enough"));
    if (!(t->class_weight = lince_alloc((size_t)classes, sizeof(float)))) return LINCE_ENOMEM;
    if (s->resume) kept = lince_class_weights_kept(t->run.folder, "class_weights", t->class_weight, classes);
    if (kept == 1) kept = lince_class_weights(s->class_weights, t->dataset, t->class_weight);
    return kept ? kept : weigh_positives(t);
}

static int choose_optimizer(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    t->update = (lince_update){.optimizer = lince_optimizer_named(s->optimizer),
                               .hyper = {.momentum = (float)s->momentum,
                                         .beta1 = 0.9f,
                                         .beta2 = 0.999f,
                                         .alpha = 0.99f,
                                         .eps = 1e-8f,
                                         .weight_decay = (float)s->weight_decay,
                                         .nesterov = s->nesterov},
                               .clip = s->clip_grad,
                               .decay = s->ema,
                               .lookahead = s->lookahead,
                               .share = s->lookahead_alpha,
                               .swa = s->swa > 0,
                               .accumulate = s->accumulate,
                               .members = t->group,
                               .pieces = pieces_of(t),
                               .rounded = !strcmp(s->compress, "bf16")};
    return t->update.optimizer ? 0 : LINCE_EUSAGE;
}

size_t lince_trainer_updates(const lince_trainer *t)
{
    size_t batches = lince_loader_batches(t->train), group = (size_t)t->settings->accumulate;
    return (batches + group - 1) / group;
}

static int open_schedule(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    if ((size_t)s->accumulate > lince_loader_batches(t->train))
        return lince_fail(LINCE_EUSAGE, "--accumulate %d: an epoch has fewer batches, %zu", s->accumulate,
                          lince_loader_batches(t->train));
    t->schedule = (lince_schedule){.name = s->scheduler,
                                   .lr = s->lr,
                                   .min_lr = s->min_lr,
                                   .gamma = s->gamma,
                                   .step_size = s->step_size,
                                   .warmup_epochs = s->warmup_epochs,
                                   .steps_per_epoch = lince_trainer_updates(t),
                                   .epochs = (size_t)s->epochs};
    return lince_schedule_init(&t->schedule);
}

/* Pieces pass the net side by side where norms are to see all of them. */
static int sync_norms(lince_trainer *t)
{
    size_t looking = 0;
    for (size_t i = 1; i < lince_net_nodes(t->net); i++) looking += lince_net_layer(t->net, i)->sums > 0;
    if (t->settings->sync_bn && !looking)
        return lince_fail(LINCE_EUSAGE, "--sync-bn: %s has no batch norms", t->blueprint.model);
    t->together = t->settings->sync_bn && pieces_of(t) > 1;
    return 0;
}

/* This member's. */
static int passes_of(const lince_trainer *t)
{
    size_t own = lince_group_share(t->group, pieces_of(t)).count;
    return t->settings->sync_bn && own ? (int)own : t->settings->sync_bn;
}

/* A wait that can be felt. */
static void tell_choosing(const lince_trainer *t)
{
    static const double felt = 0.5;
    const lince_choosing *c = lince_net_choosing(t->net);
    if (c->seconds < felt) return;
    lince_trainer_note(t,
                       _("kernels were chosen in %.1f s: %zu by measuring, %zu by rule; they are remembered "
                         "(lince info --kernels)"),
                       c->seconds, c->measured, c->by_rule);
}

static int open_model(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    if (s->shards > s->batch_size)
        return lince_fail(LINCE_EUSAGE, "--shards %d: a batch has fewer samples, %d", s->shards,
                          s->batch_size);
    t->threads = lince_trainer_threads(t);
    LINCE_TRY(draw_blueprint(t));
    LINCE_TRY(choose_optimizer(t));
    lince_net_options options = {.batch = lince_pieces_most(s->batch_size, pieces_of(t)),
                                 .passes = passes_of(t),
                                 .threads = t->threads,
                                 .device = s->device,
                                 .deterministic = s->deterministic,
                                 .kept = &t->kernels,
                                 .unfolded = !lince_update_folds(t->update.optimizer, &t->update.hyper)};
    LINCE_TRY(lince_blueprint_assemble(&t->blueprint, &options, &t->net));
    LINCE_TRY(sync_norms(t));
    LINCE_TRY(
        lince_freezing_plan(&t->freezing, t->net, lince_trainer_architecture(t), s->freeze, s->unfreeze));
    lince_net_freeze(t->net, lince_freezing_least(&t->freezing));
    LINCE_TRY(lince_net_prepare(t->net));
    tell_choosing(t);
    LINCE_TRY(lince_net_init(t->net, s->seed));
    lince_opening opening = lince_trainer_opening(t);
    const lince_modality *m = t->blueprint.modality;
    if (m->begin) LINCE_TRY(m->begin(&opening));
    LINCE_TRY(lince_trainer_load_weights(t));
    if (m->finish) LINCE_TRY(m->finish(&opening));
    t->loss_each = lince_alloc((size_t)s->batch_size, sizeof(float));
    t->label_scratch = lince_alloc((size_t)t->blueprint.classes, sizeof(float));
    if (!t->loss_each || !t->label_scratch) return LINCE_ENOMEM;
    LINCE_TRY(lince_pieces_init(&t->pieces, t->net, pieces_of(t), t->group));
    LINCE_TRY(open_schedule(t));
    LINCE_TRY(lince_update_init(&t->update, t->net));
    LINCE_TRY(lince_trainer_plan_stages(t));
    return weigh_classes(t);
}

/* What a kill has left in a run that is finished: between the record of the end and this, or of a process that was as far as
 * another, which finished first. */
static int drop_left(lince_trainer *t, const lince_saved *s)
{
    if (!lince_trainer_writes(t)) return 0;
    bool state = s->end && s->state && !t->settings->keep_checkpoint;
    int code = lince_run_lock(&t->run);
    if (code) return state ? code : 0; /* who is at work there clears it */
    lince_run_half_written(&t->run, true);
    lince_progress_file_clear(&t->run);
    return state ? lince_saved_drop(&t->run) : 0;
}

/* 1: the run is finished, and asked for nothing more. The data are not opened for that. */
static int look_at_finished(lince_trainer *t, const char *command)
{
    (void)command;
    lince_saved s;
    LINCE_TRY(lince_run_open(&t->run, t->settings->resume));
    LINCE_TRY(lince_saved_open(&s, &t->run));
    bool idle = s.finished && !lince_trainer_extends(t, &s);
    const char *kernels = lince_saved_text(&s, "kernels"); /* NULL: before they were kept */
    t->kernels.begun = kernels ? lince_strdup(kernels) : NULL;
    int code = kernels && !t->kernels.begun ? LINCE_ENOMEM
               : !idle                      ? 0
                       : lince_resume_check(t->settings, t->given, lince_saved_text(&s, "settings"),
                                            t->run.folder, NULL);
    if (idle && !code)
        lince_trainer_note(t, _("%s: it is finished, with epoch %d; --epochs %d or more goes on from there"),
                           t->run.folder, s.at.epoch, s.epochs + 1);
    if (idle && !code) code = drop_left(t, &s);
    lince_saved_close(&s);
    return code ? code : idle;
}

/* What the first member does in the folder waits until the others have read it. */
static int others_first(lince_trainer *t, int (*read)(lince_trainer *t, const char *command),
                        const char *command)
{
    int code = lince_group_all(t->group, t->group->rank ? read(t, command) : 0);
    if (code >= 0 && t->group->rank == 0) code = read(t, command);
    return lince_group_all(t->group, code);
}

/* On another machine, or with another version. */
static void tell_missing_kernels(const lince_trainer *t)
{
    if (!t->kernels.begun && *lince_kept_text(&t->kernels))
        lince_trainer_warn(
            t, _("the run was begun by an earlier version, which did not keep the kernels that it "
                 "computed with: last bits may be other than in a run that was not interrupted"));
    if (t->kernels.missing)
        lince_trainer_warn(
            t,
            _("kernels that the run was begun with and that are not to be had here: %zu; last bits may be "
              "other than in a run that was not interrupted"),
            t->kernels.missing);
}

static int resume_run(lince_trainer *t, const char *command)
{
    tell_missing_kernels(t);
    LINCE_TRY(lince_group_all(t->group, lince_trainer_writes(t) ? lince_run_lock(&t->run) : 0));
    if (lince_trainer_writes(t)) lince_run_half_written(&t->run, true);
    return others_first(t, lince_trainer_restore, command);
}

/* A folder that could not be filled (a full disk) is no run: it is taken away again. */
static int fill_run(lince_trainer *t, const char *command)
{
    int code =
        lince_run_write_config(&t->run, t->settings, command, t->by_recipe ? t->blueprint.model : NULL);
    if (!code) code = lince_trainer_describe(t);
    if (!code) code = lince_trainer_save(t);
    if (code) lince_remove_folder(t->run.folder);
    return code;
}

static int begin_run(lince_trainer *t, const char *command)
{
    const lince_settings *s = t->settings;
    char wanted[LINCE_PATH_MAX];
    snprintf(wanted, sizeof wanted, "%s%s", s->out ? "" : "runs/", s->out ? s->out : t->blueprint.model);
    LINCE_TRY(lince_run_create(&t->run, wanted));
    LINCE_TRY(lince_run_lock(&t->run));
    if (s->out && strcmp(t->run.folder, wanted) != 0)
        lince_trainer_warn(t, _("%s exists already; this run goes to %s"), wanted, t->run.folder);
    return fill_run(t, command);
}

/* One folder for all. */
static int begin_together(lince_trainer *t, const char *command)
{
    int code = lince_group_all(t->group, lince_trainer_writes(t) ? begin_run(t, command) : 0);
    return code ? code : lince_group_broadcast(t->group, 0, t->run.folder, sizeof t->run.folder);
}

bool lince_trainer_writes(const lince_trainer *t)
{
    return t->group->rank == 0;
}

static int begin(lince_trainer *t, const lince_group *group, const lince_settings *settings,
                 const lince_observer *observer)
{
    *t = (lince_trainer){
        .settings = &t->own, .given = settings, .observer = observer, .group = group, .run.lock = -1};
    if (!lince_trainer_writes(t)) { /* what there is to say is said once */
        t->silent = (lince_observer){.size = sizeof t->silent, .stop = observer ? observer->stop : NULL};
        t->observer = &t->silent;
    } else
        t->observer = lince_progress_file_init(&t->told, &t->run, observer);
    LINCE_TRY(lince_settings_fill(&t->own, settings));
    if (settings->resume) LINCE_TRY(lince_resume_complete(&t->own, settings->resume));
    t->own.deterministic |= t->own.shards > 0; /* the same kernels for all */
    LINCE_TRY(check_settings(settings));
    return lince_trainer_settle_model(t);
}

static int open_and_choose(lince_trainer *t)
{
    LINCE_TRY(open_data(t));
    return choose(t);
}

static int look(lince_trainer *t)
{
    lince_opening opening = lince_trainer_opening(t);
    return t->blueprint.modality->look ? t->blueprint.modality->look(&opening) : 0;
}

/* Members look at samples together, each at a share, once it is known that they have the same data and settings. */
static int prepare(lince_trainer *t)
{
    LINCE_TRY(lince_group_all(t->group, open_and_choose(t)));
    LINCE_TRY(lince_trainer_agree(t));
    LINCE_TRY(lince_group_all(t->group, look(t)));
    LINCE_TRY(find_duplicates(t));
    LINCE_TRY(lince_group_all(t->group, choose_batch(t)));
    LINCE_TRY(open_loaders(t)); /* together: each reads its share */
    return open_model(t);
}

int lince_trainer_prepare(lince_trainer *t, const lince_settings *settings, const lince_observer *observer)
{
    LINCE_TRY(begin(t, &lince_alone, settings, observer));
    return prepare(t);
}

/* Its first step may take long. */
static void show_begin(lince_trainer *t)
{
    const lince_progress begin = {.size = sizeof begin,
                                  .phase = LINCE_PREPARING,
                                  .epoch = t->at.epoch + 1,
                                  .epochs = t->settings->epochs,
                                  .eta = -1};
    if (lince_trainer_writes(t)) lince_progress_file_show(&t->told, &begin);
}

int lince_trainer_open(lince_trainer *t, const lince_group *group, const lince_settings *settings,
                       const lince_observer *observer, const char *command)
{
    LINCE_TRY(lince_group_all(group, begin(t, group, settings, observer)));
    if (settings->resume) {
        int code = others_first(t, look_at_finished, command);
        if (code) return code;
    } else if (settings->lr == LINCE_TO_BE_FOUND)
        LINCE_TRY(lince_group_all(group, lince_range_test_choose(&t->own, t->observer)));
    LINCE_TRY(lince_group_all(group, prepare(t)));
    LINCE_TRY(lince_trainer_agree(t));
    int code = settings->resume ? resume_run(t, command) : begin_together(t, command);
    if (code) return code;
    show_begin(t);
    lince_trainer_log_open(t);
    return 0;
}

void lince_trainer_close(lince_trainer *t)
{
    lince_trainer_log_close(t);
    lince_update_release(&t->update, t->net);
    lince_net_free(t->net);
    lince_kept_release(&t->kernels);
    lince_loader_free(t->train);
    lince_loader_free(t->val);
    for (int i = 0; i < 2; i++) lince_features_release(&t->features[i]);
    lince_dataset_free(t->dataset);
    lince_blueprint_release(&t->blueprint);
    lince_settings_release(&t->own);
    lince_load_result_release(&t->loaded);
    lince_history_release(&t->history);
    lince_progress_file_end(&t->told);
    lince_run_unlock(&t->run);
    lince_free(t->class_weight);
    lince_free(t->positive_weight);
    lince_free(t->label_scratch);
    lince_leaks_release(&t->leaks);
    lince_results_release(&t->tested);
    lince_free(t->loss_each);
    lince_pieces_release(&t->pieces);
}
