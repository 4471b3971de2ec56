/* A run that is watched: what its folder says, read anew where a file of it has changed, as JSON on the board. */
#ifndef LINCE_WATCH_WATCHED_H
#define LINCE_WATCH_WATCHED_H

#include "watch/board.h"
#include "watch/within.h"

#include <jansson.h>

enum { LINCE_WATCHED_FILES = 7, LINCE_WATCHED_ID = 32 };

typedef enum lince_watched_state {
    LINCE_RUN_STOPPED,  /* interrupted, or it failed; or it is older than progress.json */
    LINCE_RUN_TRAINING, /* it gives signs of life */
    LINCE_RUN_LOST,     /* its signs of life have ended without a word */
    LINCE_RUN_FINISHED
} lince_watched_state;

typedef struct lince_watched {
    char *path; /* below the folder */
    char *name; /* as it is shown */
    char id[LINCE_WATCHED_ID +
            1]; /* in addresses: hexadecimal, and nobody's guess where a token is asked for */
    bool there; /* its folder is there, */
    bool run;   /* and is a run's */
    lince_stamp stamps[LINCE_WATCHED_FILES], progress_stamp;
    int epochs, done; /* asked for, and in results.csv */
    bool ended;       /* there is a test, or a record of its end */
    json_t *progress; /* of progress.json; NULL: there is none */
    double within;    /* of it: seconds until the next */
    double moved;     /* when it was seen to change (lince_now) */
    lince_watched_state state;
    double looked;       /* when it was looked at last */
    lince_item told, at; /* what is told of it, and where it stands */
} lince_watched;

/* `path`: below `folder`, copied. LINCE_ENOMEM. */
int lince_watched_init(lince_watched *run, const char *folder, const char *path, const unsigned char *secret,
                       size_t secret_size);
void lince_watched_release(lince_watched *run);

/* Looks at its files, and puts on the board what is new. LINCE_ENOMEM. */
int lince_watched_look(lince_watched *run, const char *folder, lince_board *board);

/* It is no longer there. */
void lince_watched_leave(lince_watched *run, lince_board *board);

#endif
