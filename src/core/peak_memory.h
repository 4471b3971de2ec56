/* The most memory that this process has held at a time. */
#ifndef LINCE_CORE_PEAK_MEMORY_H
#define LINCE_CORE_PEAK_MEMORY_H

#include <stddef.h>

/* Counts anew from now on, where the system can do that (Linux: proc(5), clear_refs); otherwise since the
 * process began. It is the whole process that is measured. */
void lince_peak_memory_begin(void);

/* Resident bytes at most since then; 0: not known. */
size_t lince_peak_memory(void);

#endif
