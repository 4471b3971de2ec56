/* Test results by group, where groups are known: a speaker, a patient, a field. */
#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/memory.h"
#include "report/explain/explain.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 40 /* groups that are told of */ };

typedef struct group {
    const char *name;
    size_t count, right;
    size_t *mistakes; /* [classes][classes] of the group */
} group;

typedef struct groups {
    group *at;
    size_t count, capacity;
    lince_map numbers; /* by name: number + 1 */
} groups;

static int find(groups *g, const char *name, size_t classes, group **found)
{
    bool is_new;
    uint32_t *number = lince_map_at(&g->numbers, lince_hash(0, name, strlen(name)), &is_new);
    if (!number) return LINCE_ENOMEM;
    if (is_new) {
        if (lince_grow(&g->at, &g->capacity, g->count + 1, sizeof *g->at)) return LINCE_ENOMEM;
        g->at[g->count] = (group){.name = name, .mistakes = lince_alloc(classes * classes, sizeof(size_t))};
        *number = (uint32_t)++g->count;
    }
    *found = &g->at[*number - 1];
    return (*found)->mistakes ? 0 : LINCE_ENOMEM;
}

/* The least accurate first. */
static int by_accuracy(const void *a, const void *b)
{
    const group *x = a, *y = b;
    double left = (double)x->right / (double)x->count, right = (double)y->right / (double)y->count;
    return left != right ? (left > right) - (left < right) : strcmp(x->name, y->name);
}

static json_t *group_json(const group *g, char *const *names, size_t classes)
{
    size_t most = 0;
    for (size_t i = 1; i < classes * classes; i++)
        if (g->mistakes[i] > g->mistakes[most]) most = i;
    json_t *json = lince_json_pack("{s:s, s:I, s:I}", "name", g->name, "n", (json_int_t)g->count, "right",
                                   (json_int_t)g->right);
    if (g->mistakes[most])
        lince_json_put(&json, "mistake",
                       lince_json_pack("{s:s, s:s, s:I}", "true", names[most / classes], "predicted",
                                       names[most % classes], "n", (json_int_t)g->mistakes[most]));
    return json;
}

static int count_all(const lince_explainer *e, groups *g)
{
    size_t classes = (size_t)e->facts->test.classes;
    for (size_t i = 0; i < e->outcomes.count; i++) {
        const lince_outcome_row *row = &e->outcomes.rows[i];
        const char *name = lince_dataset_group(e->dataset, LINCE_TEST, e->index[i]);
        group *of;
        if (!name || !*name) continue;
        LINCE_TRY(find(g, name, classes, &of));
        of->count++;
        if (row->label == row->predicted)
            of->right++;
        else
            of->mistakes[(size_t)row->label * classes + (size_t)row->predicted]++;
    }
    return 0;
}

int lince_explain_groups(lince_explainer *e)
{
    groups g = {0};
    json_t *told = json_array();
    if (!lince_dataset_grouped(e->dataset)) {
        json_decref(told);
        return 0;
    }
    int code = count_all(e, &g);
    if (g.count > 1) qsort(g.at, g.count, sizeof *g.at, by_accuracy);
    for (size_t i = 0; i < g.count && i < MOST && !code; i++)
        lince_json_add(&told, group_json(&g.at[i], e->facts->test.names, (size_t)e->facts->test.classes));
    lince_json_put(&e->told, "groups", told);
    for (size_t i = 0; i < g.count; i++) lince_free(g.at[i].mistakes);
    lince_free(g.at);
    lince_map_release(&g.numbers);
    return code;
}
