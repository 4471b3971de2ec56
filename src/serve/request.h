/* One question, from its head to its answer: libmicrohttpd tells of it piece by piece. */
#ifndef LINCE_SERVE_REQUEST_H
#define LINCE_SERVE_REQUEST_H

#include "serve/routes.h"
#include "serve/server.h"

#include <microhttpd.h>

typedef struct lince_request {
    lince_server *server;
    struct MHD_Connection *connection;
    lince_client *client;
    const lince_route *route; /* NULL: it is refused */
    void *named;              /* what its path names, as the service finds it */
    lince_voice voice;
    char *body; /* with a NUL behind it */
    size_t size, capacity;
    size_t held;   /* bytes of it that the server counts */
    size_t passed; /* bytes that nobody wants */
    lince_http refused;
    char *why; /* it is refused */
    const char *allow;
    void *own; /* the service's: what it is at work on */
    void (*release)(void *own);
} lince_request;

/* Addresses of any service: its page, whether it is alive, what it counts. */
int lince_serve_page(lince_request *request, lince_reply *reply);
int lince_serve_health(lince_request *request, lince_reply *reply);
int lince_serve_metrics(lince_request *request, lince_reply *reply);

/* libmicrohttpd's: `context` is the server. */
enum MHD_Result lince_request_hear(void *context, struct MHD_Connection *connection, const char *path,
                                   const char *method, const char *version, const char *data, size_t *size,
                                   void **request);
void lince_request_end(void *context, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode how);

#endif
