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
    const void *message[MOST_MEMBERS][MOST_MEMBERS]; /* [from][to]; NULL: none waits */
    size_t size[MOST_MEMBERS][MOST_MEMBERS];
    void (*work)(const lince_group *group, void *context);
    void *context;
} meeting;

typedef struct member {
    lince_group group;
    pthread_t thread;
} member;

static inline int send_to(const lince_group *g, int to, const void *bytes, size_t size)
{
    meeting *m = g->own;
    pthread_mutex_lock(&m->lock);
    m->message[g->rank][to] = bytes;
    m->size[g->rank][to] = size;
    pthread_cond_broadcast(&m->changed);
    while (m->message[g->rank][to]) pthread_cond_wait(&m->changed, &m->lock);
    pthread_mutex_unlock(&m->lock);
    return 0;
}

static inline int receive_from(const lince_group *g, int from, void *bytes, size_t size)
{
    meeting *m = g->own;
    pthread_mutex_lock(&m->lock);
    while (!m->message[from][g->rank]) pthread_cond_wait(&m->changed, &m->lock);
    bool fits = m->size[from][g->rank] == size;
    if (fits) memcpy(bytes, m->message[from][g->rank], size);
    m->message[from][g->rank] = NULL;
    pthread_cond_broadcast(&m->changed);
    pthread_mutex_unlock(&m->lock);
    return fits ? 0 : lince_fail(LINCE_EFORMAT, "a message of another size");
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
    static const lince_transport threads = {"threads", send_to, receive_from};
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
