/* What is done to one recording of the training part in one epoch: a function of (seed, epoch, index) alone. */
#ifndef LINCE_SOUND_AUGMENT_AUGMENT_H
#define LINCE_SOUND_AUGMENT_AUGMENT_H

#include "core/random.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum lince_sound_augmentation {
#define SOUND_AUGMENTATION(what, row) what,
#include "sound/augment/list.def"
    LINCE_SOUND_AUGMENTATIONS
} lince_sound_augmentation;

enum { LINCE_SOUND_AUGMENT_VALUES = 2 };

/* The values of each, as their rows list them. */
typedef struct lince_sound_augment {
    bool used[LINCE_SOUND_AUGMENTATIONS];
    float of[LINCE_SOUND_AUGMENTATIONS][LINCE_SOUND_AUGMENT_VALUES];
} lince_sound_augment;

/* Reads "none", "standard" or a list, "shift=0.1,noise=10:30,time-mask", where a name without a value takes its usual ones.
 * LINCE_EUSAGE with what is known. */
int lince_sound_augment_parse(lince_sound_augment *augment, const char *text);

/* The names that such a list may hold, one after the other; NULL behind the last. */
const char *lince_sound_augment_name(size_t index);

/* Whether samples are changed, and whether anything is. */
bool lince_sound_augments_wave(const lince_sound_augment *augment);
bool lince_sound_augments(const lince_sound_augment *augment);

/* samples [n]; and a normalised map, x [bands][frames]. */
void lince_sound_augment_wave(const lince_sound_augment *augment, const lince_occasion *occasion,
                              float *samples, size_t n);
void lince_sound_augment_map(const lince_sound_augment *augment, const lince_occasion *occasion, size_t bands,
                             size_t frames, float *x);

#endif
