/* Some of a data set's classes. */
#include "core/buffer.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "data/index/layout.h"

#include <string.h>

static const char *class_at(const void *dataset, size_t index)
{
    const lince_dataset *d = dataset;
    return index < d->class_count ? d->classes[index] : NULL;
}

bool lince_dataset_wants(const lince_dataset *d, const char *class, size_t length)
{
    const char *at = d->options->classes;
    if (!at || !*at) return true;
    for (size_t named; *at; at += named + (at[named] == ',')) {
        named = strcspn(at, ",");
        if (named == length && !strncmp(at, class, length)) return true;
    }
    return false;
}

/* A model's classes; none: count 0. */
typedef struct class_names {
    char *const *at;
    size_t count;
} class_names;

/* How many are called so; the first one's index in *index. */
static size_t count_named(class_names names, const char *name, size_t *index)
{
    size_t times = 0;
    for (size_t i = names.count; i-- > 0;)
        if (!strcmp(names.at[i], name)) *index = i, times++;
    return times;
}

/* Marks the class of this name; one that the model knows need not be there. */
static int choose(const lince_dataset *d, class_names known, const char *name, bool *chosen)
{
    size_t index;
    for (size_t c = 0; c < d->class_count; c++) {
        if (strcmp(d->classes[c], name) != 0) continue;
        if (chosen[c]) return lince_fail(LINCE_EUSAGE, "--classes: '%s' is given twice", name);
        chosen[c] = true;
        return 0;
    }
    if (count_named(known, name, &index)) return 0;
    const char *nearest = lince_nearest(name, class_at, d);
    if (nearest)
        return lince_fail(LINCE_EUSAGE, "--classes: there is no class '%s'; did you mean '%s'?", name,
                          nearest);
    return lince_fail(LINCE_EUSAGE, "--classes: there is no class '%s'; 'lince info' lists them", name);
}

/* `list` up to its commas; how many were chosen in *count. */
static int choose_all(const lince_dataset *d, class_names known, const char *list, bool *chosen,
                      size_t *count)
{
    for (const char *at = list; *at; (*count)++) {
        size_t length = strcspn(at, ",");
        char *name = lince_strndup(at, length);
        if (!name) return LINCE_ENOMEM;
        int code = choose(d, known, name, chosen);
        lince_free(name);
        if (code) return code;
        at += length + (at[length] == ',');
    }
    return 0;
}

/* Which classes stay, and what becomes of the others' samples. */
typedef struct choice {
    bool *chosen; /* [classes] */
    int *label;   /* [classes] their new numbers */
    bool listed;  /* samples of others are among those left out; of a training set that would be a long list
                     of what nobody asks for */
} choice;

static int leave_out(lince_dataset *d, lince_part part, const lince_sample *s)
{
    return lince_dataset_add_left_out(d, &(lince_left_out){.name = s->name,
                                                           .class = d->classes[s->label],
                                                           .reason = _("of a class that was not asked for"),
                                                           .part = part});
}

/* Of samples of one label only those of chosen classes stay; others lose the labels that are not. */
static int keep_samples(lince_dataset *d, lince_part part, const choice *c)
{
    lince_samples *samples = &d->parts[part];
    size_t kept = 0;
    for (size_t i = 0; i < samples->count; i++) {
        lince_sample sample = samples->at[i];
        if (!d->several && !c->chosen[sample.label]) {
            if (c->listed) LINCE_TRY(leave_out(d, part, &sample));
            continue;
        }
        samples->at[kept++] = sample;
    }
    samples->count = kept;
    return 0;
}

static int keep_classes(lince_dataset *d, const choice *c)
{
    size_t kept = 0;
    const char **classes = lince_alloc(d->class_count, sizeof *classes);
    int code = classes ? 0 : LINCE_ENOMEM;
    for (int p = 0; p < LINCE_PARTS && !code; p++) code = keep_samples(d, (lince_part)p, c);
    if (code) {
        lince_free(classes);
        return code;
    }
    for (size_t i = 0; i < d->class_count; i++) {
        c->label[i] = c->chosen[i] ? (int)kept : -1;
        if (c->chosen[i]) classes[kept++] = d->classes[i];
    }
    return lince_dataset_renumber(d, classes, kept, c->label);
}

static int select_classes(lince_dataset *d, const char *classes, class_names known)
{
    size_t count = 0, least = known.count ? 1 : 2;
    if (!classes || !*classes) return 0;
    choice c = {.chosen = lince_alloc(d->class_count, sizeof *c.chosen),
                .label = lince_alloc(d->class_count, sizeof *c.label),
                .listed = known.count > 0};
    int code = c.chosen && c.label ? choose_all(d, known, classes, c.chosen, &count) : LINCE_ENOMEM;
    if (!code && count < least)
        code = lince_fail(LINCE_EUSAGE, "--classes %s: expected two or more names", classes);
    if (!code) code = keep_classes(d, &c);
    lince_free(c.chosen);
    lince_free(c.label);
    return code;
}

int lince_dataset_select(lince_dataset *d, const char *classes)
{
    return select_classes(d, classes, (class_names){0});
}

/* --- a model's classes ---------------------------------------------------------------------------- */

static int refuse_unknown(const lince_dataset *d, class_names known)
{
    enum { SHOWN = 5 };
    size_t unknown = 0, index;
    lince_buffer list = {0};
    for (size_t c = 0; c < d->class_count; c++) {
        if (count_named(known, d->classes[c], &index)) continue;
        if (unknown++ <= SHOWN)
            lince_buffer_printf(&list, "%s%s", unknown > 1 ? ", " : "",
                                unknown <= SHOWN ? d->classes[c] : "...");
    }
    int code = list.error ? list.error
                          : lince_fail(LINCE_EDATA,
                                       "%s: classes that the model does not know: %zu of %zu (%s); "
                                       "--classes names those to take, --classes-file says how the model's "
                                       "are called",
                                       d->source.path, unknown, d->class_count, list.data);
    lince_buffer_release(&list);
    return code;
}

/* label[c]: the place of the data's class c among the model's. */
static int find_places(const lince_dataset *d, class_names known, int *label)
{
    for (size_t c = 0; c < d->class_count; c++) {
        size_t index = 0, times = count_named(known, d->classes[c], &index);
        if (times == 0) return refuse_unknown(d, known);
        if (times > 1)
            return lince_fail(LINCE_EDATA,
                              "%s: %zu classes of the model are called '%s': which is it? --classes-file "
                              "gives them other names",
                              d->source.path, times, d->classes[c]);
        label[c] = (int)index;
    }
    return 0;
}

static int take_classes(lince_dataset *d, class_names known, const int *label)
{
    const char **classes = lince_alloc(known.count, sizeof *classes);
    int code = classes ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; !code && i < known.count; i++)
        if (!(classes[i] = lince_names_add(&d->names, known.at[i]))) code = LINCE_ENOMEM;
    if (code) {
        lince_free(classes);
        return code;
    }
    return lince_dataset_renumber(d, classes, known.count, label);
}

int lince_dataset_match(lince_dataset *d, const char *classes, char *const *names, int count)
{
    class_names known = {names, (size_t)count};
    LINCE_TRY(select_classes(d, classes, known));
    int *label = lince_alloc(d->class_count, sizeof *label);
    if (!label) return LINCE_ENOMEM;
    int code = find_places(d, known, label);
    if (!code) code = take_classes(d, known, label);
    lince_free(label);
    return code;
}
