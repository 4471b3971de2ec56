#include "serve/clients.h"
#include "core/clock.h"
#include "core/memory.h"

#include <sys/socket.h>

void lince_clients_init(lince_clients *c)
{
    pthread_mutex_init(&c->mutex, NULL);
    c->first = NULL;
}

void lince_clients_release(lince_clients *c)
{
    pthread_mutex_destroy(&c->mutex);
}

lince_client *lince_client_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void begin(lince_clients *c, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    lince_client *client = info ? lince_alloc(1, sizeof *client) : NULL;
    *context = client;
    if (!client) return;
    client->socket = info->connect_fd;
    client->since = lince_now();
    pthread_mutex_lock(&c->mutex);
    client->next = c->first;
    if (c->first) c->first->previous = client;
    c->first = client;
    pthread_mutex_unlock(&c->mutex);
}

/* Before its socket is closed: nobody cuts another's of the same number. */
static void end(lince_clients *c, lince_client *client)
{
    if (!client) return;
    pthread_mutex_lock(&c->mutex);
    if (client->previous)
        client->previous->next = client->next;
    else
        c->first = client->next;
    if (client->next) client->next->previous = client->previous;
    pthread_mutex_unlock(&c->mutex);
    lince_free(client);
}

void lince_clients_notify(void *context, struct MHD_Connection *connection, void **client,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        begin(context, connection, client);
    else
        end(context, *client);
}

void lince_client_enter(lince_clients *c, lince_client *client, lince_client_phase phase)
{
    if (!client) return;
    pthread_mutex_lock(&c->mutex);
    client->phase = phase;
    if (phase == LINCE_CLIENT_IDLE || phase == LINCE_CLIENT_ANSWERED) client->since = lince_now();
    pthread_mutex_unlock(&c->mutex);
}

size_t lince_clients_cut(lince_clients *c, double seconds)
{
    size_t count = 0;
    double latest = lince_now() - seconds;
    pthread_mutex_lock(&c->mutex);
    for (lince_client *client = c->first; client; client = client->next) {
        if (client->cut || client->phase == LINCE_CLIENT_WAITING || client->since > latest) continue;
        client->cut = true;
        shutdown(client->socket, SHUT_RDWR);
        count++;
    }
    pthread_mutex_unlock(&c->mutex);
    return count;
}

size_t lince_clients_count(lince_clients *c, size_t *busy)
{
    size_t count = 0;
    *busy = 0;
    pthread_mutex_lock(&c->mutex);
    for (const lince_client *client = c->first; client; client = client->next, count++)
        *busy += client->phase != LINCE_CLIENT_IDLE;
    pthread_mutex_unlock(&c->mutex);
    return count;
}
