/* What a server of runs answers. */
#include "core/error.h"
#include "core/folder.h"
#include "core/memory.h"
#include "watch/stream.h"
#include "watch/watching.h"
#include "watch/within.h"

#include <unistd.h>

static lince_watching *own(const lince_request *r)
{
    return lince_watching_of(r->server);
}

int lince_show_runs(lince_request *r, lince_reply *reply)
{
    lince_buffer out = {0};
    lince_buffer_puts(&out, "{\"runs\":");
    lince_board_list(&own(r)->board, "run", &out);
    lince_buffer_puts(&out, ",\"at\":");
    lince_board_list(&own(r)->board, "at", &out);
    lince_buffer_puts(&out, "}\n");
    lince_reply_text(reply, LINCE_HTTP_OK, "application/json", &out);
    return 0;
}

/* --- events --------------------------------------------------------------------------------------- */

/* Of all connections half at most listen: the others are for questions. */
static bool may_listen(const lince_request *r)
{
    lince_board *b = &own(r)->board;
    pthread_mutex_lock(&b->mutex);
    bool room = b->listeners < (size_t)r->server->limits.connections / 2 || !b->listeners;
    pthread_mutex_unlock(&b->mutex);
    return room;
}

int lince_show_events(lince_request *r, lince_reply *reply)
{
    if (!may_listen(r)) {
        lince_reply_error(reply, LINCE_HTTP_BUSY, _("as many listen as may; ask again in a moment"));
        return 0;
    }
    *reply = (lince_reply){.status = LINCE_HTTP_OK, .type = "text/event-stream; charset=utf-8"};
    reply->made = lince_stream_new(&own(r)->board, r);
    if (!reply->made) lince_reply_error(reply, LINCE_HTTP_BUSY, _("out of memory"));
    return 0;
}

/* --- files ---------------------------------------------------------------------------------------- */

static int open_file(const lince_request *r, const char *name, struct stat *status)
{
    const lince_watched *run = r->named;
    int folder = lince_folder_open(own(r)->folder, run->path, false);
    if (folder < 0) return -1;
    int fd = lince_within_open(folder, name, status);
    close(folder);
    return fd;
}

static void send_file(const lince_request *r, lince_reply *reply, const char *name, const char *type,
                      const char *policy)
{
    struct stat status;
    int fd = open_file(r, name, &status);
    if (fd < 0) {
        lince_reply_error(reply, LINCE_HTTP_NOT_FOUND, _("the run has no such file"));
        return;
    }
    *reply = (lince_reply){.status = LINCE_HTTP_OK, .type = type, .policy = policy};
    reply->made = MHD_create_response_from_fd64((uint64_t)status.st_size, fd); /* which closes it */
    if (reply->made) return;
    close(fd);
    lince_reply_error(reply, LINCE_HTTP_BUSY, _("out of memory"));
}

/* Whatever stands in it, it runs nothing, asks nobody, and is of no address (RFC 6454) that others are of. */
int lince_show_report(lince_request *r, lince_reply *reply)
{
    send_file(
        r, reply, "report.html", "text/html; charset=utf-8",
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; font-src "
        "data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    return 0;
}

int lince_show_errors(lince_request *r, lince_reply *reply)
{
    send_file(r, reply, "plots/errors.png", "image/png", NULL);
    return 0;
}
