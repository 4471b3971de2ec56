/* Batches of pictures: a loader's content (data/loader/loader.h). */
#ifndef LINCE_MODALITY_PICTURES_LOADING_H
#define LINCE_MODALITY_PICTURES_LOADING_H

#include "data/loader/loader.h"
#include "picture/augment/mix.h"
#include "picture/transform.h"

/* Decodes the whole part once, on all processors, to find bad pictures and to fill the cache. Without skip_bad:
 * the error of the first bad picture in sample order. LINCE_EDATA where none is good. `mixing`: while training;
 * NULL: none. */
int lince_loader_new_pictures(lince_loader **loader, lince_dataset *dataset, lince_part part,
                              const lince_transform *transform, const lince_mixing *mixing,
                              const lince_loader_options *options);

/* The fitted picture of a sample ([height][width][3]); decoded again where it is not cached. */
int lince_loader_picture(lince_loader *loader, uint32_t index, lince_image *image);

/* Sets Normalize's numbers after the loader was made (they may have been measured with it); before
 * lince_loader_start. */
void lince_loader_normalize(lince_loader *loader, const float mean[3], const float std[3]);

/* Mean and (population) standard deviation of each channel, in 0..1, over all pixels of the part's good
 * pictures: what normalisation is measured by. The deviation is at least 1/255, so that a constant channel
 * stays finite. LINCE_EDATA where there are no pictures. */
int lince_loader_measure(lince_loader *loader, float mean[3], float std[3]);

#endif
