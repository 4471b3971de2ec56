#include "serve/request.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/plain_locale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *header(const lince_request *r, const char *name)
{
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

/* --- its head ------------------------------------------------------------------------------------- */

/* The first language of Accept-Language that lince speaks. */
static lince_voice voice_of(const lince_request *r)
{
    lince_voice voice = r->server->voice;
    voice.dashes = false;
    const char *said = header(r, "Accept-Language");
    for (; said && *said; said += strcspn(said, ","), said += *said == ',') {
        said += strspn(said, " \t");
        for (const char *const *known = (const char *const[]){"en", "es", NULL}; *known; known++)
            if (!strncasecmp(said, *known, 2) && (!said[2] || strchr("-,; \t", said[2]))) {
                voice.language = *known;
                return voice;
            }
    }
    return voice;
}

/* It is read to its end, and answered by this. */
static void refuse(lince_request *r, lince_http status, const char *message)
{
    if (r->refused) return;
    r->refused = status;
    r->why = lince_strdup(message);
    atomic_fetch_sub(&r->server->held, r->held);
    lince_free(r->body);
    r->body = NULL;
    r->size = r->capacity = r->held = 0;
}

static void find_route(lince_request *r, const char *method, const char *path)
{
    const lince_service *service = r->server->service;
    const char *name;
    size_t size;
    r->route = lince_route_find(&service->routes, method, path, &name, &size, &r->allow);
    if (!r->route) {
        refuse(r, r->allow ? LINCE_HTTP_METHOD : LINCE_HTTP_NOT_FOUND,
               r->allow ? _("another method than this address is asked by") : _(service->nowhere));
        return;
    }
    if (!size) return;
    char *copy = lince_strndup(name, size);
    r->named = copy ? service->find(r->server, copy) : NULL;
    lince_free(copy);
}

static void check_who_asks(lince_request *r)
{
    const lince_guard *guard = &r->server->guard;
    if (!lince_guard_trusts(guard, r->connection))
        refuse(r, LINCE_HTTP_FORBIDDEN, _("asked by a page of another address"));
    else if (r->route && r->route->guarded && !lince_guard_knows(guard, r->connection))
        refuse(r, LINCE_HTTP_NO_TOKEN, _("expected a header Authorization: Bearer with the server's token"));
}

/* Of a route that names something; told to nobody who may not ask. */
static void check_name(lince_request *r)
{
    if (!r->refused && r->route && strchr(r->route->path, '*') && !r->named)
        refuse(r, LINCE_HTTP_NOT_FOUND, _(r->server->service->nobody));
}

static void refuse_large(lince_request *r)
{
    char text[128];
    snprintf(text, sizeof text, _("the body is larger than %zu bytes"), r->server->limits.body);
    refuse(r, LINCE_HTTP_TOO_LARGE, text);
}

/* What is refused is read on all the same, because a client that is cut off while it still sends sees no answer; but not for
 * ever, and not where it waits to be told. */
static bool is_not_worth_reading(const lince_request *r)
{
    enum { PATIENCE = 4 };
    const char *length = header(r, "Content-Length");
    unsigned long long size = length ? strtoull(length, NULL, 10) : 0;
    return r->refused && (header(r, "Expect") || size / PATIENCE > r->server->limits.body);
}

static void check_length(lince_request *r)
{
    const char *length = header(r, "Content-Length");
    if (length && strtoull(length, NULL, 10) > r->server->limits.body) refuse_large(r);
}

/* --- its answer ----------------------------------------------------------------------------------- */

static enum MHD_Result send_reply(lince_request *r, lince_reply *reply)
{
    reply->last |= atomic_load(&r->server->stopping);
    lince_counts_status(&r->server->metrics, reply->status);
    lince_client_enter(&r->server->clients, r->client, LINCE_CLIENT_ANSWERED);
    return lince_reply_send(reply, r->connection);
}

static enum MHD_Result send_refusal(lince_request *r, bool last)
{
    lince_reply reply;
    lince_reply_error(&reply, r->refused, r->why ? r->why : _("out of memory"));
    reply.allow = r->refused == LINCE_HTTP_METHOD ? r->allow : NULL;
    reply.last = last;
    return send_reply(r, &reply);
}

static enum MHD_Result answer(lince_request *r)
{
    lince_reply reply = {0};
    if (r->refused) return send_refusal(r, false);
    if (r->route->answer(r, &reply)) return MHD_YES;
    return send_reply(r, &reply);
}

/* --- its body ------------------------------------------------------------------------------------- */

/* Whether so many bytes more may be held. */
static bool may_hold(lince_request *r, size_t size)
{
    lince_server *s = r->server;
    if (r->size + size > s->limits.body) {
        refuse_large(r);
        return false;
    }
    if (atomic_fetch_add(&s->held, size) + size <= s->limits.bodies) {
        r->held += size;
        return true;
    }
    atomic_fetch_sub(&s->held, size);
    refuse(r, LINCE_HTTP_BUSY, _("the server is busy: too much is being sent to it"));
    return false;
}

static void keep(lince_request *r, const char *data, size_t size)
{
    if (!may_hold(r, size)) return;
    if (lince_grow(&r->body, &r->capacity, r->size + size + 1, 1)) {
        refuse(r, LINCE_HTTP_BUSY, lince_error());
        return;
    }
    memcpy(r->body + r->size, data, size);
    r->size += size;
    r->body[r->size] = '\0';
}

/* MHD_NO ends the connection: of what is refused too much has come. */
static enum MHD_Result take(lince_request *r, const char *data, size_t *size)
{
    enum { PATIENCE = 4 };
    if (!r->refused) keep(r, data, *size);
    if (r->refused) r->passed += *size;
    *size = 0;
    return r->passed / PATIENCE > r->server->limits.body ? MHD_NO : MHD_YES;
}

/* --- libmicrohttpd's ------------------------------------------------------------------------------ */

static enum MHD_Result begin(lince_server *s, struct MHD_Connection *connection, const char *method,
                             const char *path, void **request)
{
    lince_request *r = *request = lince_alloc(1, sizeof *r);
    if (!r) return MHD_NO;
    *r = (lince_request){.server = s, .connection = connection, .client = lince_client_of(connection)};
    if (!r->client) return MHD_NO;
    lince_client_enter(&s->clients, r->client, LINCE_CLIENT_ASKING);
    lince_voice_use(r->voice = voice_of(r));
    if (atomic_load(&s->stopping)) refuse(r, LINCE_HTTP_BUSY, _("the server is stopping"));
    find_route(r, method, path);
    check_who_asks(r);
    check_name(r);
    check_length(r);
    return is_not_worth_reading(r) ? send_refusal(r, true) : MHD_YES;
}

enum MHD_Result lince_request_hear(void *context, struct MHD_Connection *connection, const char *path,
                                   const char *method, const char *version, const char *data, size_t *size,
                                   void **request)
{
    LINCE_PLAIN_LOCALE;
    lince_request *r = *request;
    (void)version;
    if (!r) return begin(context, connection, method, path, request);
    lince_voice_use(r->voice);
    return *size ? take(r, data, size) : answer(r);
}

void lince_request_end(void *context, struct MHD_Connection *connection, void **request,
                       enum MHD_RequestTerminationCode how)
{
    lince_request *r = *request;
    (void)context;
    (void)connection;
    (void)how;
    *request = NULL;
    if (!r) return;
    lince_client_enter(&r->server->clients, r->client, LINCE_CLIENT_IDLE);
    atomic_fetch_sub(&r->server->held, r->held);
    if (r->own) r->release(r->own);
    lince_free(r->body);
    lince_free(r->why);
    lince_free(r);
}
