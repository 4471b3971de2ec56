/* The language of messages and reports. */
#ifndef LINCE_LANGUAGE_H
#define LINCE_LANGUAGE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Sets the calling thread's language for messages: "en", "es", or "auto" for the environment's
 * (LC_ALL, LC_MESSAGES, LANG; English where it is neither). LINCE_EUSAGE for any other name. */
int lince_language_set(const char *language);

/* The calling thread's language: "en" or "es". */
const char *lince_language(void);

#ifdef __cplusplus
}
#endif
#endif
