/* The language of messages and reports, and how messages name settings: a thread's own. English, until it is
 * set. */
#ifndef LINCE_LANGUAGE_H
#define LINCE_LANGUAGE_H

#include <lince/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Sets the calling thread's language for messages: "en", "es", or "auto" for the environment's
 * (LC_ALL, LC_MESSAGES, LANG; English where it is neither). LINCE_EUSAGE for any other name. */
LINCE_API int lince_language_set(const char *language);

/* The calling thread's language: "en" or "es". */
LINCE_API const char *lince_language(void);

/* A text of lince's, as those that tables of this interface hold (lince_setting_info's help), in the calling
 * thread's language; the text itself where it has no translation. Not the caller's to free, and valid until
 * the thread has asked for a dozen more: where it names settings, they lose their dashes unless the thread
 * wants them (lince_language_dashes). */
LINCE_API const char *lince_translate(const char *text) LINCE_FORMAT_OF(1);

/* How the calling thread's messages name settings: by their names, as lince_settings_set takes them
 * ("batch-size": the default), or where `dashes` is not 0 as a command line does ("--batch-size"). Reports,
 * which tell commands, do the latter always. */
LINCE_API void lince_language_dashes(int dashes);

#ifdef __cplusplus
}
#endif
#endif
