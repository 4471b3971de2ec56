/* Failing with a message, inside the library. */
#ifndef LINCE_CORE_ERROR_H
#define LINCE_CORE_ERROR_H

#include <lince/error.h>

/* Stores the message, translated to the thread's language, and returns `code`:
 *     return lince_fail(LINCE_ESHAPE, "conv2d: input has %d channels, weights expect %d", c, k);
 * The format is a literal: it is also the key of its translation. Start with the file or the option
 * concerned. */
int lince_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts `prefix: ` before the current message and returns `code`, for callers that know the file's name. */
int lince_fail_in(int code, const char *prefix);

#define LINCE_TRY(call)                                \
    do {                                               \
        int lince_try_code = (call);                   \
        if (lince_try_code < 0) return lince_try_code; \
    } while (0)

#endif
