#include "serve/guard.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* --- the token ------------------------------------------------------------------------------------ */

static void sum_of(const char *text, size_t size, char digits[LINCE_SHA256_DIGITS + 1])
{
    lince_sha256 sum;
    lince_sha256_begin(&sum);
    lince_sha256_add(&sum, text, size);
    lince_sha256_end(&sum, digits);
}

static bool may_stand_in_a_header(const char *token, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (token[i] <= ' ' || token[i] > '~') return false;
    return true;
}

int lince_guard_read(lince_guard *g, const char *path)
{
    enum { LARGEST = 4096, SHORTEST = 16 };
    char *bytes;
    size_t size;
    struct stat status;
    LINCE_TRY(lince_file_read(path, LARGEST, &bytes, &size));
    size_t length = strcspn(bytes, "\r\n");
    bool good = length >= SHORTEST && may_stand_in_a_header(bytes, length);
    if (good) sum_of(bytes, length, g->sum);
    lince_free(bytes);
    if (!good)
        return lince_fail(LINCE_EDATA,
                          "%s: expected a token in its first line, %d letters or more without blanks", path,
                          SHORTEST);
    g->asks = true;
    return !stat(path, &status) && status.st_mode & (S_IRGRP | S_IROTH);
}

bool lince_guard_knows(const lince_guard *g, struct MHD_Connection *connection)
{
    static const char scheme[] = "Bearer ";
    char found[LINCE_SHA256_DIGITS + 1];
    if (!g->asks) return true;
    const char *said = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    bool bearer = said && !strncasecmp(said, scheme, strlen(scheme));
    const char *token = bearer ? said + strlen(scheme) : "";
    sum_of(token, strlen(token), found);
    return !CRYPTO_memcmp(found, g->sum, LINCE_SHA256_DIGITS) && bearer;
}

/* --- where a page is from ------------------------------------------------------------------------- */

/* "localhost", "127.0.0.1" or "[::1]", a port behind it or not: no name that somebody else has registered. */
static bool is_of_this_machine(const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t size = strlen(names[i]);
        if (!strncasecmp(host, names[i], size) && (!host[size] || host[size] == ':')) return true;
    }
    return !strncmp(host, "127.", 4) && !host[strspn(host, "0123456789.:")];
}

bool lince_guard_trusts(const lince_guard *g, struct MHD_Connection *connection)
{
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    const char *origin = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Origin");
    const char *page = origin ? strstr(origin, "://") : NULL;
    if (g->loopback && host && !is_of_this_machine(host)) return false;
    return !origin || (page && host && !strcasecmp(page + 3, host));
}
