/* One name of several: where a table lists them, this says that a name is none of them. */
#ifndef LINCE_CORE_CHOICE_H
#define LINCE_CORE_CHOICE_H

#include <stddef.h>

/* The names of a table in order; NULL behind the last. */
typedef const char *lince_name_at(const void *context, size_t index);

/* Where `text`, which the setting or option is given, is none of the names: LINCE_EUSAGE, with all of them and the
 * nearest in the message. */
int lince_choice_check(const char *setting, const char *text, lince_name_at *name_at, const void *context);

#endif
