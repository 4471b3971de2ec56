/* Errors: a negative code, and one message per thread that says what was expected and what was found. */
#ifndef LINCE_ERROR_H
#define LINCE_ERROR_H

#include <lince/export.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    LINCE_OK = 0,
    LINCE_EUSAGE = -1,       /* a wrong option, value or combination; the program exits with 2 */
    LINCE_EIO = -2,          /* the operating system refused: no such file, disk full, ... */
    LINCE_EFORMAT = -3,      /* a file is not what its name or header claims */
    LINCE_EDATA = -4,        /* well-formed, but not usable: one class only, an empty part, ... */
    LINCE_ESHAPE = -5,       /* shapes that do not fit each other */
    LINCE_ENOMEM = -6,       /* out of memory */
    LINCE_ENUMERIC = -7,     /* a loss or a gradient that is not finite */
    LINCE_EINTERRUPTED = -8, /* stopped on request, after the checkpoint was written */
    LINCE_EUNSUPPORTED = -9, /* valid, but not something this build or machine does */
};

/* The message of the last failure in the calling thread, in the thread's language at that time; "" when there
 * was none. Valid until the thread's next failing call. */
LINCE_API const char *lince_error(void);

/* A code by its name, "LINCE_EUSAGE"; "LINCE_OK" for 0, NULL for what is no code. */
LINCE_API const char *lince_error_name(int code);

/* Makes `message` the calling thread's, and returns `code`: for functions of the caller's that the library
 * calls (lince_answer_fn), or that stand among its own and fail as they do. */
LINCE_API int lince_error_set(int code, const char *message);

#ifdef __cplusplus
}
#endif
#endif
