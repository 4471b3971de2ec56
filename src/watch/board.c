#include "watch/board.h"
#include "core/clock.h"
#include "core/memory.h"
#include "watch/stream.h"

#include <inttypes.h>
#include <string.h>

void lince_board_init(lince_board *b)
{
    *b = (lince_board){0};
    pthread_mutex_init(&b->mutex, NULL);
}

void lince_board_release(lince_board *b)
{
    pthread_mutex_destroy(&b->mutex);
}

/* --- streams; the mutex is held ------------------------------------------------------------------- */

static void wake_since(lince_board *b, double since)
{
    for (lince_stream *s = b->streams; s; s = s->next)
        if (s->resting && s->since <= since) lince_stream_wake(s);
}

static void wake_all(lince_board *b)
{
    wake_since(b, lince_now());
}

/* --- items ---------------------------------------------------------------------------------------- */

static bool is_same(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* Returns the text that is not kept. */
static char *put(lince_board *b, lince_item *item, char *text)
{
    char *before = item->text;
    if (is_same(before, text)) return text;
    item->text = text;
    item->version = ++b->version;
    wake_all(b);
    return before;
}

void lince_board_put(lince_board *b, lince_item *item, const char *kind, char *text)
{
    pthread_mutex_lock(&b->mutex);
    if (!item->kind) {
        item->kind = kind;
        item->next = b->first;
        b->first = item;
    }
    text = put(b, item, text);
    pthread_mutex_unlock(&b->mutex);
    lince_free(text);
}

uint64_t lince_board_next(const lince_board *b, uint64_t version, lince_buffer *out)
{
    const lince_item *next = NULL;
    for (const lince_item *item = b->first; item; item = item->next)
        if (item->text && item->version > version && (!next || item->version < next->version)) next = item;
    if (!next) return 0;
    lince_buffer_printf(out, "id: %" PRIu64 "\nevent: %s\ndata: ", next->version, next->kind);
    lince_buffer_puts(out, next->text);
    lince_buffer_puts(out, "\n\n");
    return next->version;
}

void lince_board_list(lince_board *b, const char *kind, lince_buffer *out)
{
    const char *comma = "";
    lince_buffer_puts(out, "[");
    pthread_mutex_lock(&b->mutex);
    for (const lince_item *item = b->first; item; item = item->next) {
        if (!item->text || strcmp(item->kind, kind) != 0) continue;
        lince_buffer_puts(out, comma);
        lince_buffer_puts(out, item->text);
        comma = ",";
    }
    pthread_mutex_unlock(&b->mutex);
    lince_buffer_puts(out, "]");
}

void lince_board_beat(lince_board *b)
{
    pthread_mutex_lock(&b->mutex);
    wake_since(b, lince_now() - LINCE_STREAM_REST);
    pthread_mutex_unlock(&b->mutex);
}

void lince_board_close(lince_board *b)
{
    pthread_mutex_lock(&b->mutex);
    b->closed = true;
    wake_all(b);
    pthread_mutex_unlock(&b->mutex);
}
