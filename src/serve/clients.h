/* Who is connected, and since when: libmicrohttpd's own timeout begins anew with every byte, so that who drips bytes is
 * never late by it. Here a question has one time to arrive, and its answer one to leave. */
#ifndef LINCE_SERVE_CLIENTS_H
#define LINCE_SERVE_CLIENTS_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum lince_client_phase {
    LINCE_CLIENT_IDLE,     /* nothing of a question has been understood yet */
    LINCE_CLIENT_ASKING,   /* its head has arrived */
    LINCE_CLIENT_WAITING,  /* for what is computed: as long as it takes */
    LINCE_CLIENT_ANSWERED, /* the answer is on its way */
} lince_client_phase;

typedef struct lince_client {
    struct lince_client *next, *previous;
    int socket;
    double since;
    lince_client_phase phase;
    bool cut;
} lince_client;

typedef struct lince_clients {
    pthread_mutex_t mutex;
    lince_client *first;
} lince_clients;

void lince_clients_init(lince_clients *clients);
void lince_clients_release(lince_clients *clients);

/* libmicrohttpd's: `context` is the clients'. */
void lince_clients_notify(void *context, struct MHD_Connection *connection, void **client,
                          enum MHD_ConnectionNotificationCode code);

/* NULL: there was no memory for it. */
lince_client *lince_client_of(struct MHD_Connection *connection);

/* The time counts anew when it begins to be idle, and when it is answered. */
void lince_client_enter(lince_clients *clients, lince_client *client, lince_client_phase phase);

/* Cuts those that take longer than `seconds`; how many these were. */
size_t lince_clients_cut(lince_clients *clients, double seconds);

/* How many there are; and of them those that are not idle. */
size_t lince_clients_count(lince_clients *clients, size_t *busy);

#endif
