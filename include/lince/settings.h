/* The settings of a training run: what `lince train` takes as options and configuration files as keys, by the
 * same names. The table at the end lists them with their defaults. */
#ifndef LINCE_SETTINGS_H
#define LINCE_SETTINGS_H

#include <lince/export.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lince_settings lince_settings;

/* All with their defaults; the caller's (lince_settings_free). NULL: LINCE_ENOMEM. */
LINCE_API lince_settings *lince_settings_new(void);
LINCE_API void lince_settings_free(lince_settings *settings);

/* Another with the same values; the caller's. NULL: LINCE_ENOMEM. */
LINCE_API lince_settings *lince_settings_copy(const lince_settings *settings);

/* Sets one by its name ("batch-size", "batch_size" or its short form "b") from text; "" where there is none,
 * as no file of weights. LINCE_EUSAGE, with the nearest known name, the range or the choices in the message.
 */
LINCE_API int lince_settings_set(lince_settings *settings, const char *name, const char *value);

/* Writes one as text into out[size], as lince_settings_set reads it. LINCE_EUSAGE for an unknown name, or
 * where there is no room for all of it. */
LINCE_API int lince_settings_get(const lince_settings *settings, const char *name, char *out, size_t size);

/* Reads `key: value` lines of a YAML file; keys that it does not have stay. Errors name file and line. */
LINCE_API int lince_settings_load(lince_settings *settings, const char *path);

/* The table, for help texts and completion: entry `index`, or NULL after the last. The library's own; later
 * versions may add to the end of an entry. */
typedef struct lince_setting_info {
    const char *name;       /* "batch-size" */
    const char *short_name; /* "b", or NULL */
    const char *group;      /* heading in the help text */
    const char *value;      /* what the value is: "N", "FILE", "NAME"; NULL for a switch */
    const char *standard;   /* the default, as text */
    const char *help;       /* one line, untranslated */
    bool list;              /* given several times on a command line, its values are joined by commas */
} lince_setting_info;

LINCE_API const lince_setting_info *lince_setting_at(size_t index);

/* The words that a setting of few values may be ("sgd", "adam", ...), one after the other; NULL behind the last, and where
 * there is no such list. */
LINCE_API const char *lince_setting_choice(const lince_setting_info *setting, size_t index);

/* By its name (dashes and underscores are the same), its short form, or what other programs call it
 * ("learning-rate", "imgsz"); NULL: there is none. */
LINCE_API const lince_setting_info *lince_setting_named(const char *name);

#ifdef __cplusplus
}
#endif
#endif
