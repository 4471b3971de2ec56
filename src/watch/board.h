/* What there is to tell of the runs, as it is now: items of text, each of the version in which it became what it is. Streams
 * (stream.h) tell whoever listens what is newer than what they told last, and rest where nothing is. Put by the thread that
 * looks at the runs, read by the one that answers. */
#ifndef LINCE_WATCH_BOARD_H
#define LINCE_WATCH_BOARD_H

#include "core/buffer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in what it tells of, which lives as long as the board. */
typedef struct lince_item {
    struct lince_item *next; /* on the board */
    const char *kind;        /* the name of the event that tells it; NULL: it was never put */
    char *text;              /* one line, the item's; NULL: no longer there */
    uint64_t version;
} lince_item;

struct lince_stream;

typedef struct lince_board {
    pthread_mutex_t mutex;
    lince_item *first;
    uint64_t version;             /* of what was put last */
    struct lince_stream *streams; /* that are told of it */
    size_t listeners;             /* their number */
    bool closed;
} lince_board;

void lince_board_init(lince_board *board);
void lince_board_release(lince_board *board); /* no stream is left */

/* Puts a text, which is taken over, in place of the item's one before; streams hear of it where it is another. NULL takes it
 * away. */
void lince_board_put(lince_board *board, lince_item *item, const char *kind, char *text);

/* The oldest item that is newer than `version`, copied into `out` as an event, and its own version; 0: there is none. The mutex
 * is held. */
uint64_t lince_board_next(const lince_board *board, uint64_t version, lince_buffer *out);

/* The texts of a kind, as a list in JSON, to the end of `out`. */
void lince_board_list(lince_board *board, const char *kind, lince_buffer *out);

/* Wakes streams that have rested for long, so that those whose client is gone are noticed; and all of them, for the last time. */
void lince_board_beat(lince_board *board);
void lince_board_close(lince_board *board);

#endif
