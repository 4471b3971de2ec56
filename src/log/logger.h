/* What a run tells other programs while it is trained (--log), in their formats. A format is a row, in a file of its own, and one
 * line of list.def: its own state is made by `open`, and handed to the others.
 *
 * Steps count the batches of the whole run from 1 on, also where it was interrupted: one that goes on begins behind the step that
 * it was saved at, and tells what followed once more, to the same bits. */
#ifndef LINCE_LOG_LOGGER_H
#define LINCE_LOG_LOGGER_H

#include "picture/decode/image.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum lince_logged_kind {
    LINCE_LOGGED_TEXT,
    LINCE_LOGGED_NUMBER,
    LINCE_LOGGED_SWITCH
} lince_logged_kind;

/* A setting that decides something of the run. */
typedef struct lince_logged_setting {
    const char *name;
    lince_logged_kind kind;
    const char *text;
    double number; /* of a number; of a switch 0 or 1 */
} lince_logged_setting;

/* Of a step, or of an epoch, which has the names of results.csv; one that is not finite there is none of. */
typedef struct lince_logged_measure {
    const char *name;
    double value;
} lince_logged_measure;

typedef struct lince_logger {
    const char *name;
    /* `folder`: the run's; `done`: steps that are behind it. LINCE_EIO, LINCE_ENOMEM, as all of these. */
    int (*open)(void **log, const char *folder, const lince_logged_setting *settings, size_t count,
                size_t done);
    int (*step)(void *log, size_t step, const lince_logged_measure *measures, size_t count);
    int (*epoch)(void *log, int epoch, const lince_logged_measure *measures, size_t count);
    /* Of the epoch: a parameter's values, and a sample as the network sees it. */
    int (*weights)(void *log, int epoch, const char *name, const float *values, size_t count);
    int (*picture)(void *log, int epoch, int number, const lince_image *picture);
    /* All that was told is written: before the run's own files say that they are further. */
    int (*flush)(void *log);
    int (*close)(void *log, bool finished); /* in any case */
} lince_logger;

#define LOGGER(row) extern const lince_logger row;
#include "log/list.def"
#undef LOGGER

/* NULL: there is none of that name ("none", ""). */
const lince_logger *lince_logger_named(const char *name);

/* Of row `index`; NULL behind the last (for settings; `context` is not used). */
const char *lince_logger_name_at(const void *context, size_t index);

#endif
