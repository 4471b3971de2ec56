/* Libraries that few need are opened where they are needed: with what they need themselves they are half of the time that a program
 * takes to start. */
#ifndef LINCE_CORE_LIBRARY_H
#define LINCE_CORE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/* Opens `file` ("libheif.so.1"), for as long as the process lives, and sets pointers[0..count-1] to its functions of these names, in their
 * order. The second time costs microseconds. LINCE_EUNSUPPORTED, with the loader's words. */
int lince_library_open(const char *file, const char *const *names, void (**pointers)(void), size_t count);

#endif
