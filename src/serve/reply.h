/* What goes back. */
#ifndef LINCE_SERVE_REPLY_H
#define LINCE_SERVE_REPLY_H

#include "core/buffer.h"
#include "serve/status.h"

#include <jansson.h>
#include <microhttpd.h>
#include <stdbool.h>

typedef struct lince_reply {
    lince_http status;
    const char *type; /* of the content */
    char *text;       /* lince_alloc'ed and taken over; NULL: `fixed` */
    const void *fixed;
    size_t size;
    struct MHD_Response *made;  /* in place of a text: what is sent piece by piece; taken over */
    const char *allow, *policy; /* headers Allow and Content-Security-Policy; NULL: none */
    bool last;                  /* the connection ends behind it */
} lince_reply;

/* Each fills a reply; where memory is missing, with status 503. */
void lince_reply_fixed(lince_reply *reply, const char *type, const void *bytes, size_t size);
void lince_reply_text(lince_reply *reply, lince_http status, const char *type,
                      lince_buffer *text);                                  /* taken over */
void lince_reply_json(lince_reply *reply, lince_http status, json_t *json); /* taken over */
void lince_reply_error(lince_reply *reply, lince_http status, const char *message);

/* Hands it to libmicrohttpd, and releases it. */
enum MHD_Result lince_reply_send(lince_reply *reply, struct MHD_Connection *connection);

#endif
