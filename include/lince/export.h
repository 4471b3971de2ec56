/* What the shared library shows: nothing but what a header of this folder declares with LINCE_API. */
#ifndef LINCE_EXPORT_H
#define LINCE_EXPORT_H

#ifdef __GNUC__
#define LINCE_API          __attribute__((visibility("default")))
#define LINCE_FORMAT_OF(n) __attribute__((format_arg(n))) /* what is returned is a format like argument n */
#else
#define LINCE_API
#define LINCE_FORMAT_OF(n)
#endif

#endif
