/* What a server answers to. */
#ifndef LINCE_SERVE_ROUTES_H
#define LINCE_SERVE_ROUTES_H

#include "serve/reply.h"

#include <stdbool.h>

struct lince_request;

typedef struct lince_route {
    const char *method, *path; /* a "*" in it stands for a name: a model's */
    bool guarded;              /* it asks for the token, where there is one */
    /* Fills the reply; 1: it will be asked again once the answer is there. */
    int (*answer)(struct lince_request *request, lince_reply *reply);
} lince_route;

/* Of a service (server.h): one line each of its list of routes. */
typedef struct lince_routes {
    const lince_route *list;
    size_t count;
} lince_routes;

/* The route of a path. *name: where the name begins in it, of name_size bytes. NULL: none; then *allow says by
 * which methods the path is asked, NULL: there is no such path. */
const lince_route *lince_route_find(const lince_routes *routes, const char *method, const char *path,
                                    const char **name, size_t *name_size, const char **allow);

#endif
