#include "core/names.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/nearest.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 18 };

struct lince_names {
    lince_names *older;
    size_t used, size;
    char text[];
};

const char *lince_names_add(lince_names **names, const char *name)
{
    size_t length = strlen(name) + 1;
    if (!*names || (*names)->size - (*names)->used < length) {
        size_t size = length > BLOCK ? length : BLOCK;
        lince_names *block = lince_alloc(1, sizeof *block + size);
        if (!block) return NULL;
        block->older = *names;
        block->size = size;
        *names = block;
    }
    char *kept = (*names)->text + (*names)->used;
    (*names)->used += length;
    return memcpy(kept, name, length);
}

void lince_names_release(lince_names **names)
{
    while (*names) {
        lince_names *older = (*names)->older;
        lince_free(*names);
        *names = older;
    }
}

/* The length of the UTF-8 sequence at `c` (RFC 3629: shortest form, no surrogates, up to U+10FFFF); 0: none.
 */
static size_t utf8_length(const unsigned char *c)
{
    static const struct {
        unsigned char first, last, low, high; /* range of the first and of the second byte */
        size_t length;
    } forms[] = {{0x20, 0x7e, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (*c < forms[i].first || *c > forms[i].last) continue;
        if (forms[i].length > 1 && (c[1] < forms[i].low || c[1] > forms[i].high)) return 0;
        for (size_t k = 2; k < forms[i].length; k++)
            if ((c[k] & 0xc0) != 0x80) return 0;
        return forms[i].length;
    }
    return 0;
}

bool lince_name_is_clean(const char *name)
{
    const unsigned char *c = (const unsigned char *)name;
    while (*c) {
        size_t length = utf8_length(c);
        if (length == 0) return false;
        c += length;
    }
    return true;
}

void lince_name_for_display(char *out, size_t size, const char *name)
{
    const unsigned char *c = (const unsigned char *)name;
    size_t used = 0;
    for (size_t n; *c && used + 1 < size; c += n) {
        bool control = c[0] == 0xc2 && c[1] < 0xa0; /* U+0080 to U+009F */
        n = control ? 0 : utf8_length(c);
        if (used + n >= size) break;
        if (n)
            memcpy(out + used, c, n);
        else
            out[used] = '?';
        n += !n;
        used += n;
    }
    out[used] = '\0';
}

static int is_suggestible(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && lince_name_is_clean(entry->d_name);
}

/* A list as scandir makes it: `entries` ends in NULL. */
static const char *name_at(const void *entries, size_t index)
{
    const struct dirent *entry = ((struct dirent *const *)entries)[index];
    return entry ? entry->d_name : NULL;
}

/* The name in `folder` that `wanted` was most likely meant to be, into nearest[]; false: none is near. */
static bool find_nearest(const char *folder, const char *wanted, char nearest[256])
{
    struct dirent **found;
    int n = scandir(folder, &found, is_suggestible, alphasort);
    if (n < 0) return false;
    struct dirent **ended = lince_alloc((size_t)n + 1, sizeof(struct dirent *));
    const char *name = NULL;
    if (ended) {
        for (int i = 0; i < n; i++) ended[i] = found[i];
        name = lince_nearest(wanted, name_at, ended);
        if (name) strcpy(nearest, name);
    }
    for (int i = 0; i < n; i++) free(found[i]);
    free(found);
    lince_free(ended);
    return name != NULL;
}

int lince_fail_missing(const char *path)
{
    char folder[LINCE_PATH_MAX], nearest[256];
    int reason = errno;
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--;
    if (reason != ENOENT || length >= sizeof folder)
        return lince_fail(LINCE_EIO, "%s: cannot open: %s", path, lince_reason(reason));
    memcpy(folder, path, length);
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    const char *wanted = slash ? slash + 1 : folder, *parent = slash == folder ? "/" : slash ? folder : ".";
    if (slash && slash != folder) *slash = '\0';
    if (access(parent, F_OK))
        return lince_fail(LINCE_EIO, "%s: no such file or folder; there is no %s either", path, parent);
    if (!find_nearest(parent, wanted, nearest))
        return lince_fail(LINCE_EIO, "%s: no such file or folder", path);
    return lince_fail(LINCE_EIO, "%s: no such file or folder; did you mean %s%s%s?", path,
                      slash ? parent : "", slash && slash != folder ? "/" : "", nearest);
}

int lince_characters(const char *text)
{
    int count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

int lince_field(int columns, const char *text)
{
    int more = (int)strlen(text) - lince_characters(text);
    return columns < 0 ? columns - more : columns + more;
}
