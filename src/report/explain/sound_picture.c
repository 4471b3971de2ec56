#include "report/explain/sound_picture.h"

#include <math.h>
#include <string.h>

/* From dark to light, by equal steps of what is seen: five colours of matplotlib's viridis. */
static void colour(double share, uint8_t *pixel)
{
    static const double at[5][3] = {
        {68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}};
    double place = fmin(fmax(share, 0), 1) * 4;
    int i = place >= 4 ? 3 : (int)place;
    for (int c = 0; c < 3; c++) pixel[c] = (uint8_t)lrint(at[i][c] + (place - i) * (at[i + 1][c] - at[i][c]));
}

static void range_of(const float *map, size_t n, double *least, double *most)
{
    *least = *most = (double)map[0];
    for (size_t i = 1; i < n; i++) {
        *least = fmin(*least, (double)map[i]);
        *most = fmax(*most, (double)map[i]);
    }
}

/* Rows first .. first + LINCE_SOUND_MAP - 1 of the image. */
static void draw_map(lince_image *image, int first, const float *map, size_t bands, size_t frames)
{
    double least, most;
    range_of(map, bands * frames, &least, &most);
    for (int y = 0; y < LINCE_SOUND_MAP; y++)
        for (int x = 0; x < image->width; x++) {
            size_t band = bands - 1 - (size_t)y * bands / LINCE_SOUND_MAP,
                   frame = (size_t)x * frames / (size_t)image->width;
            double share = most > least ? ((double)map[band * frames + frame] - least) / (most - least) : 0;
            colour(share, image->pixels + 3 * ((size_t)(first + y) * (size_t)image->width + (size_t)x));
        }
}

/* The least and the greatest sample of each column, between them a line; silence is the middle. */
static void draw_wave(lince_image *image, const float *samples, size_t n)
{
    size_t width = (size_t)image->width;
    float loudest = 1e-6f;
    for (size_t i = 0; i < n; i++) loudest = fmaxf(loudest, fabsf(samples[i]));
    for (size_t x = 0; x < width; x++) {
        size_t begin = x * n / width, end = (x + 1) * n / width;
        float least = 0, most = 0;
        for (size_t i = begin; i < end; i++) least = fminf(least, samples[i]), most = fmaxf(most, samples[i]);
        int middle = LINCE_SOUND_WAVE / 2, top = middle - (int)lrintf(most / loudest * (float)(middle - 2)),
            foot = middle - (int)lrintf(least / loudest * (float)(middle - 2));
        for (int y = top; y <= foot; y++) memset(image->pixels + 3 * ((size_t)y * width + x), 70, 3);
    }
}

int lince_sound_picture(lince_image *image, const float *samples, size_t n, const float *map, size_t bands,
                        size_t frames)
{
    int code = lince_image_init(image, LINCE_SOUND_WIDTH, LINCE_SOUND_WAVE + LINCE_SOUND_MAP);
    if (code) return code;
    memset(image->pixels, 250, 3 * (size_t)LINCE_SOUND_WIDTH * LINCE_SOUND_WAVE);
    draw_wave(image, samples, n);
    draw_map(image, LINCE_SOUND_WAVE, map, bands, frames);
    return 0;
}

int lince_sound_map_picture(lince_image *image, const float *map, size_t bands, size_t frames)
{
    int code = lince_image_init(image, LINCE_SOUND_WIDTH, LINCE_SOUND_MAP);
    if (!code) draw_map(image, 0, map, bands, frames);
    return code;
}
