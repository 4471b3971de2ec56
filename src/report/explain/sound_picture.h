/* A recording as a picture: its waveform, and below it its map, from low bands at the foot to high ones. */
#ifndef LINCE_REPORT_SOUND_PICTURE_H
#define LINCE_REPORT_SOUND_PICTURE_H

#include "picture/decode/image.h"

#include <stddef.h>

enum { LINCE_SOUND_WIDTH = 160, LINCE_SOUND_WAVE = 40, LINCE_SOUND_MAP = 100 /* pixels */ };

/* samples [n]; map [bands][frames], or NULL: what it has as its least is dark. LINCE_ENOMEM. */
int lince_sound_picture(lince_image *image, const float *samples, size_t n, const float *map, size_t bands,
                        size_t frames);

/* The map alone. */
int lince_sound_map_picture(lince_image *image, const float *map, size_t bands, size_t frames);

#endif
