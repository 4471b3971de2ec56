/* A model of pictures as it is built without a weights file. */
#ifndef TESTS_PICTURE_MODEL_H
#define TESTS_PICTURE_MODEL_H

#include "modality/pictures/pictures.h"
#include "train/blueprint/blueprint.h"

#include <stdio.h>

/* For inputs of side x side; borrows the encoder, which it fills. */
static inline lince_blueprint picture_model(lince_picture_encoder *encoder, const char *model, int classes,
                                            int side)
{
    lince_blueprint b = {
        .dropout = -1, .classes = classes, .modality = &lince_modality_pictures, .encoder = encoder};
    *encoder = (lince_picture_encoder){.transform = {.width = side, .height = side}};
    snprintf(b.model, sizeof b.model, "%s", model);
    return b;
}

#endif
