/* The service of runs: a thread looks again and again at all runs below a folder, by their files alone, so that it does not matter
 * whose process or machine trains them; who listens is told what has changed (stream.h). Nothing is written. */
#ifndef LINCE_WATCH_WATCHING_H
#define LINCE_WATCH_WATCHING_H

#include "serve/request.h"
#include "watch/board.h"
#include "watch/watched.h"

typedef struct lince_watching {
    char *folder;
    unsigned char secret[16]; /* of the runs' addresses; zeros where anybody may ask */
    lince_board board;
    pthread_mutex_t mutex; /* of the list: the thread adds to it */
    lince_watched **runs;  /* [count] those that are gone, too: an answer may be at work on one */
    size_t count, capacity;
    bool more;       /* there are, than are watched */
    lince_item list; /* of those that are there */
    bool closed, running;
    pthread_cond_t wake;
    pthread_t thread;
    lince_voice voice;
} lince_watching;

lince_watching *lince_watching_of(const lince_server *server);

extern const lince_service lince_service_of_runs;

#define ROUTE(method, path, guarded, function) \
    int function(struct lince_request *request, lince_reply *reply);
#include "watch/routes.def"
#undef ROUTE

#endif
