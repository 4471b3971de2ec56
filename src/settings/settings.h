/* The settings of a training run as the library reads them: one field each, from the lines of list.def, which
 * say which name, type, default, range and help belong to it. */
#ifndef LINCE_SETTINGS_SETTINGS_H
#define LINCE_SETTINGS_SETTINGS_H

#include "core/number.h"

#include <lince/settings.h>
#include <stdbool.h>
#include <stdint.h>

enum { LINCE_TO_BE_FOUND = -1 /* the value of a number whose text is "find" */ };

struct lince_settings {
#define TEXT(field, ...)    char *field;
#define INTEGER(field, ...) int field;
#define NUMBER(field, ...)  double field;
#define SWITCH(field, ...)  bool field;
#define SEED(field, ...)    uint64_t field;
#include "settings/list.def"

    /* Not of the table: whose memory nets lie in (kernels/exec.h); NULL: the host's. */
    const struct lince_device *device;
};

/* What a setting decides of a run. */
typedef enum lince_decides {
    LINCE_DECIDES_LEARNING, /* what is learned */
    LINCE_DECIDES_SAMPLES,  /* which samples there are, and in which part */
    LINCE_DECIDES_CHANCE,   /* what is drawn */
    LINCE_DECIDES_OUTCOME, /* nothing of what is learned, but its last bits, what is answered, or a refusal */
    LINCE_DECIDES_NOTHING  /* where a run lives, how the machine serves it, what is written of it */
} lince_decides;

lince_decides lince_setting_decides(const lince_setting_info *setting);

/* The kind of samples that it is for alone, by its plural (modality/modality.h): "texts"; NULL: for all. */
const char *lince_setting_modality(const lince_setting_info *setting);

/* Whether it is for networks alone that read step by step, words or frames. */
bool lince_setting_is_stepwise(const lince_setting_info *setting);

/* Those that are part of something else: fills every setting with its default. LINCE_ENOMEM. */
int lince_settings_init(lince_settings *settings);
void lince_settings_release(lince_settings *settings);

/* Fills a released or new one with another's values. LINCE_ENOMEM. */
int lince_settings_fill(lince_settings *settings, const lince_settings *from);

/* As lince_settings_load; keys of which `is_left` says so are checked, but stay as they are. */
int lince_settings_load_but(lince_settings *settings, const char *path,
                            bool (*is_left)(void *context, const char *name), void *context);

/* A value as lince_settings_set reads it: a text is the settings' own, anything else is printed into number[].
 * NULL, with lince_error() set, for an unknown name. */
const char *lince_settings_text(const lince_settings *settings, const char *name,
                                char number[LINCE_NUMBER_MAX]);

/* Whether a setting is `text`, and whether it is the same in both. */
bool lince_settings_hold(const lince_settings *settings, const char *name, const char *text);
bool lince_settings_agree(const lince_settings *a, const lince_settings *b, const char *name);

#endif
