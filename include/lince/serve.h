/* A server of trained models: pictures, recordings and texts come in over HTTP, answers go out as JSON (docs/serve.md); and one of
 * runs, which shows how they train (docs/watch.md). */
#ifndef LINCE_SERVE_H
#define LINCE_SERVE_H

#include <lince/observer.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lince_server lince_server;

/* Begin with LINCE_SERVER_OPTIONS_INIT. 0 stands for what is said behind it; all is copied. */
typedef struct lince_server_options {
    size_t size;
    const char *const
        *models; /* [count] as lince_model_open takes them; "NAME=PATH" names one otherwise than its folder */
    size_t count;                /* 1 at least */
    const char *listen;          /* an address of this machine, or its name; NULL: 127.0.0.1 */
    int port;                    /* 0: one that is free */
    const char *token_file;      /* whose first line every question must bring; NULL: anybody may ask */
    int threads;                 /* that each model computes on; 0: as many as there are processors */
    int batch;                   /* inputs that are computed together; 0: 8 */
    int queue;                   /* questions that wait for one model; 0: 64 */
    int inputs;                  /* of one question; 0: 256 */
    int body_mb;                 /* of one question, 2^20 bytes; 0: 16 */
    int seconds;                 /* that a question may take to arrive, and its answer to leave; 0: 30 */
    int connections, an_address; /* at a time, in all and from one address; 0: 256 and 64 */
    int picture_mb;              /* of one picture's pixels, 3 bytes each, 2^20 bytes; 0: 192 */
} lince_server_options;
#define LINCE_SERVER_OPTIONS_INIT                                                       \
    {                                                                                   \
        sizeof(lince_server_options), NULL, 0, NULL, 0, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0 \
    }

/* Watches all runs below a folder, also those of other processes and machines that share it: a page shows how they train. Of the
 * options those of models and questions are left alone. LINCE_EUSAGE, LINCE_EIO. */
LINCE_API int lince_server_watch(lince_server **server, const char *folder,
                                 const lince_server_options *options, const lince_observer *observer);

/* Opens the models, gets them ready and listens; who connects from now on is answered once it runs. *server is NULL after
 * a failure: LINCE_EUSAGE, LINCE_EIO, LINCE_EFORMAT. */
LINCE_API int lince_server_open(lince_server **server, const lince_server_options *options,
                                const lince_observer *observer);

/* "http://127.0.0.1:8080/" */
LINCE_API const char *lince_server_address(const lince_server *server);

/* Answers until *observer->stop is not 0. Then it listens no more, answers what had begun to arrive, and returns 0. Once.
 * LINCE_EIO, LINCE_ENOMEM. */
LINCE_API int lince_server_run(lince_server *server, const lince_observer *observer);

LINCE_API void lince_server_free(lince_server *server);

#ifdef __cplusplus
}
#endif
#endif
