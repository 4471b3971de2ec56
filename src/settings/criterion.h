/* The loss that settings ask for. */
#ifndef LINCE_SETTINGS_CRITERION_H
#define LINCE_SETTINGS_CRITERION_H

#include "loss/loss.h"
#include "settings/settings.h"

#include <stdbool.h>

/* LINCE_EUSAGE where they give a number that is another loss's. */
int lince_criterion(lince_loss *loss, const lince_settings *settings);

/* Whether both ask for the same, so that their losses can be compared. */
bool lince_same_criterion(const lince_settings *a, const lince_settings *b);

#endif
