#include "serve/routes.h"

#include <string.h>

static const lince_route routes[] = {
#define ROUTE(method, path, guarded, function) {method, path, guarded, function},
#include "serve/routes.def"
#undef ROUTE
};

/* A name has letters, and no slash. */
static bool fits(const char *pattern, const char *path, const char **name, size_t *size)
{
    size_t before = strcspn(pattern, "*");
    *name = path + before;
    *size = 0;
    if (!pattern[before]) return !strcmp(pattern, path);
    if (strncmp(pattern, path, before) != 0) return false;
    *size = strcspn(*name, "/");
    return *size && !strcmp(pattern + before + 1, *name + *size);
}

const lince_route *lince_route_find(const char *method, const char *path, const char **name, size_t *size,
                                    const char **allow)
{
    *allow = NULL;
    if (!strcmp(method, "HEAD")) method = "GET";
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!fits(routes[i].path, path, name, size)) continue;
        if (!strcmp(routes[i].method, method)) return &routes[i];
        *allow = strcmp(routes[i].method, "GET") ? routes[i].method : "GET, HEAD";
    }
    return NULL;
}
