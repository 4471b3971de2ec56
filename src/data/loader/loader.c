#include "data/loader/loader.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/random.h"
#include "data/loader/content.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* --- what an epoch has ---------------------------------------------------------------------------- */

static void shuffle(lince_loader *l)
{
    lince_random_permutation(lince_key(l->options.seed, LINCE_STREAM_SHUFFLE, (uint64_t)l->epoch, 0),
                             l->order, l->count);
    for (size_t i = 0; i < l->count && l->good; i++) l->order[i] = l->good[l->order[i]];
}

/* Into loader->order: all samples, or where it is training those that are drawn. */
static void draw(lince_loader *l)
{
    if (l->balanced)
        lince_sampler_draw(&l->sampler, l->options.seed, l->epoch, l->order);
    else if (l->division.drawn)
        lince_division_deal(&l->division, l->options.seed, l->epoch, l->order);
    else if (l->options.train)
        shuffle(l);
    else
        for (size_t i = 0; i < l->count; i++) l->order[i] = l->good ? l->good[i] : (uint32_t)i;
}

static void count_turns(lince_loader *l)
{
    memset(l->drawn, 0, lince_dataset_count(l->dataset, l->part) * sizeof *l->drawn);
    for (size_t i = 0; i < l->count; i++) l->turn[i] = l->drawn[l->order[i]]++;
}

lince_occasion lince_loader_occasion(const lince_loader *l, const lince_slot *s, size_t i)
{
    size_t place = s->first + i;
    return (lince_occasion){l->options.seed, l->epoch, s->index[i], l->balanced ? l->turn[place] : 0};
}

/* --- one batch ------------------------------------------------------------------------------------ */

static void fill_rows(const lince_loader *l, lince_slot *s)
{
    for (size_t i = 0; i < (size_t)s->n; i++)
        memcpy(s->served + i * l->row, l->rows + s->index[i] * l->row, l->row * sizeof *s->served);
}

lince_share lince_loader_piece_of(const lince_loader *l, int whole, size_t i)
{
    lince_share own = lince_group_share(l->options.group, l->options.pieces),
                part = lince_piece((size_t)whole, l->options.pieces, own.begin + i);
    part.begin -= lince_group_part(l->options.group, (size_t)whole, l->options.pieces).begin;
    return part;
}

static void add_labels(const lince_loader *l, int32_t set, float share, float *asked)
{
    const int32_t *labels;
    size_t n = lince_dataset_labels_of(l->dataset, set, &labels);
    for (size_t i = 0; i < n; i++) asked[labels[i]] += share;
}

/* Of mixed samples each one's labels by its share. */
static void ask_labels(const lince_loader *l, lince_slot *s)
{
    size_t classes = (size_t)lince_dataset_classes(l->dataset);
    memset(s->asked, 0, (size_t)s->n * classes * sizeof *s->asked);
    for (size_t i = 0; i < (size_t)s->n; i++) {
        add_labels(l, s->y[i], s->own, s->asked + i * classes);
        if (s->own < 1) add_labels(l, s->partner[i], 1 - s->own, s->asked + i * classes);
    }
}

static int prepare_samples(lince_loader *l, lince_slot *s, size_t batch, void *scratch)
{
    size_t size = (size_t)l->options.batch_size, first = batch * size, left = l->count - first;
    size_t whole = left < size ? left : size, n;
    lince_share share = lince_group_part(l->options.group, whole, l->options.pieces);
    n = share.count;
    s->n = (int)n;
    s->begin = (int)share.begin;
    s->whole = (int)whole;
    s->number = batch;
    s->first = first + share.begin;
    s->own = 1;
    for (size_t i = 0; i < n; i++) {
        uint32_t index = l->order[s->first + i];
        s->index[i] = index;
        s->y[i] = lince_dataset_target(l->dataset, l->part, index);
        lince_occasion occasion = lince_loader_occasion(l, s, i);
        s->key[i] = lince_occasion_key(&occasion);
    }
    if (!n) return 0;
    if (l->rows)
        fill_rows(l, s);
    else
        LINCE_TRY(l->content->fill(l, s, scratch));
    if (s->asked) ask_labels(l, s);
    return 0;
}

static void prepare(lince_loader *l, size_t batch, void *scratch)
{
    lince_slot *s = &l->ring[batch % l->ring_size];
    s->code = prepare_samples(l, s, batch, scratch);
    if (s->code) snprintf(s->message, sizeof s->message, "%s", lince_error());
}

/* --- workers -------------------------------------------------------------------------------------- */

/* Whether batch `next` may be written: what its slot held before was taken and is no longer in use. */
static bool has_room(const lince_loader *l)
{
    size_t oldest = l->taken - (l->holding ? 1 : 0);
    return l->next < l->end && l->next - oldest < l->ring_size;
}

static void *work(void *context)
{
    LINCE_PLAIN_LOCALE;
    lince_worker *w = context;
    lince_loader *l = w->loader;
    lince_voice_use(l->voice);
    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        if (!has_room(l)) {
            pthread_cond_wait(&l->vacant, &l->lock);
            continue;
        }
        size_t batch = l->next++;
        pthread_mutex_unlock(&l->lock);
        prepare(l, batch, w->scratch);
        pthread_mutex_lock(&l->lock);
        l->ring[batch % l->ring_size].ready = true;
        pthread_cond_signal(&l->ready);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void stop_workers(lince_loader *l)
{
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->vacant);
    pthread_mutex_unlock(&l->lock);
    while (l->running > 0) pthread_join(l->workers[--l->running].thread, NULL);
    l->stop = false;
}

/* Where the system gives no thread, those there are do the work, or the caller's. */
static void start_workers(lince_loader *l)
{
    while (l->running < l->options.workers &&
           !pthread_create(&l->workers[l->running].thread, NULL, work, &l->workers[l->running]))
        l->running++;
}

/* --- an epoch ------------------------------------------------------------------------------------- */

static int start(lince_loader *l, int epoch, size_t first, bool balanced)
{
    stop_workers(l);
    l->end = lince_loader_batches(l);
    if (first > l->end) {
        l->taken = first;
        return lince_fail(LINCE_EDATA, "%s: batches in an epoch: %zu; it cannot be resumed after %zu",
                          lince_dataset_path(l->dataset), l->end, first);
    }
    l->epoch = epoch;
    l->balanced = balanced;
    l->voice = lince_voice_now();
    draw(l);
    if (l->content->arrange && l->content->arrange(l, epoch)) {
        l->end = l->taken = 0;
        return LINCE_ENOMEM;
    }
    if (balanced) count_turns(l);
    l->next = l->taken = first;
    l->holding = false;
    for (size_t i = 0; i < l->ring_size; i++) l->ring[i].ready = false;
    start_workers(l);
    return 0;
}

int lince_loader_start(lince_loader *l, int epoch, size_t first)
{
    return start(l, epoch, first, l->options.train && l->options.balanced);
}

/* The label, or a hash of several. */
static uint64_t labels_digest(const lince_loader *l, uint32_t index)
{
    const int32_t *labels;
    size_t n = lince_dataset_labels(l->dataset, l->part, index, &labels);
    return lince_dataset_several(l->dataset) ? lince_hash(0, labels, n * sizeof *labels)
                                             : (uint64_t)labels[0];
}

uint64_t lince_loader_digest(const lince_loader *l)
{
    uint64_t digest = l->content->digest ? l->content->digest(l) : 0;
    for (size_t i = 0; i < l->count; i++) {
        uint32_t index = l->good ? l->good[i] : (uint32_t)i;
        const char *name = lince_dataset_name(l->dataset, l->part, index);
        uint64_t link[] = {digest, lince_hash_content(name, strlen(name)), labels_digest(l, index)};
        digest = lince_hash_content(link, sizeof link);
    }
    return digest;
}

static const char *name_of(const lince_loader *l, uint32_t index)
{
    return lince_dataset_name(l->dataset, l->part, index);
}

uint64_t lince_loader_holds(const lince_loader *l, uint32_t index)
{
    if (l->content->holds) return l->content->holds(l, index);
    const char *text = lince_dataset_text(l->dataset, l->part, index);
    return text ? lince_hash_content(text, strlen(text)) : 0;
}

uint64_t lince_loader_identity(const lince_loader *l, uint32_t index)
{
    const char *name = name_of(l, index), *labels = lince_dataset_labels_name(l->dataset, l->part, index);
    uint64_t sample[] = {lince_hash_content(name, strlen(name)), lince_hash_content(labels, strlen(labels)),
                         lince_loader_holds(l, index)};
    return lince_hash_content(sample, sizeof sample);
}

uint64_t lince_loader_identities(const lince_loader *l)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < l->count; i++) sum += lince_loader_identity(l, l->good ? l->good[i] : (uint32_t)i);
    return sum;
}

int lince_loader_start_whole(lince_loader *l)
{
    return start(l, 0, 0, false);
}

uint32_t lince_loader_drawn(const lince_loader *l, size_t i)
{
    return l->order[i];
}

/* Gives the last batch back, and waits for the next one or prepares it. */
static lince_slot *obtain(lince_loader *l)
{
    lince_slot *s = &l->ring[l->taken % l->ring_size];
    if (!l->running) prepare(l, l->taken, l->workers[0].scratch);
    pthread_mutex_lock(&l->lock);
    l->holding = false;
    pthread_cond_signal(&l->vacant);
    while (l->running && !s->ready) pthread_cond_wait(&l->ready, &l->lock);
    s->ready = false;
    l->holding = true;
    l->taken++;
    if (s->code) l->end = l->taken;
    pthread_mutex_unlock(&l->lock);
    return s;
}

int lince_loader_next(lince_loader *l, lince_batch *batch)
{
    if (l->taken >= l->end) return 0;
    double start = lince_now();
    const lince_slot *s = obtain(l);
    l->waited += lince_now() - start;
    if (s->code) return lince_fail(s->code, "%s", s->message);
    *batch = (lince_batch){.n = s->n,
                           .begin = s->begin,
                           .whole = s->whole,
                           .input = l->rows ? (lince_input){.x = s->served}
                                            : (lince_input){s->x, s->token, s->length, s->steps},
                           .row = l->rows ? l->row : s->row,
                           .y = s->y,
                           .partner = s->own < 1 ? s->partner : NULL,
                           .own = s->own,
                           .asked = s->asked,
                           .index = s->index,
                           .key = s->key};
    return 1;
}

/* --- making and asking ---------------------------------------------------------------------------- */

static int allocate_slot(const lince_loader *l, lince_slot *s)
{
    size_t batch = (size_t)l->options.batch_size;
    s->y = lince_alloc(batch, sizeof *s->y);
    s->partner = lince_alloc(batch, sizeof *s->partner);
    s->index = lince_alloc(batch, sizeof *s->index);
    s->key = lince_alloc(batch, sizeof *s->key);
    if (lince_dataset_several(l->dataset)) {
        size_t floats;
        if (!lince_mul(batch, (size_t)lince_dataset_classes(l->dataset), &floats)) floats = SIZE_MAX;
        if (!(s->asked = lince_alloc(floats, sizeof *s->asked))) return LINCE_ENOMEM;
    }
    return s->y && s->partner && s->index && s->key ? l->content->allocate(l, s) : LINCE_ENOMEM;
}

static int allocate_sampler(lince_loader *l)
{
    l->turn = lince_alloc(l->count, sizeof *l->turn);
    l->drawn = lince_alloc(lince_dataset_count(l->dataset, l->part), sizeof *l->drawn);
    if (!l->turn || !l->drawn) return LINCE_ENOMEM;
    return lince_sampler_init(&l->sampler, l->dataset, l->part, l->good, l->count);
}

/* Each worker has a batch in the making; one is ready and one in the caller's hands. */
static int allocate(lince_loader *l)
{
    size_t workers = (size_t)(l->options.workers > 0 ? l->options.workers : 1);
    l->ring_size = l->options.workers > 0 ? workers + 2 : 1;
    l->ring = lince_alloc(l->ring_size, sizeof *l->ring);
    l->workers = lince_alloc(workers, sizeof *l->workers);
    l->order = lince_alloc(l->count, sizeof *l->order);
    if (!l->ring || !l->workers || !l->order) return LINCE_ENOMEM;
    if (l->options.train && l->options.balanced) LINCE_TRY(allocate_sampler(l));
    for (size_t i = 0; i < l->ring_size; i++) LINCE_TRY(allocate_slot(l, &l->ring[i]));
    for (size_t i = 0; i < workers; i++) {
        l->workers[i].loader = l;
        if (!(l->workers[i].scratch = lince_alloc(l->scratch, 1))) return LINCE_ENOMEM;
    }
    return 0;
}

/* Who opens what: members their own, or each all of it. What pieces there are by the settings alone have their samples for good. */
static int divide(lince_loader *l)
{
    lince_loader_options *o = &l->options;
    bool divided = l->content->share, drawn = divided && o->train && o->pieces;
    uint64_t key = lince_key(o->seed, LINCE_STREAM_DIVISION, 0, 0);
    if (!o->pieces) o->pieces = (size_t)o->group->size;
    return lince_division_init(&l->division, divided ? o->group : &lince_alone,
                               lince_dataset_count(l->dataset, l->part), (size_t)o->batch_size,
                               divided ? o->pieces : 1, drawn ? &key : NULL);
}

static int open_own(lince_loader *l, const void *how)
{
    LINCE_TRY(divide(l));
    return l->content->open(l, how);
}

/* Whether copies of the data are the same ones, whose names and sizes are, is asked of some samples that the next member has. */
static int look_at_copies(const lince_loader *l)
{
    enum { SOME = 8 };
    const lince_group *group = l->options.group;
    lince_share next = lince_division_of(&l->division, (group->rank + 1) % group->size);
    void *scratch = lince_alloc(l->scratch, 1);
    int code = scratch ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < SOME && i < next.count && !code; i++) {
        uint32_t index = l->division.sample[next.begin + lince_piece(next.count, SOME, i).begin];
        code = l->content->again(l, index, scratch);
        if (code == LINCE_EDATA)
            lince_fail(code,
                       "%s: %s: the next process has another one under this name; all must see the same data",
                       lince_dataset_path(l->dataset), name_of(l, index));
    }
    lince_free(scratch);
    return code;
}

static int share(lince_loader *l)
{
    LINCE_TRY(l->content->share(l));
    if (l->good) lince_division_keep(&l->division, l->good, l->count);
    return l->options.group->size > 1 ? look_at_copies(l) : 0;
}

/* What fails in one member fails in all. */
static int open_part(lince_loader *l, const void *how)
{
    const lince_group *group = l->options.group;
    LINCE_TRY(lince_group_all(group, open_own(l, how)));
    int code = l->content->share ? share(l) : 0;
    return lince_group_all(group, code ? code : allocate(l));
}

int lince_loader_new(lince_loader **loader, lince_dataset *dataset, lince_part part,
                     const lince_content *content, const void *how, const lince_loader_options *options)
{
    assert(options->batch_size > 0);
    lince_loader *l = *loader = lince_alloc(1, sizeof *l);
    if (!l) return LINCE_ENOMEM;
    l->content = content;
    l->dataset = dataset;
    l->part = part;
    l->options = *options;
    if (!l->options.group) l->options.group = &lince_alone;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->vacant, NULL);
    pthread_cond_init(&l->ready, NULL);
    lince_findings_init(&l->findings);
    int code = open_part(l, how);
    if (code) {
        lince_loader_free(l);
        *loader = NULL;
    }
    return code;
}

void lince_loader_free(lince_loader *l)
{
    if (!l) return;
    stop_workers(l);
    for (size_t i = 0; l->ring && i < l->ring_size; i++) {
        lince_free(l->ring[i].x);
        lince_free(l->ring[i].token);
        lince_free(l->ring[i].served);
        lince_free(l->ring[i].length);
        lince_free(l->ring[i].y);
        lince_free(l->ring[i].partner);
        lince_free(l->ring[i].asked);
        lince_free(l->ring[i].index);
        lince_free(l->ring[i].key);
    }
    for (int i = 0; l->workers && (i == 0 || i < l->options.workers); i++) lince_free(l->workers[i].scratch);
    lince_free(l->ring);
    lince_free(l->workers);
    lince_free(l->order);
    lince_free(l->turn);
    lince_free(l->drawn);
    lince_sampler_release(&l->sampler);
    lince_findings_release(&l->findings);
    lince_division_release(&l->division);
    l->content->release(l);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->vacant);
    pthread_cond_destroy(&l->ready);
    lince_free(l);
}

int lince_loader_serve(lince_loader *l, const float *rows, size_t row)
{
    size_t floats;
    stop_workers(l);
    l->taken = l->end; /* what was prepared is no batch any more */
    l->rows = NULL;
    if (!lince_mul((size_t)l->options.batch_size, row, &floats)) floats = SIZE_MAX;
    for (size_t i = 0; i < l->ring_size; i++) {
        lince_free(l->ring[i].served);
        l->ring[i].served = rows ? lince_alloc(floats, sizeof(float)) : NULL;
        if (rows && !l->ring[i].served) return LINCE_ENOMEM;
    }
    l->rows = rows;
    l->row = row;
    return 0;
}

size_t lince_loader_samples(const lince_loader *l)
{
    return l->count;
}

size_t lince_loader_cut(const lince_loader *l)
{
    return l->options.pieces;
}

size_t lince_loader_pieces(const lince_loader *l)
{
    return lince_group_share(l->options.group, l->options.pieces).count;
}

lince_batch lince_loader_piece(const lince_loader *l, const lince_batch *b, size_t i)
{
    lince_share part = lince_loader_piece_of(l, b->whole, i);
    lince_batch piece = *b;
    piece.n = (int)part.count;
    piece.begin += (int)part.begin;
    if (b->input.x) piece.input.x += part.begin * b->row;
    if (b->input.token) piece.input.token += part.begin * (size_t)b->input.steps;
    if (b->input.length) piece.input.length += part.begin;
    if (b->partner) piece.partner += part.begin;
    if (b->asked) piece.asked += part.begin * (size_t)lince_dataset_classes(l->dataset);
    piece.y += part.begin;
    piece.index += part.begin;
    piece.key += part.begin;
    return piece;
}

const lince_dataset *lince_loader_dataset(const lince_loader *l)
{
    return l->dataset;
}

lince_part lince_loader_part(const lince_loader *l)
{
    return l->part;
}

int lince_loader_batch_size(const lince_loader *l)
{
    return l->options.batch_size;
}

const lince_group *lince_loader_group(const lince_loader *l)
{
    return l->options.group;
}

size_t lince_loader_batches(const lince_loader *l)
{
    size_t size = (size_t)l->options.batch_size;
    return l->count / size + (l->count % size != 0);
}

double lince_loader_waited(const lince_loader *l)
{
    return l->waited;
}
