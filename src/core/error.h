/* Failing with a message, inside the library. */
#ifndef LINCE_CORE_ERROR_H
#define LINCE_CORE_ERROR_H

#include <lince/error.h>

/* Stores the message, translated to the thread's language, and returns `code`:
 *     return lince_fail(LINCE_ESHAPE, "conv2d: input has %d channels, weights expect %d", c, k);
 * The format is a literal: it is also the key of its translation. Start with the file or the option
 * concerned. */
#define lince_fail(code, ...) lince_failed(code, lince_set_error(__VA_ARGS__))

/* Stores the message; returns 0. */
int lince_set_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Inline, so that the compiler sees the negative code behind LINCE_TRY. */
static inline int lince_failed(int code, int stored)
{
    (void)stored;
    return code;
}

/* Puts `prefix: ` before the current message and returns `code`, for callers that know the file's name. */
int lince_fail_in(int code, const char *prefix);

/* In place of an `errno`: what was opened is a pipe, a socket or a device. */
enum { LINCE_NOT_PLAIN = -1 };

/* What the system says of an `errno`, in the thread's language where it is one that files give
 * (po/es/core.po). */
const char *lince_reason(int error);

/* The code of a call that failed with this errno: LINCE_ENOMEM where the system lacked memory or open files, which says
 * nothing of the file that was asked for; LINCE_EIO else. */
int lince_system_code(int error);

/* For functions of the public interface: an argument that may not be NULL, by its name. */
#define LINCE_NEED(argument)                                                                       \
    do {                                                                                           \
        if (!(argument)) return lince_fail(LINCE_EUSAGE, "%s: '%s' is NULL", __func__, #argument); \
    } while (0)

#define LINCE_TRY(call)                                \
    do {                                               \
        int lince_try_code = (call);                   \
        if (lince_try_code < 0) return lince_try_code; \
    } while (0)

#endif
