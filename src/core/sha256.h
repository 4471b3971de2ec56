/* SHA-256 (FIPS 180-4), by OpenSSL: of bytes in pieces, and of a file. By its older functions, which allocate nothing and
 * cannot fail: its newer ones fetch an algorithm first, and crash where memory is missing meanwhile. */
#ifndef LINCE_CORE_SHA256_H
#define LINCE_CORE_SHA256_H

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <signal.h>
#include <stddef.h>

enum { LINCE_SHA256_DIGITS = 64 }; /* hexadecimal, small letters */

/* begin; add; then end, which writes the digits. Nothing is to be released. */
typedef SHA256_CTX lince_sha256;

void lince_sha256_begin(lince_sha256 *sum);
void lince_sha256_add(lince_sha256 *sum, const void *bytes, size_t size);
void lince_sha256_end(lince_sha256 *sum, char digits[LINCE_SHA256_DIGITS + 1]);

/* Of a whole file. LINCE_EIO; LINCE_EINTERRUPTED when *stop (may be NULL) is set. */
int lince_sha256_file(const char *path, const volatile sig_atomic_t *stop,
                      char digits[LINCE_SHA256_DIGITS + 1]);

#endif
