/* How far a source may go before it is taken for one that was made to take all memory, or all time, there is. */
#ifndef LINCE_DATA_BOUNDS_H
#define LINCE_DATA_BOUNDS_H

#include "core/bytes.h"
#include "core/watch.h"

typedef struct lince_bounds {
    uint64_t file; /* --max-file-mb: bytes of one file, unpacked */
    uint64_t
        archive; /* --max-archive-mb: bytes that an archive takes in memory, where it is unpacked into it */
    uint64_t files; /* --max-files: of an archive */
    double ratio;   /* --max-ratio: bytes unpacked of a packed one; nobody asks below LINCE_RATIO_FREE */
    double wait;    /* --max-wait: seconds without another file, while an archive is read */
} lince_bounds;

/* Bytes that may be unpacked whatever they were packed into: pictures of one colour pack well. */
enum { LINCE_RATIO_FREE = 256 << 20 };

/* The settings' defaults. */
extern const lince_bounds lince_usual_bounds;

/* What is opened within bounds, and watched. */
typedef struct lince_within {
    lince_bounds bounds;
    lince_watch watch; /* while files are listed; steps are bytes */
    lince_watch found; /* while classes are found among them; steps are files */
} lince_within;

/* LINCE_EFORMAT, with the option that raises the bound; whoever calls says of which file. A file's size, and whether so much
 * may have come out of so much. */
int lince_bounds_check_file(const lince_bounds *bounds, uint64_t size);
int lince_bounds_check_ratio(const lince_bounds *bounds, uint64_t unpacked, uint64_t packed);

#endif
