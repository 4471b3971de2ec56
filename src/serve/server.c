/* A server from its models to its end (include/lince/serve.h). */
#include "serve/server.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "core/tell.h"
#include "serve/listen.h"
#include "serve/page.h"
#include "serve/request.h"

#include <microhttpd.h>
#include <time.h>
#include <unistd.h>

/* --- opening -------------------------------------------------------------------------------------- */

int lince_limit(int given, int usual)
{
    return given > 0 ? given : usual;
}

static void set_limits(lince_limits *l, const lince_server_options *o)
{
    enum { SECONDS = 30, CONNECTIONS = 256, AN_ADDRESS = 64, INPUTS = 256, BODY_MB = 16, BODIES = 16 };
    l->seconds = lince_limit(o->seconds, SECONDS);
    l->connections = lince_limit(o->connections, CONNECTIONS);
    l->an_address = lince_limit(o->an_address, AN_ADDRESS);
    l->inputs = (size_t)lince_limit(o->inputs, INPUTS);
    l->body = (size_t)lince_limit(o->body_mb, BODY_MB) << 20;
    l->bodies = BODIES * l->body;
}

static int open_guard(lince_server *s, const lince_server_options *o, const lince_observer *observer)
{
    int code = o->token_file ? lince_guard_read(&s->guard, o->token_file) : 0;
    if (code > 0)
        lince_warn(observer, _("%s: other users of this machine may read the token"), o->token_file);
    return code < 0 ? code : 0;
}

static int open_server(lince_server *s, const lince_opened *opened, const lince_server_options *o,
                       const lince_observer *observer)
{
    set_limits(&s->limits, o);
    LINCE_TRY(open_guard(s, o, observer));
    LINCE_TRY(lince_page_policy(s->page, s->page_size, &s->page_policy));
    LINCE_TRY(opened->open(s, opened->given, o, observer));
    LINCE_TRY(lince_listen(o->listen ? o->listen : "127.0.0.1", o->port, &s->listening, s->address,
                           sizeof s->address, &s->guard.loopback));
    if (!s->guard.loopback && !s->guard.asks)
        lince_warn(observer, _("%s: whoever reaches it may ask; --token-file makes it ask for a token"),
                   s->address);
    return 0;
}

int lince_server_new(lince_server **server, const lince_opened *opened, const lince_server_options *options,
                     const lince_observer *observer)
{
    lince_server_options own = LINCE_SERVER_OPTIONS_INIT;
    lince_observer heard = LINCE_OBSERVER_INIT;
    *server = NULL;
    LINCE_TRY(lince_sized_read(&own, options, "lince_server_options"));
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    lince_server *s = lince_alloc(1, sizeof *s);
    if (!s) return LINCE_ENOMEM;
    s->service = opened->service;
    s->page = opened->page;
    s->page_size = opened->page_size;
    s->listening = -1;
    s->voice = lince_voice_now();
    lince_clients_init(&s->clients);
    int code = open_server(s, opened, &own, &heard);
    if (!code)
        *server = s;
    else
        lince_server_free(s);
    return code;
}

const char *lince_server_address(const lince_server *s)
{
    return s ? s->address : "";
}

void lince_server_free(lince_server *s)
{
    if (!s) return;
    if (s->listening >= 0) close(s->listening);
    s->service->release(s);
    lince_free(s->page_policy);
    lince_clients_release(&s->clients);
    lince_free(s);
}

/* --- running -------------------------------------------------------------------------------------- */

static struct MHD_Daemon *start(lince_server *s)
{
    const lince_limits *l = &s->limits;
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                            lince_request_hear, s, MHD_OPTION_LISTEN_SOCKET, s->listening,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)l->connections,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)l->an_address,
                            MHD_OPTION_NOTIFY_CONNECTION, lince_clients_notify, &s->clients,
                            MHD_OPTION_NOTIFY_COMPLETED, lince_request_end, s, MHD_OPTION_END);
}

/* A moment, and what is to be done in each. */
static void watch(lince_server *s)
{
    static const struct timespec moment = {.tv_nsec = 50000000};
    nanosleep(&moment, NULL);
    atomic_fetch_add(&s->metrics.cut, lince_clients_cut(&s->clients, s->limits.seconds));
}

/* What has begun to arrive is answered, within the time that it has. */
static void finish(lince_server *s, struct MHD_Daemon *daemon, const lince_observer *observer)
{
    size_t busy;
    atomic_store(&s->stopping, true);
    MHD_quiesce_daemon(daemon);
    close(s->listening);
    s->listening = -1;
    if (s->service->finish) s->service->finish(s);
    lince_clients_count(&s->clients, &busy);
    if (busy) lince_note(observer, _("stopping; questions that are still answered: %zu"), busy);
    while (lince_clients_count(&s->clients, &busy), busy) watch(s);
}

static void run(lince_server *s, struct MHD_Daemon *daemon, const lince_observer *observer)
{
    while (!observer->stop || !*observer->stop) watch(s);
    finish(s, daemon, observer);
}

int lince_server_run(lince_server *s, const lince_observer *observer)
{
    LINCE_NEED(s);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    if (s->listening < 0) return lince_fail(LINCE_EUSAGE, "a server runs once");
    s->begun = lince_now();
    int code = lince_parallel_prepare();
    if (!code) code = s->service->begin(s);
    struct MHD_Daemon *daemon = code ? NULL : start(s);
    if (!code && !daemon) code = lince_fail(LINCE_EIO, "%s: the server could not be started", s->address);
    if (daemon) run(s, daemon, &heard);
    s->service->end(s);
    if (daemon) MHD_stop_daemon(daemon);
    return code;
}
