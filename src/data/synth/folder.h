/* A folder of samples that appears whole or not at all. */
#ifndef LINCE_DATA_SYNTH_FOLDER_H
#define LINCE_DATA_SYNTH_FOLDER_H

#include <stddef.h>

/* Has `write` fill a folder beside `folder`, which then gets its name, once all is on the disk. LINCE_EUSAGE for a name that
 * cannot be used, LINCE_EIO where something is there already. */
int lince_synth_folder(const char *folder, int (*write)(const char *folder, void *context), void *context);

/* A file of such a folder, which is synced as a whole. LINCE_EIO. */
int lince_synth_put(const char *path, const void *bytes, size_t size);

#endif
