/* Batches of maps of recordings: a loader's content (data/loader/loader.h). */
#ifndef LINCE_MODALITY_SOUNDS_LOADING_H
#define LINCE_MODALITY_SOUNDS_LOADING_H

#include "data/loader/loader.h"
#include "modality/sounds/sounds.h"

/* Decodes the whole part once, on all processors, to find bad recordings and to fill the cache. */
int lince_loader_new_sounds(lince_loader **loader, lince_dataset *dataset, lince_part part,
                            const lince_sound_encoder *encoder, const lince_settings *settings,
                            const lince_loader_options *options);

/* Mean and (population) deviation of each band over all frames of the part's good recordings; the deviation is at least
 * 1e-3, so that a constant band stays finite. */
void lince_loader_measure_sounds(const lince_loader *loader, float *mean, float *deviation);

#endif
