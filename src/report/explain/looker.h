/* Where a model looked at a picture in memory: Grad-CAM (gradcam.h) by a net of its own, which keeps what it computes. For servers,
 * and for one thread at a time. */
#ifndef LINCE_REPORT_LOOKER_H
#define LINCE_REPORT_LOOKER_H

#include "picture/decode/image.h"

#include <lince/model.h>

typedef struct lince_looker lince_looker;

/* LINCE_EUSAGE where the model sees no pictures. The model must live as long. */
int lince_looker_open(lince_looker **look, lince_model *model);
void lince_looker_free(lince_looker *look);

/* The picture as the network sees it, enlarged, below the heat of what spoke for the class: cold places are dark. A new picture, to
 * be released; 1, and none, where the network has no map of several places. As lince_image_decode; LINCE_ENOMEM. */
int lince_looker_at(lince_looker *look, const void *bytes, size_t size, const char *name, int class,
                    lince_image *shown);

#endif
