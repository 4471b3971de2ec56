#include "train/data/leaks.h"
#include "core/display.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/parallel.h"
#include "core/watch.h"
#include "modality/modality.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_EXAMPLES = 3, SHOWN = 100 /* bytes of a text or name */ };

typedef struct telling {
    const lince_dataset *dataset;
    void (*to)(void *context, const char *sentence);
    void *context;
    size_t told;
} telling;

static void say(telling *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(telling *t, const char *format, ...)
{
    char sentence[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    t->to(t->context, sentence);
    t->told++;
}

/* A text by its words, a picture by its file. */
static const char *show(const lince_leak_sample *sample, char out[SHOWN])
{
    lince_name_for_display(out, SHOWN, sample->text ? sample->text : sample->name);
    return out;
}

static void tell_example(telling *t, const lince_leak *leak, const lince_leak_pair *pair)
{
    char sample[SHOWN], like[SHOWN];
    double alike = 100 * pair->similarity;
    show(&pair->sample, sample);
    show(&pair->like, like);
    if (pair->sample.text)
        say(t, _("  %3.0f %% alike: \"%s\" (%s) and \"%s\" (%s)"), alike, sample, pair->sample.name, like,
            pair->like.name);
    else
        say(t, _("  %3.0f %% alike: %s (%s, %s) and %s (%s, %s)"), alike, sample,
            lince_part_title(leak->part), pair->sample.class, like, lince_part_title(leak->from),
            pair->like.class);
}

/* Says which column tells what belongs together, where most of what stands twice agrees in it. */
static void suggest_groups(telling *t, const lince_leak *leak)
{
    const lince_table_facts *table = lince_dataset_table(t->dataset);
    size_t found = leak->exact + leak->near;
    if (!table || !*table->group_column || 2 * leak->kin < found) return;
    const char *column = table->group_column;
    say(t,
        _("%.0f %% of them have the same value in column %s: '--split-by group --group-column %.*s' "
          "keeps such texts on one side"),
        100.0 * (double)leak->kin / (double)found, column, (int)strcspn(column, " "), column);
}

static void tell_shared(telling *t, const lince_leak *leak)
{
    const char *part = lince_part_title(leak->part), *from = lince_part_title(leak->from);
    double share = 100 * (double)(leak->exact + leak->near) / (double)leak->count;
    say(t, _(lince_modality_of_data(t->dataset)->shared), part, from, leak->exact, leak->near, leak->count,
        share);
    if (leak->relabelled) say(t, _("  under another label: %zu of them"), leak->relabelled);
}

static void tell_relabelled(telling *t, const lince_leak *leak)
{
    say(t, _(lince_modality_of_data(t->dataset)->relabelled), lince_part_title(leak->part),
        leak->exact + leak->near, leak->count);
}

/* With examples for the first of them, and for each kind. */
static void tell_leak(telling *t, const lince_leak *leak, bool examples)
{
    if (leak->part == leak->from)
        tell_relabelled(t, leak);
    else
        tell_shared(t, leak);
    for (size_t i = 0; examples && i < leak->example_count && i < SHOWN_EXAMPLES; i++)
        tell_example(t, leak, &leak->examples[i]);
    if (examples) suggest_groups(t, leak);
}

size_t lince_leaks_tell(const lince_leaks *leaks, const lince_dataset *dataset,
                        void (*to)(void *context, const char *sentence), void *context)
{
    telling t = {.dataset = dataset, .to = to, .context = context};
    bool told[2] = {false, false};
    for (size_t i = 0; i < leaks->count; i++) {
        const lince_leak *leak = &leaks->at[i];
        int relabelled = leak->part == leak->from;
        if (!(leak->exact + leak->near)) continue;
        tell_leak(&t, leak, !told[relabelled]);
        told[relabelled] = true;
    }
    return t.told;
}

static void tell_searching(void *context, size_t done, size_t total)
{
    const lince_observer *o = context;
    o->progress(o->context, &(lince_progress){.size = sizeof(lince_progress),
                                              .phase = LINCE_SEARCHING,
                                              .step = done,
                                              .steps = total,
                                              .eta = -1});
}

int lince_leaks_look(lince_leaks *leaks, const lince_group *group, lince_dataset *dataset, bool val_is_test,
                     bool thorough, const lince_observer *observer)
{
    lince_watch watch = lince_watch_for(observer);
    if (watch.progress) watch.progress = tell_searching;
    lince_leak_options options = {.kind = lince_modality_of_data(dataset)->likeness,
                                  .val_is_test = val_is_test,
                                  .thorough = thorough,
                                  .threads = lince_group_threads(group),
                                  .watch = &watch,
                                  .group = group};
    return lince_leaks_find(leaks, dataset, &options);
}

/* --- as JSON -------------------------------------------------------------------------------------- */

static json_t *example_json(const lince_leak_pair *pair)
{
    json_t *example = lince_json_pack("{s:s, s:s, s:s, s:s, s:f}", "path", pair->sample.name, "class",
                                      pair->sample.class, "like_path", pair->like.name, "like_class",
                                      pair->like.class, "similarity", pair->similarity);
    if (pair->sample.text) {
        lince_json_put(&example, "text", lince_json_string(pair->sample.text));
        lince_json_put(&example, "like", lince_json_string(pair->like.text));
    }
    return example;
}

static json_t *leak_json(const lince_leak *leak)
{
    json_t *examples = json_array();
    for (size_t i = 0; i < leak->example_count; i++)
        lince_json_add(&examples, example_json(&leak->examples[i]));
    return lince_json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "part", lince_part_name(leak->part),
                           "from", lince_part_name(leak->from), "n", (json_int_t)leak->count, "exact",
                           (json_int_t)leak->exact, "near", (json_int_t)leak->near, "relabelled",
                           (json_int_t)leak->relabelled, "same_group", (json_int_t)leak->kin, "examples",
                           examples);
}

json_t *lince_leaks_json(const lince_leaks *found)
{
    json_t *leaks = json_array();
    for (size_t i = 0; i < found->count; i++) lince_json_add(&leaks, leak_json(&found->at[i]));
    return leaks;
}
