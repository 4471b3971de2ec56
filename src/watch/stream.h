/* Server-sent events (HTML, 9.2): an answer without an end, of what becomes new on the board. While there is nothing its connection
 * rests, and is no more cut than one that waits for an answer; what is sent has the time that any answer has to leave. */
#ifndef LINCE_WATCH_STREAM_H
#define LINCE_WATCH_STREAM_H

#include "serve/request.h"
#include "watch/board.h"

enum { LINCE_STREAM_REST = 15 }; /* seconds behind which a sign of life is sent */

typedef struct lince_stream {
    struct lince_stream *next, *previous;
    lince_board *board;
    lince_clients *clients;
    lince_client *client;
    struct MHD_Connection *connection;
    uint64_t told; /* the version up to which all is told */
    lince_buffer out;
    size_t sent;  /* bytes of it */
    bool resting; /* its connection is suspended, */
    double since; /* since then */
} lince_stream;

/* The answer to a question for events: first all that is on the board. NULL: LINCE_ENOMEM. */
struct MHD_Response *lince_stream_new(lince_board *board, lince_request *request);

/* The board's mutex is held. */
void lince_stream_wake(lince_stream *stream);

#endif
