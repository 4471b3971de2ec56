/* SHA-256 (FIPS 180-4), by OpenSSL: of bytes in pieces, and of a file. */
#ifndef LINCE_CORE_SHA256_H
#define LINCE_CORE_SHA256_H

#include <signal.h>
#include <stddef.h>

enum { LINCE_SHA256_DIGITS = 64 }; /* hexadecimal, small letters */

/* begin; add; then end, which writes the digits (unless NULL) and releases. Failures stay until end tells
 * them: LINCE_ENOMEM. */
typedef struct lince_sha256 {
    void *context;
} lince_sha256;

void lince_sha256_begin(lince_sha256 *sum);
void lince_sha256_add(lince_sha256 *sum, const void *bytes, size_t size);
int lince_sha256_end(lince_sha256 *sum, char digits[LINCE_SHA256_DIGITS + 1]);

/* Of a whole file. LINCE_EIO; LINCE_EINTERRUPTED when *stop (may be NULL) is set. */
int lince_sha256_file(const char *path, const volatile sig_atomic_t *stop,
                      char digits[LINCE_SHA256_DIGITS + 1]);

#endif
