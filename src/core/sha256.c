#include "core/sha256.h"
#include "core/error.h"
#include "core/file.h"

#include <errno.h>
#include <stdio.h>

void lince_sha256_begin(lince_sha256 *sum)
{
    SHA256_Init(sum);
}

void lince_sha256_add(lince_sha256 *sum, const void *bytes, size_t size)
{
    SHA256_Update(sum, bytes, size);
}

void lince_sha256_end(lince_sha256 *sum, char digits[LINCE_SHA256_DIGITS + 1])
{
    unsigned char bytes[SHA256_DIGEST_LENGTH];
    SHA256_Final(bytes, sum);
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
}

static int add_file(lince_sha256 *sum, FILE *file, const char *path, const volatile sig_atomic_t *stop)
{
    char piece[1 << 14];
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0) {
        if (stop && *stop) return lince_fail(LINCE_EINTERRUPTED, "%s: interrupted", path);
        lince_sha256_add(sum, piece, got);
    }
    return ferror(file) ? lince_fail(LINCE_EIO, "%s: cannot read: %s", path, lince_reason(errno)) : 0;
}

int lince_sha256_file(const char *path, const volatile sig_atomic_t *stop,
                      char digits[LINCE_SHA256_DIGITS + 1])
{
    lince_sha256 sum;
    FILE *file = lince_stream_to_read(path);
    if (!file) return lince_fail(LINCE_EIO, "%s: cannot read: %s", path, lince_reason(errno));
    lince_sha256_begin(&sum);
    int code = add_file(&sum, file, path, stop);
    lince_sha256_end(&sum, digits);
    fclose(file);
    return code;
}
