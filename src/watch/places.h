/* Where runs are below a folder: in every folder that holds a config.yaml. Links are not followed, nor what begins with a dot;
 * within a run none is looked for. */
#ifndef LINCE_WATCH_PLACES_H
#define LINCE_WATCH_PLACES_H

#include <stdbool.h>
#include <stddef.h>

enum {
    LINCE_PLACES_RUNS = 1000,      /* that are watched at most */
    LINCE_PLACES_DEPTH = 8,        /* of folders within folders */
    LINCE_PLACES_ENTRIES = 1000000 /* of folders, that are looked at in one go */
};

typedef struct lince_places {
    char **paths; /* [count], below the folder; "": itself */
    size_t count, capacity;
    bool more; /* than was looked at */
} lince_places;

/* Into an empty list, to be released in any case. LINCE_EIO where the folder cannot be read; of those in it such are passed over. LINCE_ENOMEM. */
int lince_places_find(lince_places *places, const char *folder);
void lince_places_release(lince_places *places);

#endif
