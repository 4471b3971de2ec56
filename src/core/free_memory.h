/* The memory that a process may still be given. */
#ifndef LINCE_CORE_FREE_MEMORY_H
#define LINCE_CORE_FREE_MEMORY_H

#include <stddef.h>

/* Bytes that can be had without others being pushed out: the machine's free memory and swap, at most what a control group
 * (a container) may have in all. SIZE_MAX where the system does not tell. */
size_t lince_free_memory(void);

/* The same, of a system whose files lie below `root` ("" for this one's). */
size_t lince_free_memory_in(const char *root);

#endif
