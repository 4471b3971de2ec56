/* A map as a picture: a pixel a value, time from left to right, the lowest band below; three deviations below a band's mean are
 * black, three above it white. */
#include "core/error.h"
#include "modality/sounds/sounds.h"

#include <math.h>

int lince_sounds_show(const void *encoder, const float *x, lince_image *picture)
{
    const lince_sound_encoder *e = encoder;
    int bands = lince_feature_bands(&e->spec), frames = (int)lince_sound_frames(e);
    LINCE_TRY(lince_image_init(picture, frames, bands));
    for (int b = 0; b < bands; b++)
        for (int f = 0; f < frames; f++) {
            float v = e->sequence ? x[(size_t)f * (size_t)bands + (size_t)b]
                                  : x[(size_t)b * (size_t)frames + (size_t)f];
            uint8_t grey = (uint8_t)lrintf(255 * fminf(fmaxf((v + 3) / 6, 0), 1));
            uint8_t *pixel = picture->pixels + 3 * ((size_t)(bands - 1 - b) * (size_t)frames + (size_t)f);
            pixel[0] = pixel[1] = pixel[2] = grey;
        }
    return 0;
}
