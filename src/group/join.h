/* Whether a launcher (mpirun, srun) has begun this process as one of several, and the group of them. */
#ifndef LINCE_GROUP_JOIN_H
#define LINCE_GROUP_JOIN_H

#include "group/group.h"
#include "group/plugin.h"

typedef struct lince_joined {
    lince_group group; /* of one where the process was begun by itself */
    lince_group_host host;
    const lince_group_plugin *plugin; /* NULL: none was needed */
    void *library;
} lince_joined;

/* `lost` (or NULL) is told of a member that is not heard of any more, before all are ended. LINCE_EUNSUPPORTED where
 * there is a launcher and no transport for it. */
int lince_join(lince_joined *joined, void (*lost)(int rank, const char *name, int seconds));

/* Once, in all members; where something `failed` LINCE_EIO if the others do not come within seconds. */
int lince_leave(lince_joined *joined, bool failed);

#endif
