#include "train/loop/travel.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"

#include <stdio.h>

/* A block is some tensors together, or a part of a large one: an eighth of all, but not too short to be worth a message, nor so
 * long that the first is waited for. */
enum { LEAST = 1 << 16, MOST = 1 << 19 };

static size_t block_of(size_t count)
{
    size_t part = (count + 7) / 8;
    return part < LEAST ? LEAST : part > MOST ? MOST : part;
}

static int add_block(lince_travel *t, size_t begin, size_t end)
{
    lince_access access[LINCE_TREE_DEPTH];
    void *value[LINCE_TREE_DEPTH];
    size_t values = t->tree->count ? t->tree->count : 1, opened = 0;
    int code = 0;
    for (; !code && opened < values; opened += !code) {
        code = lince_access_change(&access[opened], t->device, t->value[opened] + begin,
                                   (end - begin) * sizeof(float));
        if (!code) value[opened] = access[opened].host;
    }
    if (!code) code = lince_tree_sum(t->tree, t->kind, value, end - begin, begin / LEAST);
    while (opened) lince_access_end(&access[--opened]);
    return code;
}

/* Until a block is there; false: there is nothing more to do. */
static bool wait_for_block(lince_travel *t, size_t *end)
{
    for (;;) {
        *end = t->end - t->done < t->block ? t->end : t->done + t->block;
        if (t->ends) return false;
        if (t->done < t->end && t->ready >= *end) return true;
        pthread_cond_wait(&t->changed, &t->lock);
    }
}

static void note(lince_travel *t, double start, size_t bytes)
{
    lince_travel_time *time = &t->time[t->done / t->block];
    double now = lince_now();
    time->seconds += now - start;
    time->bytes += bytes;
    if (t->waits > 0) time->waited += now - (t->waits > start ? t->waits : start);
}

/* Once something has failed the rest is not added: the group is broken. */
static void *travel(void *context)
{
    lince_travel *t = context;
    size_t end;
    lince_voice_use(t->voice);
    pthread_mutex_lock(&t->lock);
    while (wait_for_block(t, &end)) {
        size_t begin = t->done, sent = t->tree->bytes;
        pthread_mutex_unlock(&t->lock);
        double start = lince_now();
        int code = t->code ? t->code : add_block(t, begin, end);
        pthread_mutex_lock(&t->lock);
        if (code && !t->code) snprintf(t->message, sizeof t->message, "%s", lince_error());
        t->code = code;
        note(t, start, t->tree->bytes - sent);
        t->done = end;
        pthread_cond_broadcast(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

int lince_travel_init(lince_travel *t, lince_tree *tree, const lince_number *kind, const lince_device *device,
                      float *const *value, size_t count)
{
    *t = (lince_travel){
        .tree = tree, .kind = kind, .device = device, .value = value, .voice = lince_voice_now()};
    if (tree->group->size == 1) return 0;
    t->block = block_of(count);
    t->blocks = count / t->block + 1;
    if (!(t->time = lince_alloc(t->blocks, sizeof *t->time))) return LINCE_ENOMEM;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    t->is_there = !pthread_create(&t->thread, NULL, travel, t);
    return t->is_there ? 0 : lince_fail(LINCE_ENOMEM, "a thread for messages could not be begun");
}

void lince_travel_release(lince_travel *t)
{
    if (t->is_there) {
        pthread_mutex_lock(&t->lock);
        t->ends = true;
        pthread_cond_broadcast(&t->changed);
        pthread_mutex_unlock(&t->lock);
        pthread_join(t->thread, NULL);
        pthread_cond_destroy(&t->changed);
        pthread_mutex_destroy(&t->lock);
    }
    lince_free(t->time);
    *t = (lince_travel){0};
}

void lince_travel_begin(lince_travel *t, size_t count)
{
    if (!t->is_there) return;
    pthread_mutex_lock(&t->lock);
    t->end = count;
    t->ready = t->done = 0;
    t->waits = 0;
    pthread_mutex_unlock(&t->lock);
}

void lince_travel_ready(lince_travel *t, size_t count)
{
    if (!t->is_there) return;
    pthread_mutex_lock(&t->lock);
    t->ready = count;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
}

int lince_travel_end(lince_travel *t)
{
    if (!t->is_there) return 0;
    pthread_mutex_lock(&t->lock);
    t->waits = lince_now();
    while (t->done < t->end) pthread_cond_wait(&t->changed, &t->lock);
    int code = t->code;
    pthread_mutex_unlock(&t->lock);
    if (!code) return 0;
    lince_set_error("%s", t->message);
    return code;
}
