/* What settings say of how data are read. */
#ifndef LINCE_SETTINGS_READING_H
#define LINCE_SETTINGS_READING_H

#include "data/source/bounds.h"
#include "picture/decode/image.h"
#include "settings/settings.h"
#include "text/table.h"

/* Whether what cannot be read is left out, instead of failing (--on-bad). */
bool lince_skips_bad(const lince_settings *settings);

/* How pictures are decoded. LINCE_EUSAGE for a range that is none. */
int lince_decoding_settings(const lince_settings *settings, lince_decoding *how);

/* How far a source may go, and who hears of its opening (or NULL). */
lince_within lince_within_settings(const lince_settings *settings, const lince_observer *observer);

/* What is said of tables; borrowed from the settings. */
lince_table_options lince_table_settings(const lince_settings *settings);

#endif
