/* A server, whatever it is for: connections, who may ask, limits, the way from a question to its answer. Connections are taken and
 * read by libmicrohttpd on a thread of its own, which never computes (request.c); the thread that runs the server watches the
 * clock (clients.c). What it answers is its service's: that of models (models.h) is in this folder. */
#ifndef LINCE_SERVE_SERVER_H
#define LINCE_SERVE_SERVER_H

#include "core/i18n.h"
#include "serve/clients.h"
#include "serve/guard.h"
#include "serve/metrics.h"
#include "serve/routes.h"

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

/* What a server is for. */
typedef struct lince_service {
    lince_routes routes;
    const char *nowhere, *nobody; /* told, untranslated, of an address and of a name that there are not */
    /* What the name in a path stands for (lince_request.named); NULL: there is none of that name. */
    void *(*find)(lince_server *server, const char *name);
    int (*begin)(lince_server *server); /* its threads; LINCE_ENOMEM */
    /* No question comes any more: what waits for something that may never come is answered. May be NULL. */
    void (*finish)(lince_server *server);
    void (*end)(lince_server *server);                      /* its threads, where they were begun */
    void (*count)(lince_server *server, lince_buffer *out); /* what /metrics says of it; may be NULL */
    void (*release)(lince_server *server);
} lince_service;

struct lince_server {
    const lince_service *service;
    void *own; /* the service's */
    lince_limits limits;
    lince_guard guard;
    lince_clients clients;
    lince_counts metrics;
    lince_voice voice; /* that it speaks with where a client says nothing of its language */
    int listening;     /* a socket; -1: none any more */
    char address[320];
    const void *page; /* what stands at "/" */
    size_t page_size;
    char *page_policy; /* the sums of what it may run (page.h) */
    _Atomic size_t held;
    atomic_bool stopping;
    double begun;
};

/* Begins a server for a service with the options that all have, and listens once `open` has filled in what is its own;
 * `page` is what stands at "/". *server is NULL after a failure. */
typedef struct lince_opened {
    const lince_service *service;
    const void *page;
    size_t page_size;
    const void *given; /* to `open` */
    int (*open)(lince_server *server, const void *given, const lince_server_options *options,
                const lince_observer *observer);
} lince_opened;
int lince_server_new(lince_server **server, const lince_opened *opened, const lince_server_options *options,
                     const lince_observer *observer);

/* Of a limit that may be left open. */
int lince_limit(int given, int usual);

#endif
