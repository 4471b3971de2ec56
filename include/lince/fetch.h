/* Data sets and weights by name: downloaded, gone on with after an interruption, verified. The only part of
 * lince that asks others over a network. */
#ifndef LINCE_FETCH_H
#define LINCE_FETCH_H

#include <lince/observer.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One that lince knows: the library's own. */
typedef struct lince_fetchable {
    const char *name;    /* "cifar10", "vgg16" */
    const char *summary; /* one line, untranslated */
    const char *address;
    uint64_t bytes;     /* 0: not known exactly */
    double mebibytes;   /* about */
    const char *sha256; /* 64 hexadecimal digits, or the 8 that are published */
} lince_fetchable;

LINCE_API const lince_fetchable *lince_fetchable_at(size_t index); /* NULL after the last */

/* Begin with LINCE_FETCH_OPTIONS_INIT. */
typedef struct lince_fetch_options {
    size_t size;
    const char *what;     /* a name, or an address: http:, https:, file: */
    const char *sha256;   /* of an address: 8 to 64 digits; NULL for names */
    const char *folder;   /* where to; NULL: the current one */
    const char *url_base; /* takes the place of the address up to its last '/': a mirror; NULL: none */
    int stall_seconds;    /* without a byte, before the connection is given up; 0: 30 */
    int patience;         /* attempts in a row that bring nothing; 0: 3 */
    uint64_t most_bytes;  /* of a file whose length neither the list nor the server says; 0: 4 GiB */
} lince_fetch_options;
#define LINCE_FETCH_OPTIONS_INIT                                     \
    {                                                                \
        sizeof(lince_fetch_options), NULL, NULL, NULL, NULL, 0, 0, 0 \
    }

/* `observer` may be NULL; its progress counts bytes (phase LINCE_FETCHING). Fetches into <folder>/<last part
 * of the address>; its path goes to path[size]. A file of that name that is there already and has the right
 * SHA-256 is left alone. What came before a failure or an interruption is kept in <path>.part, and the next
 * call goes on from there; a second process that fetches it meanwhile is refused (LINCE_EIO). LINCE_EUSAGE, LINCE_EIO, LINCE_EDATA (not what was expected), LINCE_EINTERRUPTED.
 */
LINCE_API int lince_fetch(const lince_fetch_options *options, const lince_observer *observer, char *path,
                          size_t size);

#ifdef __cplusplus
}
#endif
#endif
