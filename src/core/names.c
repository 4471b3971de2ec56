#include "core/names.h"
#include "core/display.h"
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
