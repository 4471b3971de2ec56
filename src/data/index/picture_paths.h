/* Pictures of a source, found by what tables call them: "train/1.png", "1.png", "1", "./images\1.png". */
#ifndef LINCE_DATA_PICTURE_PATHS_H
#define LINCE_DATA_PICTURE_PATHS_H

#include "data/dataset.h"
#include "data/source/source.h"

typedef struct lince_picture_path {
    uint64_t hash; /* of the path from one of its folders on, with its ending or without */
    uint32_t entry;
} lince_picture_path;

typedef struct lince_picture_paths {
    const lince_source *source;
    lince_picture_path *list; /* sorted */
    size_t count, capacity;
} lince_picture_paths;

/* `pictured`: [entries]. LINCE_ENOMEM. Release in any case. */
int lince_picture_paths_init(lince_picture_paths *paths, const lince_source *source, const bool *pictured);
void lince_picture_paths_release(lince_picture_paths *paths);

/* What becomes of a name. */
enum { LINCE_NO_PICTURE = -1, LINCE_SEVERAL_PICTURES = -2 };

/* The entry of the picture that a table calls `name`: the one whose path ends so; of several the one beside
 * the table, in `folder` ("" or "train/"), the one of part `part` (LINCE_PARTS: not known), or the one that
 * lies in no folder of masks. Folders that are not here ("/home/me/images/1.png") are passed over. */
long lince_picture_called(const lince_picture_paths *paths, const char *name, size_t length,
                          const char *folder, lince_part part);

/* The part that the folders of a path say; LINCE_PARTS: none. */
lince_part lince_part_of_path(const char *path);

#endif
