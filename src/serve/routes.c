#include "serve/routes.h"

#include <string.h>

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

const lince_route *lince_route_find(const lince_routes *routes, const char *method, const char *path,
                                    const char **name, size_t *size, const char **allow)
{
    *allow = NULL;
    if (!strcmp(method, "HEAD")) method = "GET";
    for (size_t i = 0; i < routes->count; i++) {
        const lince_route *route = &routes->list[i];
        if (!fits(route->path, path, name, size)) continue;
        if (!strcmp(route->method, method)) return route;
        *allow = strcmp(route->method, "GET") ? route->method : "GET, HEAD";
    }
    return NULL;
}
