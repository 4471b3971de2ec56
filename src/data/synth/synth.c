/* The built-in sample data set: ten shapes of any colour, size, place and direction, on backgrounds with
 * gradients, waves and clutter, 32 x 32 pixels. Shape and ground change places in brightness from picture to
 * picture, so that no pixel and no colour says anything about the class: only the outline does. */
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "core/random.h"
#include "data/synth/folder.h"
#include "picture/decode/image.h"

#include <lince/synth.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    SIDE = 32,
    SAMPLES = 4 /* a pixel, in each direction */,
    CLASSES = 10,
    CLUTTER = 3,
    TEST_EVERY = 6,
    CHUNK = 512
};

static const float pi = 3.14159265f;

/* The shapes, of about radius 1 around the origin. */

static bool in_checkerboard(float u, float v)
{
    return fabsf(u) < 0.95f && fabsf(v) < 0.95f && ((int)((u + 1) * 2) + (int)((v + 1) * 2)) % 2 == 0;
}

static bool in_crescent(float u, float v)
{
    return u * u + v * v < 1 && (u - 0.5f) * (u - 0.5f) + v * v > 0.75f * 0.75f;
}

static bool in_cross(float u, float v)
{
    return fabsf(u) < 1 && fabsf(v) < 1 && (fabsf(u) < 0.3f || fabsf(v) < 0.3f);
}

static bool in_disc(float u, float v)
{
    return u * u + v * v < 0.9f * 0.9f;
}

/* (x^2 + y^2 - 1)^3 < x^2 y^3 */
static bool in_heart(float u, float v)
{
    float x = u * 1.2f, y = 0.15f - v * 1.2f, r = x * x + y * y - 1;
    return r * r * r < x * x * y * y * y;
}

static bool in_ring(float u, float v)
{
    float r = u * u + v * v;
    return r < 1 && r > 0.55f * 0.55f;
}

static bool in_square(float u, float v)
{
    return fabsf(u) < 0.8f && fabsf(v) < 0.8f;
}

/* Five points at radius 1, five notches at 0.42: between them the outline is straight. */
static bool in_star(float u, float v)
{
    const float notch = 0.42f, step = pi / 5;
    float angle = fabsf(remainderf(atan2f(v, u), 2 * step)), radius = hypotf(u, v);
    float x = radius * cosf(angle), y = radius * sinf(angle);
    float nx = notch * cosf(step), ny = notch * sinf(step);
    return (nx - 1) * y - ny * (x - 1) > 0;
}

static bool in_stripes(float u, float v)
{
    return fabsf(u) < 0.95f && fabsf(v) < 0.95f && (int)((u + 0.95f) / 0.38f) % 2 == 0;
}

static bool in_triangle(float u, float v)
{
    return v < 0.55f && 1.732f * u - v < 1.1f && -1.732f * u - v < 1.1f;
}

static const struct {
    const char *name;
    bool (*inside)(float u, float v);
} shapes[CLASSES] = {
    {"checkerboard", in_checkerboard},
    {"crescent", in_crescent},
    {"cross", in_cross},
    {"disc", in_disc},
    {"heart", in_heart},
    {"ring", in_ring},
    {"square", in_square},
    {"star", in_star},
    {"stripes", in_stripes},
    {"triangle", in_triangle},
};

typedef struct colour {
    float rgb[3];
} colour;

/* A colour that runs into another along a direction. */
typedef struct gradient {
    colour from, to;
    float x, y; /* change a pixel */
} gradient;

/* A short line (or, with its ends together, a dot) behind the shape. */
typedef struct stroke {
    float x, y, dx, dy, radius;
    colour ink;
} stroke;

/* All that is random in a picture but its noise. Lengths in pixels, from the picture's centre. */
typedef struct scene {
    bool (*inside)(float u, float v);
    float x, y, ax, ay, bx, by; /* shape coordinates are u = ax dx + ay dy, v = bx dx + by dy */
    gradient ground, shape;
    float wave_x, wave_y, wave_phase, wave_height;
    int strokes;
    stroke clutter[CLUTTER];
    float noise; /* standard deviation */
} scene;

static float between(lince_random *random, float low, float high)
{
    return low + (high - low) * lince_random_uniform(random);
}

/* A colour of a brightness: the channels differ, their mean does not. */
static colour tint(lince_random *random, float brightness)
{
    colour c;
    float mean = 0;
    for (int i = 0; i < 3; i++) mean += c.rgb[i] = between(random, -0.28f, 0.28f);
    for (int i = 0; i < 3; i++) c.rgb[i] += brightness - mean / 3;
    return c;
}

static gradient draw_gradient(lince_random *random, float brightness)
{
    gradient g = {.from = tint(random, brightness - between(random, 0, 0.06f)),
                  .to = tint(random, brightness + between(random, 0, 0.06f))};
    float angle = between(random, 0, 2 * pi);
    g.x = cosf(angle) / SIDE, g.y = sinf(angle) / SIDE;
    return g;
}

static void draw_shape(scene *s, lince_random *random)
{
    float radius = between(random, 8, 13), angle = between(random, 0, 2 * pi),
          stretch = between(random, 0.88f, 1.14f);
    float room = SIDE / 2.0f + 1 - radius;
    s->x = between(random, -room, room), s->y = between(random, -room, room);
    s->ax = cosf(angle) / (radius * stretch), s->ay = sinf(angle) / (radius * stretch);
    s->bx = -sinf(angle) * stretch / radius, s->by = cosf(angle) * stretch / radius;
}

static void draw_clutter(scene *s, lince_random *random, float brightness)
{
    s->strokes = (int)lince_random_below(random, CLUTTER + 1);
    for (int i = 0; i < s->strokes; i++) {
        stroke *line = &s->clutter[i];
        float angle = between(random, 0, 2 * pi),
              length = lince_random_below(random, 2) ? between(random, 4, 12) : 0;
        line->x = between(random, -SIDE / 2.0f, SIDE / 2.0f),
        line->y = between(random, -SIDE / 2.0f, SIDE / 2.0f);
        line->dx = length * cosf(angle), line->dy = length * sinf(angle);
        line->radius = length > 0 ? between(random, 0.5f, 0.9f) : between(random, 1, 2);
        line->ink = tint(random, brightness + between(random, -0.25f, 0.25f));
    }
}

static scene draw_scene(lince_random *random, int label)
{
    scene s = {.inside = shapes[label].inside};
    float contrast = between(random, 0.3f, 0.55f) * (lince_random_below(random, 2) ? 1 : -1);
    float middle = between(random, 0.35f, 0.65f);
    s.ground = draw_gradient(random, middle - contrast / 2);
    s.shape = draw_gradient(random, middle + contrast / 2);
    draw_shape(&s, random);
    draw_clutter(&s, random, middle - contrast / 2);
    float wave = between(random, 0.2f, 1.2f), angle = between(random, 0, 2 * pi);
    s.wave_x = wave * cosf(angle), s.wave_y = wave * sinf(angle), s.wave_phase = between(random, 0, 2 * pi);
    s.wave_height = between(random, 0, 0.08f);
    s.noise = between(random, 0.01f, 0.06f);
    return s;
}

static colour gradient_at(const gradient *g, float x, float y)
{
    float t = 0.5f + g->x * x + g->y * y;
    colour c;
    for (int i = 0; i < 3; i++) c.rgb[i] = g->from.rgb[i] + t * (g->to.rgb[i] - g->from.rgb[i]);
    return c;
}

static bool is_on_stroke(const stroke *line, float x, float y)
{
    float px = x - line->x, py = y - line->y, square = line->dx * line->dx + line->dy * line->dy;
    float t = square > 0 ? (px * line->dx + py * line->dy) / square : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    px -= t * line->dx, py -= t * line->dy;
    return px * px + py * py < line->radius * line->radius;
}

static colour ground_at(const scene *s, float x, float y)
{
    colour c = gradient_at(&s->ground, x, y);
    float wave = s->wave_height * sinf(s->wave_x * x + s->wave_y * y + s->wave_phase);
    for (int i = 0; i < 3; i++) c.rgb[i] += wave;
    return c;
}

/* What is seen at a point: the shape (0), a stroke of the clutter (1, 2, ...) or, behind all, the ground. */
enum { SHAPE, FIRST_STROKE, GROUND = FIRST_STROKE + CLUTTER, LAYERS };

static int layer_at(const scene *s, float x, float y)
{
    float dx = x - s->x, dy = y - s->y;
    if (s->inside(s->ax * dx + s->ay * dy, s->bx * dx + s->by * dy)) return SHAPE;
    for (int i = 0; i < s->strokes; i++)
        if (is_on_stroke(&s->clutter[i], x, y)) return FIRST_STROKE + i;
    return GROUND;
}

/* The colours at the pixel's centre, mixed as the layers cover its samples, so that edges are smooth. */
static colour pixel_at(const scene *s, int column, int row)
{
    const float corner_x = (float)(column - SIDE / 2), corner_y = (float)(row - SIDE / 2);
    int covered[LAYERS] = {0};
    for (int i = 0; i < SAMPLES * SAMPLES; i++)
        covered[layer_at(s, corner_x + ((float)(i % SAMPLES) + 0.5f) / SAMPLES,
                         corner_y + ((float)(i / SAMPLES) + 0.5f) / SAMPLES)]++;
    colour layers[LAYERS], sum = {{0}};
    layers[SHAPE] = gradient_at(&s->shape, corner_x + 0.5f, corner_y + 0.5f);
    layers[GROUND] = ground_at(s, corner_x + 0.5f, corner_y + 0.5f);
    for (int i = 0; i < CLUTTER; i++) layers[FIRST_STROKE + i] = s->clutter[i].ink;
    for (int i = 0; i < LAYERS; i++)
        for (int k = 0; k < 3; k++) sum.rgb[k] += layers[i].rgb[k] * (float)covered[i] / (SAMPLES * SAMPLES);
    return sum;
}

static uint8_t to_byte(float value)
{
    return (uint8_t)(value <= 0 ? 0 : value >= 1 ? 255 : value * 255 + 0.5f);
}

/* Picture `index` of the data set that belongs to `seed`. */
static void paint(lince_image *image, uint64_t seed, size_t index)
{
    lince_random random = lince_random_at(lince_key(seed, LINCE_STREAM_SYNTH, 0, index));
    scene s = draw_scene(&random, (int)(index % CLASSES));
    for (int i = 0; i < SIDE * SIDE; i++) {
        colour c = pixel_at(&s, i % SIDE, i / SIDE);
        for (int k = 0; k < 3; k++)
            image->pixels[i * 3 + k] = to_byte(c.rgb[k] + s.noise * lince_random_normal(&random));
    }
}

typedef struct encoded {
    uint8_t *bytes; /* NULL: out of memory */
    size_t size;
} encoded;

typedef struct chunk {
    uint64_t seed;
    size_t first; /* picture */
    encoded pictures[CHUNK];
} chunk;

static void make_picture(void *context, size_t index)
{
    chunk *c = context;
    lince_image image;
    c->pictures[index] = (encoded){0};
    if (lince_image_init(&image, SIDE, SIDE) < 0) return;
    paint(&image, c->seed, c->first + index);
    if (lince_image_encode_png(&image, &c->pictures[index].bytes, &c->pictures[index].size) < 0)
        c->pictures[index] = (encoded){0};
    lince_image_release(&image);
}

static const char *part_folder(size_t index)
{
    return index / CLASSES % TEST_EVERY == TEST_EVERY - 1 ? "test" : "train";
}

/* Not by lince_file_write: the folder as a whole is what appears or does not. */
static int write_picture(const char *folder, size_t index, const encoded *picture)
{
    char path[LINCE_PATH_MAX];
    if (!picture->bytes) return lince_fail(LINCE_ENOMEM, "%s: out of memory", folder);
    if (snprintf(path, sizeof path, "%s/%s/%s/%04zu.png", folder, part_folder(index),
                 shapes[index % CLASSES].name, index / CLASSES) >= (int)sizeof path)
        return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", folder);
    return lince_synth_put(path, picture->bytes, picture->size);
}

static int make_class_folders(const char *folder)
{
    static const char *const parts[] = {"train", "test"};
    char path[LINCE_PATH_MAX];
    for (size_t i = 0; i < 2 * CLASSES; i++) {
        if (snprintf(path, sizeof path, "%s/%s/%s", folder, parts[i % 2], shapes[i / 2].name) >=
            (int)sizeof path)
            return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", folder);
        LINCE_TRY(lince_make_folder(path));
    }
    return 0;
}

static int write_chunk(const char *folder, chunk *c, size_t count)
{
    int code = 0;
    lince_parallel(lince_processors(), count, make_picture, c);
    for (size_t i = 0; i < count; i++) {
        if (code == 0) code = write_picture(folder, c->first + i, &c->pictures[i]);
        lince_free(c->pictures[i].bytes);
    }
    return code;
}

typedef struct wanted {
    size_t n;
    uint64_t seed;
} wanted;

static int write_pictures(const char *folder, void *context)
{
    const wanted *w = context;
    LINCE_TRY(make_class_folders(folder));
    chunk *c = lince_alloc(1, sizeof *c);
    if (!c) return LINCE_ENOMEM;
    c->seed = w->seed;
    int code = 0;
    for (; code == 0 && c->first < w->n; c->first += CHUNK)
        code = write_chunk(folder, c, w->n - c->first < CHUNK ? w->n - c->first : CHUNK);
    lince_free(c);
    return code;
}

int lince_synth_images(const char *folder, size_t n, uint64_t seed)
{
    LINCE_NEED(folder);
    LINCE_PLAIN_LOCALE;
    enum { FEWEST = CLASSES * TEST_EVERY, MOST = 10000000 };
    wanted w = {n, seed};
    if (n < FEWEST || n > MOST)
        return lince_fail(
            LINCE_EUSAGE,
            "--n %zu: expected %d to %d pictures, so that each class has some in train and in test", n,
            FEWEST, MOST);
    return lince_synth_folder(folder, write_pictures, &w);
}
