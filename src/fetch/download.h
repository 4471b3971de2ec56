/* One file from one address, in one attempt or several. */
#ifndef LINCE_FETCH_DOWNLOAD_H
#define LINCE_FETCH_DOWNLOAD_H

#include "fetch/part.h"

#include <lince/fetch.h>

typedef struct lince_download {
    const char *address;
    const lince_part *part;      /* what is in it already is not asked for again */
    uint64_t bytes;              /* of the whole; 0: not known */
    double mebibytes;            /* about, where bytes is 0: other sizes are refused; 0: not known either */
    uint64_t most;               /* where the server does not say the size either */
    int stall_seconds, patience; /* as in lince_fetch_options */
    const lince_observer *observer;
} lince_download;

/* LINCE_EIO, LINCE_EDATA, LINCE_EINTERRUPTED. `part` stays, with what came. */
int lince_download_run(const lince_download *download);

#endif
