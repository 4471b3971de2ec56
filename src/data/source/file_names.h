/* What files call themselves. */
#ifndef LINCE_DATA_FILE_NAMES_H
#define LINCE_DATA_FILE_NAMES_H

#include "data/source/source.h"

/* Whether a file calls itself a picture, be it of a format that is read or not. */
bool lince_has_picture_extension(const char *name);

/* Whether it calls itself a picture, a recording or a table. */
bool lince_names_sample(const char *name);

/* "12 .npy, 3 .csv": how many files there are of which ending, into out. Returns `out`. */
const char *lince_files_listed(const lince_source *source, char *out, size_t size);

#endif
