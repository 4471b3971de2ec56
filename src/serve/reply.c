#include "serve/reply.h"
#include "core/json.h"
#include "core/memory.h"

static const char type_of_json[] = "application/json";

/* Where there is no memory for what was to be said. */
static const char nothing[] = "{\"error\":\"out of memory\"}\n";

void lince_reply_fixed(lince_reply *r, const char *type, const void *bytes, size_t size)
{
    *r = (lince_reply){.status = LINCE_HTTP_OK, .type = type, .fixed = bytes, .size = size};
}

void lince_reply_text(lince_reply *r, lince_http status, const char *type, lince_buffer *text)
{
    *r = (lince_reply){.status = status, .type = type, .text = text->data, .size = text->size};
    if (!text->error && text->data) return;
    lince_buffer_release(text);
    lince_reply_fixed(r, type_of_json, nothing, sizeof nothing - 1);
    r->status = LINCE_HTTP_BUSY;
}

void lince_reply_json(lince_reply *r, lince_http status, json_t *json)
{
    lince_buffer line = {0};
    char *text;
    line.error = lince_json_text(json, JSON_COMPACT | JSON_REAL_PRECISION(7), &text);
    if (text) lince_buffer_puts(&line, text);
    lince_buffer_puts(&line, "\n");
    lince_free(text);
    lince_reply_text(r, status, type_of_json, &line);
}

void lince_reply_error(lince_reply *r, lince_http status, const char *message)
{
    lince_reply_json(r, status, lince_json_pack("{s:o}", "error", lince_json_string(message)));
}

/* Standard headers: nobody guesses at types, keeps answers, or shows them in a page of their own. */
static bool put_headers(const lince_reply *r, struct MHD_Response *response)
{
    const char *const headers[][2] = {
        {"Content-Type", r->type},
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Security-Policy", r->policy ? r->policy : "default-src 'none'; frame-ancestors 'none'"},
        {"Allow", r->allow},
        {"Retry-After", r->status == LINCE_HTTP_BUSY ? "1" : NULL},
        {"WWW-Authenticate", r->status == LINCE_HTTP_NO_TOKEN ? "Bearer realm=\"lince\"" : NULL},
        {"Connection", r->last ? "close" : NULL},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        if (headers[i][1] && MHD_add_response_header(response, headers[i][0], headers[i][1]) != MHD_YES)
            return false;
    return true;
}

static struct MHD_Response *response_of(lince_reply *r)
{
    struct MHD_Response *response =
        r->made   ? r->made
        : r->text ? MHD_create_response_from_buffer_with_free_callback(r->size, r->text, lince_free)
                  : MHD_create_response_from_buffer(r->size, (void *)r->fixed, MHD_RESPMEM_PERSISTENT);
    if (!response) lince_free(r->text);
    r->text = NULL;
    return response;
}

enum MHD_Result lince_reply_send(lince_reply *r, struct MHD_Connection *connection)
{
    struct MHD_Response *response = response_of(r);
    if (!response) return MHD_NO;
    enum MHD_Result sent =
        put_headers(r, response) ? MHD_queue_response(connection, (unsigned)r->status, response) : MHD_NO;
    MHD_destroy_response(response);
    return sent;
}
