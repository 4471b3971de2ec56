/* Who may ask. */
#ifndef LINCE_SERVE_GUARD_H
#define LINCE_SERVE_GUARD_H

#include "core/sha256.h"

#include <microhttpd.h>
#include <stdbool.h>

typedef struct lince_guard {
    bool asks;                         /* for a token */
    char sum[LINCE_SHA256_DIGITS + 1]; /* of the token: sums are compared, which have one length */
    bool loopback;                     /* it listens for this machine alone */
} lince_guard;

/* Reads the first line of a file. LINCE_EIO; LINCE_EDATA where it holds no token. 1: others may read the file. */
int lince_guard_read(lince_guard *guard, const char *path);

/* Whether the question brings the token, if one is asked for; in a time that does not tell how much of it was right. */
bool lince_guard_knows(const lince_guard *guard, struct MHD_Connection *connection);

/* Whether it is not asked by a page from elsewhere that a browser on this machine shows: neither one whose name leads here
 * (DNS rebinding), nor one that sends what it may send anywhere. */
bool lince_guard_trusts(const lince_guard *guard, struct MHD_Connection *connection);

#endif
