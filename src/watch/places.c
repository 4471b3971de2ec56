#include "watch/places.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "watch/within.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Folders that are yet to be looked into: one list, from whose end they are taken, instead of a function that calls itself. */
typedef struct search {
    const char *folder;
    lince_places *found;
    char **open;
    size_t count, capacity;
    size_t entries;
} search;

static int keep(char ***list, size_t *count, size_t *capacity, char *path)
{
    int code = path ? lince_grow(list, capacity, *count + 1, sizeof **list) : LINCE_ENOMEM;
    if (code) {
        lince_free(path);
        return code;
    }
    (*list)[(*count)++] = path;
    return 0;
}

static bool is_folder(int within, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN) return entry->d_type == DT_DIR;
    return !fstatat(within, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) && S_ISDIR(status.st_mode);
}

static int depth_of(const char *path)
{
    int depth = *path != '\0';
    for (; *path; path++) depth += *path == '/';
    return depth;
}

/* NULL: its path would be too long, or memory is missing (*code). */
static char *join(const char *path, const char *name, int *code)
{
    char joined[LINCE_PATH_MAX];
    int length = snprintf(joined, sizeof joined, "%s%s%s", path, *path ? "/" : "", name);
    *code = 0;
    if (length < 0 || length >= (int)sizeof joined) return NULL;
    char *copy = lince_strdup(joined);
    if (!copy) *code = LINCE_ENOMEM;
    return copy;
}

/* An entry of the folder `path`. */
static int take(search *s, int within, const char *path, const struct dirent *entry)
{
    int code;
    if (*entry->d_name == '.' || !is_folder(within, entry)) return 0;
    char *inner = join(path, entry->d_name, &code);
    return inner ? keep(&s->open, &s->count, &s->capacity, inner) : code;
}

static int list(search *s, const char *path, DIR *stream)
{
    const struct dirent *entry;
    while ((entry = readdir(stream))) {
        if (++s->entries > LINCE_PLACES_ENTRIES) {
            s->found->more = true;
            return 0;
        }
        LINCE_TRY(take(s, dirfd(stream), path, entry));
    }
    return 0;
}

static bool has_config(int folder)
{
    struct stat status;
    int fd = lince_within_open(folder, "config.yaml", &status);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

/* What cannot be opened (any more) is passed over, but the folder that was asked for. */
static int look_into(search *s, char *path)
{
    lince_places *found = s->found;
    int fd = lince_folder_open(s->folder, path, false);
    if (fd < 0 && *path) return 0;
    if (fd < 0) return fd;
    if (has_config(fd)) {
        close(fd);
        if (found->count == LINCE_PLACES_RUNS) {
            found->more = true;
            return 0;
        }
        return keep(&found->paths, &found->count, &found->capacity, lince_strdup(path));
    }
    DIR *stream = depth_of(path) < LINCE_PLACES_DEPTH ? fdopendir(fd) : NULL;
    if (!stream) {
        close(fd);
        return 0;
    }
    int code = list(s, path, stream);
    closedir(stream);
    return code;
}

int lince_places_find(lince_places *found, const char *folder)
{
    search s = {.folder = folder, .found = found};
    *found = (lince_places){0};
    int code = keep(&s.open, &s.count, &s.capacity, lince_strdup(""));
    while (!code && s.count) {
        char *path = s.open[--s.count];
        code = look_into(&s, path);
        lince_free(path);
    }
    while (s.count) lince_free(s.open[--s.count]);
    lince_free(s.open);
    return code;
}

void lince_places_release(lince_places *p)
{
    for (size_t i = 0; i < p->count; i++) lince_free(p->paths[i]);
    lince_free(p->paths);
    *p = (lince_places){0};
}
