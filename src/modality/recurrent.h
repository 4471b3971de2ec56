/* Recurrent nets, over whatever kind of samples: their sizes from settings, and in a weights file (lince.net). */
#ifndef LINCE_MODALITY_RECURRENT_H
#define LINCE_MODALITY_RECURRENT_H

#include "modality/passport.h"
#include "models/model_zoo.h"
#include "settings/settings.h"

/* All but what comes of the samples: vocabulary, max_tokens. LINCE_EUSAGE. */
int lince_recurrent_choose(lince_text_net *net, const lince_settings *settings);

int lince_recurrent_write(const lince_text_net *net, lince_passport *passport);
int lince_recurrent_read(lince_text_net *net, const lince_weights *weights,
                         const char *path); /* LINCE_EDATA */

#endif
