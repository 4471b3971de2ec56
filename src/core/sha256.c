#include "fetch/sha256.h"
#include "core/error.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static int read_all(EVP_MD_CTX *sum, FILE *file, const char *path, const volatile sig_atomic_t *stop)
{
    char piece[1 << 16];
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0) {
        if (stop && *stop) return lince_fail(LINCE_EINTERRUPTED, "%s: interrupted", path);
        if (!EVP_DigestUpdate(sum, piece, got)) return lince_fail(LINCE_ENOMEM, "%s: no SHA-256", path);
    }
    return ferror(file) ? lince_fail(LINCE_EIO, "%s: cannot read: %s", path, lince_reason(errno)) : 0;
}

int lince_sha256_file(const char *path, const volatile sig_atomic_t *stop,
                      char digits[LINCE_SHA256_DIGITS + 1])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    FILE *file = fopen(path, "rbe");
    if (!file) return lince_fail(LINCE_EIO, "%s: cannot read: %s", path, lince_reason(errno));
    EVP_MD_CTX *sum = EVP_MD_CTX_new();
    int code = sum && EVP_DigestInit_ex(sum, EVP_sha256(), NULL)
                   ? read_all(sum, file, path, stop)
                   : lince_fail(LINCE_ENOMEM, "%s: no SHA-256", path);
    if (!code && !EVP_DigestFinal_ex(sum, bytes, &size))
        code = lince_fail(LINCE_ENOMEM, "%s: no SHA-256", path);
    for (unsigned i = 0; i < size; i++) snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
    EVP_MD_CTX_free(sum);
    fclose(file);
    return code;
}
