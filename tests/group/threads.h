/* A group inside one process: each member is a thread. A message waits until its receiver takes it, as MPI
 * may have it. */
#ifndef LINCE_TESTS_GROUP_THREADS_H
#define LINCE_TESTS_GROUP_THREADS_H

#include "core/error.h"
#include "group/group.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_MEMBERS = 8, PATIENCE = 300 /* seconds until a group that waits for good is a failure */ };

typedef struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Messages that wait, [from][to]: the first of them is to be taken next. */
    struct lince_messages {
        const lince_message *at[LINCE_GROUP_MESSAGES];
        size_t count;
    } waiting[MOST_MEMBERS][MOST_MEMBERS];
    void (*work)(const lince_group *group, void *context);
    void *context;
} meeting;

typedef struct member {
    lince_group group;
    pthread_t thread;
} member;

/* Takes the first message that waits. */
static inline bool take(const lince_group *g, const lince_message *wanted)
{
    meeting *m = g->own;
    struct lince_messages *w = &m->waiting[wanted->peer][g->rank];
    while (!w->count) pthread_cond_wait(&m->changed, &m->lock);
    bool fits = w->at[0]->size == wanted->size;
    if (fits) memcpy(wanted->bytes, w->at[0]->bytes, wanted->size);
    memmove(w->at, w->at + 1, --w->count * sizeof *w->at);
    pthread_cond_broadcast(&m->changed);
    return fits;
}

static inline int exchange_messages(const lince_group *g, const lince_message *messages, size_t count)
{
    meeting *m = g->own;
    bool fit = true;
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < count; i++) {
        struct lince_messages *w = &m->waiting[g->rank][messages[i].peer];
        if (!messages[i].receives) w->at[w->count++] = &messages[i];
    }
    pthread_cond_broadcast(&m->changed);
    for (size_t i = 0; i < count; i++)
        if (messages[i].receives) fit = take(g, &messages[i]) && fit;
    for (int r = 0; r < g->size; r++)
        while (m->waiting[g->rank][r].count) pthread_cond_wait(&m->changed, &m->lock);
    pthread_mutex_unlock(&m->lock);
    return fit ? 0 : lince_fail(LINCE_EFORMAT, "a message of another size");
}

static inline void *join_in(void *context)
{
    member *m = context;
    meeting *meets = m->group.own;
    meets->work(&m->group, meets->context);
    return NULL;
}

/* Runs `work` in each of `size` members, at the same time. */
static inline void in_a_group(int size, void (*work)(const lince_group *group, void *context), void *context)
{
    static const lince_transport threads = {"threads", exchange_messages};
    meeting meets = {.lock = PTHREAD_MUTEX_INITIALIZER,
                     .changed = PTHREAD_COND_INITIALIZER,
                     .work = work,
                     .context = context};
    member members[MOST_MEMBERS];
    alarm(PATIENCE);
    for (int r = 0; r < size; r++) {
        members[r].group = (lince_group){.transport = &threads,
                                         .rank = r,
                                         .size = size,
                                         .buffer = malloc(LINCE_GROUP_BUFFER),
                                         .own = &meets};
        pthread_create(&members[r].thread, NULL, join_in, &members[r]);
    }
    for (int r = 0; r < size; r++) {
        pthread_join(members[r].thread, NULL);
        free(members[r].group.buffer);
    }
    alarm(0);
}

#endif
