/* What compare.json has of context (docs/formats.md). */
#include "core/json.h"
#include "report/compare/context.h"

#include <stdint.h>

static json_t *interval(const lince_interval *i)
{
    return lince_json_pack("[f, f, f]", i->value, i->low, i->high);
}

static json_t *slice_json(const lince_comparison *c, const lince_slice *s)
{
    static const char *const kinds[] = {
        [LINCE_SLICE_LENGTH] = "length",     [LINCE_SLICE_LONGEST] = "longest quarter",
        [LINCE_SLICE_NEGATION] = "negation", [LINCE_SLICE_CONTRAST] = "contrast",
        [LINCE_SLICE_TURNED] = "either",     [LINCE_SLICE_PLAIN] = "neither"};
    json_t *accuracy = json_array(), *p = json_array();
    for (size_t i = 0; i < c->count; i++) {
        lince_json_add(&accuracy, interval(&s->accuracy[i]));
        lince_json_add(&p, lince_json_measure(s->contests[i].p));
    }
    json_t *object = lince_json_pack("{s:s, s:I, s:o, s:o}", "kind", kinds[s->kind], "n", (json_int_t)s->n,
                                     "accuracy", accuracy, "p", p);
    if (s->kind > LINCE_SLICE_LONGEST) return object;
    lince_json_put(&object, "from", json_integer((json_int_t)s->from));
    lince_json_put(&object, "to", s->to == SIZE_MAX ? json_null() : json_integer((json_int_t)s->to));
    return object;
}

static json_t *reach_json(const lince_reach *r)
{
    json_t *points = json_array();
    for (int d = 0; d < r->distances; d++) {
        const lince_reach_point *at = &r->at[d];
        lince_json_add(&points, lince_json_pack("{s:I, s:f, s:f, s:f, s:f}", "texts", (json_int_t)at->count,
                                                "mean", at->mean, "median", at->median, "share mean",
                                                at->share_mean, "share median", at->share_median));
    }
    return lince_json_pack("{s:o, s:o}", "below a tenth at",
                           r->tenth < 0 ? json_null() : json_integer(r->tenth), "by distance", points);
}

static json_t *moved_json(const lince_moved *m)
{
    json_t *after = json_array(), *before = json_array();
    for (int k = 0; k < LINCE_MOVES; k++) {
        lince_json_add(&after, interval(&m->after[k]));
        lince_json_add(&before, interval(&m->before[k]));
    }
    return lince_json_pack("{s:o, s:o, s:f}", "behind the word", after, "before the text", before, "p",
                           m->farthest.p);
}

static json_t *shown_json(const lince_comparison *c)
{
    const lince_context *x = c->context;
    json_t *shown = json_array();
    for (size_t i = 0; i < x->shown_count; i++) {
        json_t *run = lince_json_pack("{s:s}", "run", c->facts[x->shown[i]].run.folder);
        if (x->reach) lince_json_put(&run, "reach", reach_json(&x->reach[i]));
        if (x->moved) lince_json_put(&run, "moved", moved_json(&x->moved[i]));
        lince_json_add(&shown, run);
    }
    return shown;
}

json_t *lince_context_json(const lince_comparison *c)
{
    const lince_context *x = c->context;
    if (*x->no_texts) return lince_json_pack("{s:s}", "missing", x->no_texts);
    json_t *slices = json_array(), *moves = json_array();
    for (size_t i = 0; i < x->slice_count; i++) lince_json_add(&slices, slice_json(c, &x->slices[i]));
    for (int k = 0; k < LINCE_MOVES; k++) lince_json_add(&moves, json_integer(lince_moves[k]));
    return lince_json_pack("{s:o, s:I, s:I, s:s, s:o, s:o}", "slices", slices, "reach texts",
                           (json_int_t)x->reach_texts, "moved texts", (json_int_t)x->moved_texts, "fillers",
                           x->fillers, "moves", moves, "runs", shown_json(c));
}
