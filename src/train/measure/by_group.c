#include "train/measure/by_group.h"
#include "core/display.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "data/groups.h"
#include "metrics/paired.h"

#include <stdlib.h>
#include <string.h>

/* A label that a sample has, and what is answered instead of it. */
typedef struct entry {
    uint32_t group;
    int32_t class, answer; /* answer: the class where it was found; of several labels -1 where it was not */
} entry;

typedef struct tally {
    const char *name;                /* NULL: samples that stand by themselves */
    size_t count, right, begin, end; /* begin, end: entries */
} tally;

typedef struct table {
    const lince_evaluation *e;
    lince_groups found;
    tally *groups;  /* [found.count] */
    tally **order;  /* [told] the least accurate first */
    entry *entries; /* sorted by group, class, answer */
    size_t told, count, capacity;
} table;

/* --- counting ------------------------------------------------------------------------------------- */

static int add_entry(table *t, uint32_t group, int32_t class, int32_t answer)
{
    LINCE_TRY(lince_grow(&t->entries, &t->capacity, t->count + 1, sizeof *t->entries));
    t->entries[t->count++] = (entry){group, class, answer};
    return 0;
}

static int add_outcome(table *t, const lince_outcome *o)
{
    const lince_evaluation *e = t->e;
    uint32_t number = t->found.of[o->index];
    tally *g = &t->groups[number];
    if (!g->name) return 0;
    g->count++;
    g->right += o->right;
    if (!e->labelling->several) return add_entry(t, number, o->label, o->predicted);
    const bool *there = e->there + o->row * (size_t)e->classes,
               *answered = e->answered + o->row * (size_t)e->classes;
    for (int32_t c = 0; c < e->classes; c++)
        if (there[c]) LINCE_TRY(add_entry(t, number, c, answered[c] ? c : -1));
    return 0;
}

static int by_place(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    if (x->class != y->class) return x->class < y->class ? -1 : 1;
    return (x->answer > y->answer) - (x->answer < y->answer);
}

static int by_accuracy(const void *a, const void *b)
{
    const tally *x = *(tally *const *)a, *y = *(tally *const *)b;
    double left = (double)x->right / (double)x->count, right = (double)y->right / (double)y->count;
    return left != right ? (left > right) - (left < right) : strcmp(x->name, y->name);
}

static int count_all(table *t, const lince_samples *samples)
{
    LINCE_TRY(lince_groups_find(&t->found, samples));
    t->groups = lince_alloc(t->found.count + 1, sizeof *t->groups);
    t->order = lince_alloc(t->found.count + 1, sizeof *t->order);
    if (!t->groups || !t->order) return LINCE_ENOMEM;
    for (size_t i = 0; i < samples->count; i++)
        if (samples->at[i].group && *samples->at[i].group)
            t->groups[t->found.of[i]].name = samples->at[i].group;
    for (size_t i = 0; i < t->e->n; i++) LINCE_TRY(add_outcome(t, &t->e->outcomes[i]));
    if (t->count) qsort(t->entries, t->count, sizeof *t->entries, by_place);
    for (size_t i = 0; i < t->count; i++) {
        tally *g = &t->groups[t->entries[i].group];
        if (!g->end) g->begin = i;
        g->end = i + 1;
    }
    for (size_t i = 0; i < t->found.count; i++)
        if (t->groups[i].count) t->order[t->told++] = &t->groups[i];
    if (t->told) qsort(t->order, t->told, sizeof *t->order, by_accuracy);
    return 0;
}

/* --- telling -------------------------------------------------------------------------------------- */

static void put_class(const table *t, const entry *first, size_t count, json_t **classes)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) found += first[i].answer == first[i].class;
    lince_json_put(classes, t->e->names[first->class],
                   lince_json_pack("{s:f, s:I}", "recall", (double)found / (double)count, "support",
                                   (json_int_t)count));
}

/* Equal entries from `first` on, of `left`. */
static size_t alike(const entry *first, size_t left, bool answers)
{
    size_t n = 1;
    while (n < left && first[n].class == first->class && (!answers || first[n].answer == first->answer)) n++;
    return n;
}

static json_t *mistakes_of(const table *t, const tally *g)
{
    json_t *mistakes = json_array();
    for (size_t at = g->begin, n; at < g->end; at += n) {
        const entry *first = &t->entries[at];
        n = alike(first, g->end - at, true);
        if (first->class != first->answer)
            lince_json_add(&mistakes,
                           lince_json_pack("{s:s, s:s, s:I}", "true", t->e->names[first->class], "predicted",
                                           t->e->names[first->answer], "n", (json_int_t)n));
    }
    return mistakes;
}

static json_t *group_json(const table *t, const tally *g)
{
    char name[256];
    json_t *classes = json_object();
    lince_interval share = lince_wilson(g->right, g->count);
    for (size_t at = g->begin, n; at < g->end; at += n) {
        n = alike(&t->entries[at], g->end - at, false);
        put_class(t, &t->entries[at], n, &classes);
    }
    lince_name_for_display(name, sizeof name, g->name);
    json_t *json =
        lince_json_pack("{s:s, s:I, s:f, s:[f, f], s:o}", "name", name, "n", (json_int_t)g->count, "accuracy",
                        share.value, "interval", share.low, share.high, "per_class", classes);
    if (!t->e->labelling->several) lince_json_put(&json, "mistakes", mistakes_of(t, g));
    return json;
}

int lince_by_group(const lince_evaluation *e, const lince_dataset *dataset, lince_part part, json_t **json)
{
    table t = {.e = e};
    json_t *list = json_array();
    *json = NULL;
    int code = dataset->grouped ? count_all(&t, &dataset->parts[part]) : 0;
    for (size_t i = 0; i < t.told && i < LINCE_GROUPS_TOLD && !code; i++)
        lince_json_add(&list, group_json(&t, t.order[i]));
    if (!code && t.told) {
        *json = lince_json_pack("{s:I, s:o}", "n", (json_int_t)t.told, "of", list);
        if (!*json) code = lince_fail(LINCE_ENOMEM, "out of memory");
    } else
        json_decref(list);
    lince_free(t.entries);
    lince_free(t.order);
    lince_free(t.groups);
    lince_groups_release(&t.found);
    return code;
}
