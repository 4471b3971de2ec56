#include "watch/stream.h"
#include "core/clock.h"
#include "core/memory.h"

#include <string.h>

void lince_stream_wake(lince_stream *s)
{
    s->resting = false;
    MHD_resume_connection(s->connection);
}

static void rest(lince_stream *s)
{
    s->resting = true;
    s->since = lince_now();
    lince_client_enter(s->clients, s->client, LINCE_CLIENT_WAITING);
    MHD_suspend_connection(s->connection);
}

/* What comes next into `out`; a sign of life where it was woken for one. False: nothing, for now. */
static bool find_next(lince_stream *s)
{
    s->out.size = s->sent = 0;
    uint64_t version = lince_board_next(s->board, s->told, &s->out);
    if (version) s->told = version;
    bool overdue = s->since > 0 && lince_now() - s->since >= LINCE_STREAM_REST;
    if (!version && overdue) lince_buffer_puts(&s->out, ":\n\n");
    s->since = 0;
    return s->out.size > 0 || s->out.error;
}

/* The board's mutex is held: nobody wakes it between the look and its rest. */
static ssize_t look(lince_stream *s)
{
    if (s->sent < s->out.size || find_next(s)) return s->out.error ? MHD_CONTENT_READER_END_WITH_ERROR : 1;
    if (s->board->closed) return MHD_CONTENT_READER_END_OF_STREAM;
    rest(s);
    return 0;
}

static ssize_t read_more(void *context, uint64_t position, char *to, size_t most)
{
    lince_stream *s = context;
    (void)position;
    pthread_mutex_lock(&s->board->mutex);
    ssize_t found = look(s);
    pthread_mutex_unlock(&s->board->mutex);
    if (found != 1) return found;
    size_t left = s->out.size - s->sent, size = left < most ? left : most;
    lince_client_enter(s->clients, s->client, LINCE_CLIENT_ANSWERED);
    memcpy(to, s->out.data + s->sent, size);
    s->sent += size;
    return (ssize_t)size;
}

static void end(void *context)
{
    lince_stream *s = context;
    lince_board *b = s->board;
    pthread_mutex_lock(&b->mutex);
    if (s->previous)
        s->previous->next = s->next;
    else
        b->streams = s->next;
    if (s->next) s->next->previous = s->previous;
    b->listeners--;
    pthread_mutex_unlock(&b->mutex);
    lince_buffer_release(&s->out);
    lince_free(s);
}

static void enter(lince_board *b, lince_stream *s)
{
    pthread_mutex_lock(&b->mutex);
    s->next = b->streams;
    if (b->streams) b->streams->previous = s;
    b->streams = s;
    b->listeners++;
    pthread_mutex_unlock(&b->mutex);
}

struct MHD_Response *lince_stream_new(lince_board *b, lince_request *r)
{
    enum { BLOCK = 1 << 14 };
    lince_stream *s = lince_alloc(1, sizeof *s);
    if (!s) return NULL;
    *s = (lince_stream){
        .board = b, .clients = &r->server->clients, .client = r->client, .connection = r->connection};
    enter(b, s);
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_more, s, end);
    if (!response) end(s);
    return response;
}
