/* Recordings: those whose samples are the same, whatever file they lie in. */
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "data/index/layout.h"
#include "data/likeness/likeness.h"
#include "sound/wave.h"

enum { PIECE = 32 /* recordings between two looks at the watch, for each thread */ };

typedef struct listening {
    lince_likeness *likeness;
    size_t begin; /* of the piece */
} listening;

/* What cannot be read is like nothing: the loader will tell of it. */
static void listen(lince_likeness *l, size_t i)
{
    lince_source *source = &l->dataset->source;
    const lince_entry *entry = &source->entries[l->dataset->parts[l->part].at[i].entry];
    lince_bytes bytes;
    lince_wave wave;
    if (lince_source_read(source, entry, &bytes)) return;
    if (!lince_wave_decode(&wave, bytes.data, bytes.size, entry->name)) {
        l->content[i] = lince_hash_content(wave.samples, wave.count * sizeof *wave.samples) | 1;
        lince_wave_release(&wave);
    }
    lince_bytes_release(&bytes);
}

static void listen_to_range(void *context, size_t begin, size_t end)
{
    const listening *w = context;
    for (size_t i = begin; i < end; i++) listen(w->likeness, w->begin + i);
}

static int listen_to_all(lince_likeness *l, int threads, const lince_watch *watch)
{
    listening work = {.likeness = l};
    size_t piece = (size_t)PIECE * (size_t)threads;
    for (; work.begin < l->count; work.begin += piece) {
        size_t left = l->count - work.begin;
        if (watch && watch->stop && *watch->stop) return lince_fail(LINCE_EINTERRUPTED, "interrupted");
        if (watch && watch->progress) watch->progress(watch->context, work.begin, l->count);
        lince_parallel_ranges(threads, left < piece ? left : piece, 1, listen_to_range, &work);
    }
    if (watch && watch->progress) watch->progress(watch->context, l->count, l->count);
    return lince_likeness_index(l);
}

static int find(const lince_likeness *in, const lince_likeness *of, bool relabelled, size_t begin, size_t end,
                lince_match *matches)
{
    (void)in, (void)of, (void)relabelled, (void)begin, (void)end, (void)matches;
    return 0;
}

static void close_listening(lince_likeness *l)
{
    (void)l;
}

const lince_likeness_kind lince_likeness_sounds = {.open = listen_to_all,
                                                   .find = find,
                                                   .close = close_listening};
