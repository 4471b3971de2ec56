/* Messages by MPI (MPI-3; Open MPI, MPICH), in a library of its own: lince-mpi.so.
 *
 * What MPI does not promise is that a member that is no more, or cannot be reached, is noticed: a receive waits for
 * good. So each member shows the first one, and the first one each, that it is alive, a few times a second, from a
 * thread of its own; who was not heard of for PATIENCE seconds is told by name, and all are ended. */
#include "group/plugin.h"

#include "core/clock.h"

#include <errno.h>
#include <lince/error.h>
#include <lince/version.h>
#include <mpi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 6, BEATS = 4 /* a second */, HOST = 64 };

typedef struct member {
    const lince_group_host *host;
    MPI_Comm messages, pulse;
    pthread_t heart;
    atomic_bool ends;
    int rank, size;
    double *heard; /* [size] when each was heard of last; of others than the first member only [0] */
    char (*names)[HOST];
} member;

static int failed(const lince_group *g, int code)
{
    char text[MPI_MAX_ERROR_STRING] = "?";
    int length;
    const member *m = g->own;
    MPI_Error_string(code, text, &length);
    return m->host->fail(LINCE_EIO, text);
}

/* MPI's own waiting keeps a processor busy, which others may need, also to send what is waited for. Sleep is a twentieth of what was waited
 * already: what comes soon is not late, and who waits for a trial of another process (lince tune) is no load. */
static void rest(double waited)
{
    double least = 2e-5, most = 5e-3, pause = waited / 20;
    pause = pause < least ? least : pause > most ? most : pause;
    nanosleep(&(struct timespec){.tv_nsec = (long)(1e9 * pause)}, NULL);
}

static int wait_for(const lince_group *g, int count, MPI_Request *requests)
{
    enum { BUSY = 200 };
    MPI_Status statuses[LINCE_GROUP_MESSAGES]; /* MPICH's MPI_STATUSES_IGNORE is a warning to GCC 12 */
    int there = 0;
    double start = lince_now();
    for (int turn = 0; !there; turn++) {
        int code = MPI_Testall(count, requests, &there, statuses);
        if (code) return failed(g, code);
        if (turn > BUSY && !there) rest(lince_now() - start);
    }
    return 0;
}

static int begin_message(const member *m, const lince_message *w, MPI_Request *request)
{
    return w->receives ? MPI_Irecv(w->bytes, (int)w->size, MPI_BYTE, w->peer, 0, m->messages, request)
                       : MPI_Isend(w->bytes, (int)w->size, MPI_BYTE, w->peer, 0, m->messages, request);
}

static int exchange(const lince_group *g, const lince_message *messages, size_t count)
{
    MPI_Request requests[LINCE_GROUP_MESSAGES];
    for (size_t i = 0; i < count; i++) {
        int code = begin_message(g->own, &messages[i], &requests[i]);
        if (code) return failed(g, code);
    }
    return wait_for(g, (int)count, requests);
}

static const lince_transport mpi = {.name = "mpi", .exchange = exchange};

/* --- signs of life ---------------------------------------------------------------------------------- */

/* Ends all that can be reached; those that cannot notice it by themselves. */
static void give_up(const member *m, int lost)
{
    if (m->host->lost) m->host->lost(lost, m->names[lost], PATIENCE);
    MPI_Abort(MPI_COMM_WORLD, 1);
    _exit(1);
}

static void beat(const member *m, int to)
{
    MPI_Request request;
    if (!MPI_Isend(NULL, 0, MPI_BYTE, to, 0, m->pulse, &request)) MPI_Request_free(&request);
}

static void hear(const member *m)
{
    int there = 0;
    MPI_Status status;
    while (!MPI_Iprobe(MPI_ANY_SOURCE, 0, m->pulse, &there, &status) && there) {
        MPI_Recv(NULL, 0, MPI_BYTE, status.MPI_SOURCE, 0, m->pulse, MPI_STATUS_IGNORE);
        m->heard[status.MPI_SOURCE] = lince_now();
    }
}

/* The first member is heard of by all, and hears of all. */
static void *live(void *context)
{
    const member *m = context;
    int first = m->rank ? 0 : 1, behind = m->rank ? 1 : m->size;
    while (!m->ends) {
        for (int r = first; r < behind; r++) beat(m, r);
        nanosleep(&(struct timespec){.tv_nsec = 1000000000 / BEATS}, NULL);
        hear(m);
        for (int r = first; r < behind && !m->ends; r++)
            if (lince_now() - m->heard[r] > PATIENCE) give_up(m, r);
    }
    return NULL;
}

static int begin_to_live(member *m)
{
    for (int r = 0; r < m->size; r++) m->heard[r] = lince_now();
    if (pthread_create(&m->heart, NULL, live, m)) return LINCE_ENOMEM;
    return 0;
}

/* --- joining and leaving ---------------------------------------------------------------------------- */

static void release(lince_group *g)
{
    member *m = g->own;
    free(g->buffer);
    if (m) {
        free(m->heard);
        free(m->names);
    }
    free(m);
    *g = (lince_group){.transport = NULL, .size = 1};
}

static int exchange_names(member *m)
{
    char own[HOST] = "?";
    gethostname(own, sizeof own - 1);
    return MPI_Allgather(own, HOST, MPI_BYTE, m->names, HOST, MPI_BYTE, m->messages);
}

static int open_group(member *m, lince_group *g)
{
    int code = MPI_Comm_dup(MPI_COMM_WORLD, &m->messages);
    if (!code) code = MPI_Comm_dup(MPI_COMM_WORLD, &m->pulse);
    if (!code) code = MPI_Comm_set_errhandler(m->messages, MPI_ERRORS_RETURN);
    if (!code) code = exchange_names(m);
    if (code) return failed(g, code);
    g->names = m->names;
    return begin_to_live(m);
}

static int join(const lince_group_host *host, lince_group *g)
{
    int threads = MPI_THREAD_SINGLE;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_MULTIPLE, &threads))
        return host->fail(LINCE_EUNSUPPORTED, "MPI_Init_thread");
    member *m = calloc(1, sizeof *m);
    *g = (lince_group){.transport = &mpi, .size = 1, .own = m, .buffer = malloc(LINCE_GROUP_BUFFER)};
    if (!m || !g->buffer) return release(g), host->fail(LINCE_ENOMEM, strerror(ENOMEM));
    m->host = host;
    MPI_Comm_rank(MPI_COMM_WORLD, &g->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &g->size);
    m->rank = g->rank, m->size = g->size;
    m->heard = calloc((size_t)g->size, sizeof *m->heard);
    m->names = calloc((size_t)g->size, sizeof *m->names);
    if (!m->heard || !m->names) return release(g), host->fail(LINCE_ENOMEM, strerror(ENOMEM));
    if (threads < MPI_THREAD_MULTIPLE)
        return release(g), host->fail(LINCE_EUNSUPPORTED, "MPI_THREAD_MULTIPLE");
    return open_group(m, g);
}

/* Nobody stops showing that it lives while others still work. */
static bool all_have_come(const member *m, bool failed)
{
    MPI_Request request;
    int there = 0;
    double start = lince_now();
    if (MPI_Ibarrier(m->messages, &request)) return false;
    while (!MPI_Test(&request, &there, MPI_STATUS_IGNORE) && !there) {
        if (failed && lince_now() - start > PATIENCE) return false;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return there;
}

static int leave(lince_group *g, bool failed)
{
    member *m = g->own;
    bool together = all_have_come(m, failed);
    m->ends = true;
    pthread_join(m->heart, NULL);
    if (!together) return LINCE_EIO;
    hear(m);
    MPI_Finalize();
    release(g);
    return 0;
}

__attribute__((visibility("default"))) extern const lince_group_plugin lince_group_plugin_of_mpi;
const lince_group_plugin lince_group_plugin_of_mpi = {.version = LINCE_VERSION, .join = join, .leave = leave};
