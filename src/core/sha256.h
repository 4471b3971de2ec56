/* The SHA-256 of a file. */
#ifndef LINCE_FETCH_SHA256_H
#define LINCE_FETCH_SHA256_H

#include <signal.h>

enum { LINCE_SHA256_DIGITS = 64 };

/* Hexadecimal, small letters. LINCE_EIO; LINCE_EINTERRUPTED when *stop (may be NULL) is set. */
int lince_sha256_file(const char *path, const volatile sig_atomic_t *stop,
                      char digits[LINCE_SHA256_DIGITS + 1]);

#endif
