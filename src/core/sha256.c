#include "core/sha256.h"
#include "core/error.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>

void lince_sha256_begin(lince_sha256 *sum)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    sum->context = context;
    if (context && !EVP_DigestInit_ex(context, EVP_sha256(), NULL)) lince_sha256_end(sum, NULL);
}

void lince_sha256_add(lince_sha256 *sum, const void *bytes, size_t size)
{
    if (sum->context && !EVP_DigestUpdate(sum->context, bytes, size)) lince_sha256_end(sum, NULL);
}

int lince_sha256_end(lince_sha256 *sum, char digits[LINCE_SHA256_DIGITS + 1])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    bool done = sum->context && EVP_DigestFinal_ex(sum->context, bytes, &size);
    EVP_MD_CTX_free(sum->context);
    sum->context = NULL;
    if (!done) return lince_fail(LINCE_ENOMEM, "SHA-256 cannot be computed");
    for (unsigned i = 0; digits && i < size; i++) snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

static int add_file(lince_sha256 *sum, FILE *file, const char *path, const volatile sig_atomic_t *stop)
{
    char piece[1 << 16];
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
    FILE *file = fopen(path, "rbe");
    if (!file) return lince_fail(LINCE_EIO, "%s: cannot read: %s", path, lince_reason(errno));
    lince_sha256_begin(&sum);
    int code = add_file(&sum, file, path, stop);
    if (code)
        lince_sha256_end(&sum, NULL);
    else
        code = lince_sha256_end(&sum, digits);
    fclose(file);
    return code;
}
