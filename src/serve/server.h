/* A server: what its parts share. A question's way: connections are taken and read by libmicrohttpd on a thread of its own, which
 * never computes (request.c); predict.c makes a job of what has arrived whole, and its connection rests; a model's own thread
 * takes jobs from its queue, a batch at a time (served.c), and wakes the connection. The thread that runs the server watches
 * the clock (clients.c). */
#ifndef LINCE_SERVE_SERVER_H
#define LINCE_SERVE_SERVER_H

#include "core/i18n.h"
#include "serve/clients.h"
#include "serve/guard.h"
#include "serve/metrics.h"
#include "serve/served.h"

#include <lince/serve.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct lince_limits {
    int seconds; /* for a question to arrive, and for its answer to leave */
    int connections, an_address;
    size_t inputs; /* of a question */
    size_t body;   /* bytes of a question */
    size_t bodies; /* bytes of all that are held at a time */
} lince_limits;

struct lince_server {
    lince_limits limits;
    lince_served *models; /* [count] */
    size_t count;
    lince_guard guard;
    lince_clients clients;
    lince_counts metrics;
    lince_voice voice; /* that it speaks with where a client says nothing of its language */
    int listening;     /* a socket; -1: none any more */
    char address[320];
    char *page_policy; /* of the page: the sums of what it may run (page.c) */
    _Atomic size_t held;
    atomic_bool stopping;
    double begun;
};

/* NULL: there is none of that name. */
lince_served *lince_server_model(lince_server *server, const char *name);

#endif
