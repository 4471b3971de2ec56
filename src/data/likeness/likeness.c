#include "data/likeness/likeness.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"

#include <stdatomic.h>

enum { GRAIN = 256 };

static int32_t label_of(const lince_likeness *l, size_t index)
{
    return lince_dataset_target(l->dataset, l->part, index);
}

static int note_content(lince_likeness *l, size_t i)
{
    bool is_new;
    uint32_t *first = lince_map_at(&l->first, l->content[i], &is_new);
    if (!first) return LINCE_ENOMEM;
    if (is_new) *first = (uint32_t)i + 1;
    if (label_of(l, *first - 1) == label_of(l, i)) return 0;
    uint32_t *other = lince_map_at(&l->other, l->content[i], &is_new);
    if (!other) return LINCE_ENOMEM;
    if (is_new) *other = (uint32_t)i + 1;
    return 0;
}

static int begin(lince_likeness *l)
{
    if (!(l->content = lince_alloc(l->count, sizeof *l->content))) return LINCE_ENOMEM;
    return l->kind->begin ? l->kind->begin(l) : 0;
}

int lince_likeness_open(lince_likeness *l, const lince_group *group, const lince_likeness_kind *kind,
                        lince_dataset *dataset, lince_part part, int threads, const lince_watch *watch)
{
    *l = (lince_likeness){.kind = kind,
                          .group = group,
                          .dataset = dataset,
                          .part = part,
                          .count = lince_dataset_count(dataset, part)};
    LINCE_TRY(lince_group_all(group, begin(l)));
    return lince_group_all(group, l->kind->open(l, threads, watch));
}

int lince_likeness_gather(const lince_likeness *l, void *items, size_t item)
{
    return lince_group_gather(l->group, items, l->count, (size_t)l->group->size, item);
}

typedef struct signing {
    lince_likeness *likeness;
    lince_sign *sign;
    const void *context;
    size_t begin; /* of the piece */
} signing;

static void sign_range(void *context, size_t begin, size_t end)
{
    LINCE_PLAIN_LOCALE;
    const signing *s = context;
    for (size_t i = begin; i < end; i++) s->sign(s->likeness, s->context, s->begin + i);
}

static int sign_share(signing work, lince_share share, int threads, const lince_watch *watch)
{
    enum { PIECE = 32 }; /* samples between two looks at the watch, for each thread */
    size_t piece = (size_t)PIECE * (size_t)threads, end = share.begin + share.count;
    for (work.begin = share.begin; work.begin < end; work.begin += piece) {
        size_t left = end - work.begin;
        if (watch && watch->stop && *watch->stop) return lince_fail(LINCE_EINTERRUPTED, "interrupted");
        if (watch && watch->progress) watch->progress(watch->context, work.begin - share.begin, share.count);
        lince_parallel_ranges(threads, left < piece ? left : piece, 1, sign_range, &work);
    }
    if (watch && watch->progress) watch->progress(watch->context, share.count, share.count);
    return 0;
}

int lince_likeness_sign(lince_likeness *l, int threads, const lince_watch *watch, lince_sign *sign,
                        const void *context)
{
    const signing work = {.likeness = l, .sign = sign, .context = context};
    if (!l->kind->gather) return sign_share(work, (lince_share){0, l->count}, threads, watch);
    LINCE_TRY(
        lince_group_all(l->group, sign_share(work, lince_group_share(l->group, l->count), threads, watch)));
    LINCE_TRY(lince_likeness_gather(l, l->content, sizeof *l->content));
    return l->kind->gather(l);
}

int lince_likeness_index(lince_likeness *l)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->content[i]) LINCE_TRY(note_content(l, i));
    return 0;
}

void lince_likeness_close(lince_likeness *l)
{
    if (l->state) l->kind->close(l);
    lince_map_release(&l->first);
    lince_map_release(&l->other);
    lince_free(l->content);
    *l = (lince_likeness){0};
}

bool lince_likeness_is_first(const lince_likeness *l, size_t i)
{
    const uint32_t *first = l->content[i] ? lince_map_find(&l->first, l->content[i]) : NULL;
    return first && *first == i + 1;
}

bool lince_likeness_counts(const lince_likeness *in, const lince_likeness *of, bool relabelled, size_t index,
                           size_t from)
{
    return !relabelled || label_of(in, from) != label_of(of, index);
}

static void find_exact(const lince_likeness *in, const lince_likeness *of, bool relabelled, size_t i,
                       lince_match *match)
{
    const lince_map *const maps[] = {&in->first, &in->other};
    for (int m = 0; m < 2 && of->content[i] && match->index == LINCE_UNLIKE; m++) {
        const uint32_t *found = lince_map_find(maps[m], of->content[i]);
        if (found && lince_likeness_counts(in, of, relabelled, i, *found - 1))
            *match = (lince_match){*found - 1, true, 1};
    }
}

typedef struct search {
    const lince_likeness *in, *of;
    bool relabelled;
    lince_match *matches;
    atomic_bool failed; /* out of memory */
} search;

static void find_range(void *context, size_t begin, size_t end)
{
    LINCE_PLAIN_LOCALE;
    search *s = context;
    for (size_t i = begin; i < end; i++) {
        s->matches[i] = (lince_match){.index = LINCE_UNLIKE};
        find_exact(s->in, s->of, s->relabelled, i, &s->matches[i]);
    }
    if (s->in->kind->find(s->in, s->of, s->relabelled, begin, end, s->matches)) s->failed = true;
}

int lince_likeness_find(const lince_likeness *in, const lince_likeness *of, bool relabelled, int threads,
                        lince_match *matches)
{
    search s = {.in = in, .of = of, .relabelled = relabelled, .matches = matches};
    lince_parallel_ranges(threads, of->count, GRAIN, find_range, &s);
    return s.failed ? lince_fail(LINCE_ENOMEM, "out of memory while looking for duplicates") : 0;
}
