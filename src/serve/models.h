/* The service of models. A question's way: predict.c makes a job of what has arrived whole, and its connection rests; a model's own
 * thread takes jobs from its queue, a batch at a time (served.c), and wakes the connection. */
#ifndef LINCE_SERVE_MODELS_H
#define LINCE_SERVE_MODELS_H

#include "serve/routes.h"
#include "serve/served.h"
#include "serve/server.h"

typedef struct lince_models {
    lince_served *list; /* [count] */
    size_t count;
} lince_models;

/* Of a server of models. */
lince_models *lince_models_of(const lince_server *server);

extern const lince_service lince_service_of_models;

/* What /metrics says of them (metrics.c). */
void lince_models_count(lince_server *server, lince_buffer *out);

#define ROUTE(method, path, guarded, function) \
    int function(struct lince_request *request, lince_reply *reply);
#include "serve/routes.def"
#undef ROUTE

#endif
