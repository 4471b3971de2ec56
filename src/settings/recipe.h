/* Optimizer, learning rate and its schedule where the settings leave all of them open: the architecture's
 * recipe (models/model_zoo.h). One of them given, and the others are the optimizer's usual ones. */
#ifndef LINCE_SETTINGS_RECIPE_H
#define LINCE_SETTINGS_RECIPE_H

#include "models/model_zoo.h"

#include "settings/settings.h"

/* Fills what is open of optimizer, lr and scheduler; whether that was the architecture's recipe goes to
 * `whole`. */
int lince_recipe_settle(lince_settings *settings, const lince_architecture *architecture,
                        const char *optimizer, bool *whole);

/* The batch for so many training samples where none is given: the usual one of their kind; where a recipe is followed
 * halved, down to 16, while an epoch has fewer than 100 steps; of fewer samples than the usual one a
 * quarter. */
size_t lince_recipe_batch(size_t train, size_t usual, bool whole);

#endif
