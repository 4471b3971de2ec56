/* Which lince this is. */
#ifndef LINCE_VERSION_H
#define LINCE_VERSION_H

#include <lince/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of these headers, as text and as 10000 major + 100 minor + patch. */
#define LINCE_VERSION "0.1.0"
enum { LINCE_VERSION_NUMBER = 100 };

/* The version of the library that runs, which may be a later one. */
LINCE_API const char *lince_version(void);
LINCE_API int lince_version_number(void);

#ifdef __cplusplus
}
#endif
#endif
