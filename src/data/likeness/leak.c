#include "data/likeness/leak.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "data/index/layout.h"
#include "data/likeness/likeness.h"

#include <stdio.h>
#include <string.h>

typedef struct search {
    lince_leaks *leaks;
    const lince_leak_options *options;
    lince_dataset *dataset;
    lince_likeness parts[LINCE_PARTS];
} search;

/* --- counting ------------------------------------------------------------------------------------- */

static bool are_kin(const lince_dataset *d, const lince_leak *leak, size_t index, size_t from)
{
    const char *a = lince_dataset_group(d, leak->part, index), *b = lince_dataset_group(d, leak->from, from);
    return a && b && *a && !strcmp(a, b);
}

static lince_leak_sample sample_at(const lince_dataset *d, lince_part part, size_t index)
{
    return (lince_leak_sample){lince_dataset_name(d, part, index), lince_dataset_labels_name(d, part, index),
                               lince_dataset_text(d, part, index)};
}

static void take_examples(lince_leak *leak, const lince_dataset *d, const lince_match *matches, bool exact)
{
    for (size_t i = 0; i < leak->count && leak->example_count < LINCE_LEAK_EXAMPLES; i++) {
        const lince_match *m = &matches[i];
        if (m->index == LINCE_UNLIKE || m->exact != exact) continue;
        leak->examples[leak->example_count++] =
            (lince_leak_pair){sample_at(d, leak->part, i), sample_at(d, leak->from, m->index), m->similarity};
    }
}

static void count(lince_leak *leak, const lince_dataset *d, const lince_match *matches)
{
    for (size_t i = 0; i < leak->count; i++) {
        const lince_match *m = &matches[i];
        if (m->index == LINCE_UNLIKE) continue;
        leak->exact += m->exact;
        leak->near += !m->exact;
        leak->kin += are_kin(d, leak, i, m->index);
        leak->relabelled +=
            lince_dataset_target(d, leak->part, i) != lince_dataset_target(d, leak->from, m->index);
    }
    take_examples(leak, d, matches, false);
    take_examples(leak, d, matches, true);
}

/* The later part says more: what is tested with matters most. */
static void mark(lince_leaks *leaks, lince_part part, size_t index, lince_part where)
{
    uint8_t *elsewhere = part < LINCE_TEST ? leaks->elsewhere[part] : NULL;
    if (elsewhere && where >= part && elsewhere[index] < 1 + where) elsewhere[index] = (uint8_t)(1 + where);
}

static void mark_all(lince_leaks *leaks, lince_part part, lince_part from, const lince_match *matches,
                     size_t count)
{
    bool known = part == LINCE_TEST && from == LINCE_TRAIN;
    for (size_t i = 0; i < count; i++) {
        if (known) leaks->test_known[i] = matches[i].index != LINCE_UNLIKE;
        if (matches[i].index == LINCE_UNLIKE) continue;
        mark(leaks, part, i, from);
        mark(leaks, from, matches[i].index, part);
    }
}

/* --- pairs of parts ------------------------------------------------------------------------------- */

static int match(search *s, lince_part part, lince_part from, lince_match **matches)
{
    const lince_likeness *of = &s->parts[part], *in = &s->parts[from];
    if (!(*matches = lince_alloc(of->count, sizeof **matches))) return LINCE_ENOMEM;
    int code = lince_likeness_find(in, of, part == from, s->options->threads, *matches);
    if (!code) mark_all(s->leaks, part, from, *matches, of->count);
    return code;
}

/* A sample has one match only: the other copies of it find it in their turn. */
static int match_back(search *s, lince_part part, lince_part from)
{
    lince_match *matches;
    if (!s->options->thorough || part == from) return 0;
    int code = match(s, from, part, &matches);
    lince_free(matches);
    return code;
}

static int look_between(search *s, lince_part part, lince_part from)
{
    lince_match *matches;
    size_t size = s->parts[part].count;
    if (!size || !s->parts[from].count) return 0;
    if (part == LINCE_TEST && from == LINCE_TRAIN)
        if (!(s->leaks->test_known = lince_alloc(size, sizeof(bool)))) return LINCE_ENOMEM;
    int code = match(s, part, from, &matches);
    if (!code) {
        lince_leak *leak = &s->leaks->at[s->leaks->count++];
        *leak = (lince_leak){.part = part, .from = from, .count = size};
        count(leak, s->dataset, matches);
        code = match_back(s, part, from);
    }
    lince_free(matches);
    return code;
}

static int look_through(search *s)
{
    static const lince_part pairs[LINCE_LEAKS][2] = {{LINCE_TEST, LINCE_TRAIN}, {LINCE_VAL, LINCE_TRAIN},
                                                     {LINCE_TEST, LINCE_VAL},   {LINCE_TRAIN, LINCE_TRAIN},
                                                     {LINCE_VAL, LINCE_VAL},    {LINCE_TEST, LINCE_TEST}};
    for (int p = 0; p < LINCE_PARTS; p++) {
        if (p == LINCE_VAL && s->options->val_is_test) continue;
        LINCE_TRY(lince_likeness_open(&s->parts[p], s->options->group ? s->options->group : &lince_alone,
                                      s->options->kind, s->dataset, (lince_part)p, s->options->threads,
                                      s->options->watch));
    }
    for (int p = 0; p < LINCE_TEST; p++)
        if (!(s->leaks->elsewhere[p] = lince_alloc(lince_dataset_count(s->dataset, (lince_part)p), 1)))
            return LINCE_ENOMEM;
    for (int i = 0; i < LINCE_LEAKS; i++) LINCE_TRY(look_between(s, pairs[i][0], pairs[i][1]));
    return 0;
}

int lince_leaks_find(lince_leaks *leaks, lince_dataset *dataset, const lince_leak_options *options)
{
    search s = {.leaks = leaks, .options = options, .dataset = dataset};
    *leaks = (lince_leaks){0};
    int code = look_through(&s);
    for (int p = 0; p < LINCE_PARTS; p++) lince_likeness_close(&s.parts[p]);
    return code;
}

void lince_leaks_release(lince_leaks *leaks)
{
    lince_free(leaks->test_known);
    for (int p = 0; p < LINCE_TEST; p++) lince_free(leaks->elsewhere[p]);
    *leaks = (lince_leaks){0};
}

const lince_leak *lince_leak_between(const lince_leaks *leaks, lince_part part, lince_part from)
{
    for (size_t i = 0; i < leaks->count; i++)
        if (leaks->at[i].part == part && leaks->at[i].from == from) return &leaks->at[i];
    return NULL;
}

/* --- leaving out ---------------------------------------------------------------------------------- */

static void explain(char *reason, size_t size, lince_part part, lince_part where)
{
    if (where == part)
        snprintf(reason, size, "%s", _("is there under another label, too"));
    else
        snprintf(reason, size, _("is also in the %s part"), lince_part_title(where));
}

/* Of the validation part, those of two labels stay: they are measured with. */
static int drop_from(const lince_leaks *leaks, lince_dataset *d, lince_part part, size_t *dropped)
{
    const uint8_t *elsewhere = leaks->elsewhere[part];
    size_t count = lince_dataset_count(d, part);
    lince_removal *drops = lince_alloc(count, sizeof *drops);
    if (!drops) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (!elsewhere[i] || (part == LINCE_VAL && elsewhere[i] == 1 + LINCE_VAL)) continue;
        drops[*dropped].index = i;
        explain(drops[(*dropped)++].reason, sizeof drops->reason, part, (lince_part)(elsewhere[i] - 1));
    }
    int code = lince_dataset_drop(d, part, drops, *dropped);
    lince_free(drops);
    return code;
}

int lince_leaks_drop(const lince_leaks *leaks, lince_dataset *d, size_t dropped[LINCE_PARTS])
{
    memset(dropped, 0, LINCE_PARTS * sizeof *dropped);
    for (int p = 0; p < LINCE_TEST; p++) LINCE_TRY(drop_from(leaks, d, (lince_part)p, &dropped[p]));
    for (int c = 0; c < lince_dataset_classes(d) && dropped[LINCE_TRAIN] && !lince_dataset_several(d); c++)
        if (!lince_dataset_class_count(d, LINCE_TRAIN, c))
            return lince_fail(LINCE_EDATA,
                              "%s: every training sample of the class %s is also in another part or under "
                              "another label; without --drop-duplicates they are kept",
                              lince_dataset_path(d), lince_dataset_class(d, c));
    return 0;
}
