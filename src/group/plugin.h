/* A transport in a library of its own, which is loaded where a launcher has begun the process (join.c): so that lince
 * needs no MPI, and one lince works with any. The library is built with lince and shows one symbol. */
#ifndef LINCE_GROUP_PLUGIN_H
#define LINCE_GROUP_PLUGIN_H

#include "group/group.h"

#include <stdbool.h>

/* What the library asks of lince. */
typedef struct lince_group_host {
    const char *version;                    /* of lince: libraries of other versions are refused */
    int (*fail)(int code, const char *why); /* sets the message; returns the code */
    void (*lost)(int rank, const char *name, int seconds); /* as of lince_group_join */
} lince_group_host;

typedef struct lince_group_plugin {
    const char *version;
    /* Fills the group, which then has transport, rank, size, names and `own`. */
    int (*join)(const lince_group_host *host, lince_group *group);
    /* Waits for the others, where something `failed` for a few seconds: negative where they do not come, and the process
     * had better end, which ends them. */
    int (*leave)(lince_group *group, bool failed);
} lince_group_plugin;

#define LINCE_GROUP_PLUGIN "lince_group_plugin_of_mpi"

#endif
