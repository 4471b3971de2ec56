#include "core/file.h"
#include "core/json.h"
#include "optim/optim.h"
#include "optim/schedule/schedule.h"
#include "report/run/sections.h"
#include "settings/criterion.h"
#include "settings/settings.h"
#include "train/data/class_weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- the choices that matter, in words ------------------------------------------------------------ */

static double base_lr(const lince_settings *s)
{
    const lince_optimizer *o = lince_optimizer_named(s->optimizer);
    return s->lr > 0 ? s->lr : o ? o->usual_lr : 0;
}

static void tell(lince_document *d, const char *what, const char *value)
{
    lince_document_cell(d, "%s", what);
    lince_document_cell(d, "%s", value);
    lince_document_row(d);
}

/* ", classes weighted: cat 2, dog 0.5, ...": those that are not 1, as many as fit. */
static void put_given_weights(lince_document *d, const lince_facts *f, lince_buffer *out)
{
    enum { SHOWN = 8 };
    const json_t *weights = json_object_get(f->data, "class_weights"),
                 *names = json_object_get(f->data, "classes");
    size_t shown = 0;
    lince_buffer_puts(out, TR(", classes weighted"));
    for (size_t c = 0; c < json_array_size(weights) && shown <= SHOWN; c++) {
        const char *name = json_string_value(json_array_get(names, c));
        double weight = lince_fact_number_at(weights, c);
        if (weight == 1 || !name) continue;
        if (shown == SHOWN)
            lince_buffer_puts(out, ", ...");
        else
            lince_buffer_printf(out, "%s %s %g", shown ? "," : ":", name, weight);
        shown++;
    }
}

static void tell_loss(lince_document *d, const lince_facts *f)
{
    const lince_settings *s = &f->settings;
    lince_buffer text = {0};
    lince_loss loss;
    if (lince_criterion(&loss, s)) return;
    lince_buffer_printf(&text, TR(loss.type->title), loss.number);
    if (s->label_smoothing > 0) lince_buffer_printf(&text, TR(", label smoothing %g"), s->label_smoothing);
    if (lince_weighs_classes(s) && !strcmp(s->class_weights, "balanced"))
        lince_buffer_puts(&text, TR(", classes weighted by their rarity"));
    else if (lince_weighs_classes(s))
        put_given_weights(d, f, &text);
    if (text.data) tell(d, TR("loss"), text.data);
    lince_buffer_release(&text);
}

static void tell_sampler(lince_document *d, const lince_settings *s)
{
    if (!strcmp(s->sampler, "balanced"))
        tell(d, TR("sampler"), TR("balanced: each class is drawn as often as the others, with replacement"));
}

static void tell_optimizer(lince_document *d, const lince_settings *s)
{
    char text[256];
    const lince_optimizer *o = lince_optimizer_named(s->optimizer);
    if (o && o->usual_momentum > 0 && s->momentum > 0)
        snprintf(text, sizeof text,
                 s->nesterov || o->nesterov ? TR("%s, Nesterov momentum %g") : TR("%s, momentum %g"),
                 s->optimizer, s->momentum);
    else
        snprintf(text, sizeof text, "%s", s->optimizer);
    size_t used = strlen(text);
    if (s->weight_decay > 0)
        snprintf(text + used, sizeof text - used,
                 s->decay_norms ? TR(", weight decay %g, of norms and biases too")
                                : TR(", weight decay %g, not of norms and biases"),
                 s->weight_decay);
    tell(d, TR("optimizer"), text);
}

static void tell_rate(lince_document *d, const lince_settings *s)
{
    char text[256];
    const lince_schedule_type *type = lince_schedule_named(s->scheduler);
    if (!type) type = &lince_constant_schedule; /* left open, before there were recipes */
    type->describe(&(lince_schedule){.lr = base_lr(s),
                                     .min_lr = s->min_lr,
                                     .gamma = s->gamma,
                                     .step_size = s->step_size},
                   TR(type->about), text, sizeof text);
    size_t used = strlen(text);
    if (s->warmup_epochs > 0)
        snprintf(text + used, sizeof text - used, TR(", warm-up (epochs): %g"), s->warmup_epochs);
    tell(d, TR("learning rate"), text);
}

static void tell_recipe(lince_document *d, const lince_facts *f)
{
    char text[256];
    const char *of = lince_fact_text(f->model, "recipe");
    snprintf(text, sizeof text, TR("default of %s: optimizer, learning rate and schedule were left open"),
             of);
    if (*of) tell(d, TR("recipe"), text);
}

/* What makes the rate another for parts of the network. */
static void tell_rates(lince_document *d, const lince_settings *s)
{
    char text[64];
    snprintf(text, sizeof text, "%g", s->lr_backbone);
    if (s->lr_backbone > 0) tell(d, TR("learning rate of all but the head"), text);
    snprintf(text, sizeof text, TR("times %g from each part to the one before it"), s->layer_decay);
    if (s->layer_decay != 1) tell(d, TR("learning rate by layer"), text);
    if (s->lr_factor) tell(d, TR("factors of the learning rate"), s->lr_factor);
    if (s->decay_factor) tell(d, TR("factors of the weight decay"), s->decay_factor);
}

static void tell_lengths(lince_document *d, const lince_facts *f)
{
    char text[256];
    const lince_settings *s = &f->settings;
    double n = lince_fact_number(json_object_get(json_object_get(f->data, "parts"), "train"), "n");
    double batches = ceil(n / s->batch_size);
    if (s->accumulate > 1)
        snprintf(text, sizeof text, TR("%d, %d of them an update (updates in an epoch: %.0f)"), s->batch_size,
                 s->accumulate, ceil(batches / s->accumulate));
    else
        snprintf(text, sizeof text, TR("%d (steps in an epoch: %.0f)"), s->batch_size, batches);
    tell(d, TR("batch size"), text);
    if ((size_t)s->epochs == f->history.count)
        snprintf(text, sizeof text, "%d", s->epochs);
    else
        snprintf(text, sizeof text, TR("%zu of at most %d"), f->history.count, s->epochs);
    tell(d, TR("epochs"), text);
}

/* Of a finished run that went on. */
static void tell_stages(lince_document *d, const lince_facts *f)
{
    for (size_t i = 0; i < json_array_size(f->stages); i++) {
        char text[256], from[64];
        const json_t *stage = json_array_get(f->stages, i);
        bool schedule = !strcmp(lince_fact_text(stage, "schedule"), "goes on"),
             optimizer = !strcmp(lince_fact_text(stage, "optimizer"), "goes on");
        snprintf(from, sizeof from, TR("from epoch %.0f on"), lince_fact_number(stage, "epoch"));
        snprintf(text, sizeof text, "%s; %s",
                 schedule ? TR("a new stage: the schedule of the learning rate goes on")
                          : TR("a new stage: the schedule of the learning rate begins anew"),
                 optimizer ? TR("the optimizer's state goes on") : TR("the optimizer's state begins anew"));
        tell(d, from, text);
    }
}

static void tell_rest(lince_document *d, const lince_settings *s)
{
    char text[160];
    snprintf(text, sizeof text, "%g", s->dropout);
    if (s->dropout >= 0) tell(d, TR("dropout in the classifier"), text);
    snprintf(text, sizeof text, TR("norm at most %g"), s->clip_grad);
    if (s->clip_grad > 0) tell(d, TR("gradient clipping"), text);
    snprintf(text, sizeof text, TR("moving, decay %g"), s->ema);
    if (s->ema > 0) tell(d, TR("average of the weights"), text);
    snprintf(text, sizeof text,
             s->lookahead_power > 0
                 ? TR("updates: %d, then 1 - (1 - %g) t^%g of the way after the share t of the training")
                 : TR("updates: %d, then %g of the way"),
             s->lookahead, s->lookahead_alpha, s->lookahead_power);
    if (s->lookahead) tell(d, TR("lookahead"), text);
    snprintf(text, sizeof text,
             s->swa < 1 ? TR("equal, of the last %g of the epochs") : TR("equal, of the last epochs: %g"),
             s->swa);
    if (s->swa > 0) tell(d, TR("average of the weights"), text);
    snprintf(text, sizeof text, TR("epochs without a better validation: %d"), s->patience);
    if (s->patience > 0) tell(d, TR("early stopping"), text);
    snprintf(text, sizeof text, "%llu", (unsigned long long)s->seed);
    tell(d, TR("seed"), text);
}

static void write_choices(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {N_("hyperparameter"), N_("value")};
    lince_document_table_begin(d, 2);
    lince_document_headings(d, headings, 2);
    tell_loss(d, f);
    tell_sampler(d, &f->settings);
    tell_recipe(d, f);
    tell_optimizer(d, &f->settings);
    tell_rate(d, &f->settings);
    tell_rates(d, &f->settings);
    tell_lengths(d, f);
    tell_stages(d, f);
    tell_rest(d, &f->settings);
    lince_document_table_end(d);
}

/* --- every option --------------------------------------------------------------------------------- */

static void write_option(lince_document *d, const lince_facts *f, const lince_setting_info *info)
{
    char number[LINCE_NUMBER_MAX];
    const char *value = lince_settings_text(&f->settings, info->name, number);
    lince_document_cell(d, "--%s", info->name);
    lince_document_cell(d, "%s", !*value ? "–" : info->value ? value : TR(value));
    lince_document_cell(d, "%s", !*info->standard ? "–" : info->value ? info->standard : TR(info->standard));
    lince_document_cell(d, "%s", TR(info->help));
    if (strcmp(value, info->standard) != 0)
        lince_document_row_marked(d);
    else
        lince_document_row(d);
}

void lince_section_settings(lince_document *d, const lince_facts *f)
{
    static const char *const headings[] = {N_("option"), N_("value"), N_("default"), N_("meaning")};
    const lince_setting_info *info;
    write_choices(d, f);
    lince_document_subheading(d, TR("Every option"));
    lince_document_paragraph(d, "%s", TR("Marked rows differ from lince's defaults."));
    lince_document_table_begin(d, 4);
    lince_document_headings(d, headings, 4);
    for (size_t i = 0; (info = lince_setting_at(i)); i++) write_option(d, f, info);
    lince_document_table_end(d);
}
