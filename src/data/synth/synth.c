/* The built-in sample data set: ten shapes of any colour, size, place and direction, on backgrounds with
 * gradients, waves and clutter, 32 x 32 pixels. Shape and ground change places in brightness from picture to
 * picture, so that no pixel and no colour says anything about the class: only the outline does. */
#include "core/buffer.h"
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
    MOST_SHAPES = 3, /* in a picture of several */
    TEST_EVERY = 6,
    CHUNK = 512
};

/* What is drawn by LINCE_STREAM_SYNTH. */
enum { ONE, SEVERAL = 3 }; /* between them synth_tweets.c's */

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

/* A shape in its place. */
typedef struct placed {
    bool (*inside)(float u, float v);
    float x, y, ax, ay, bx, by; /* shape coordinates are u = ax dx + ay dy, v = bx dx + by dy */
    gradient colour;
} placed;

/* All that is random in a picture but its noise. Lengths in pixels, from the picture's centre. */
typedef struct scene {
    placed shapes[MOST_SHAPES];
    int count;
    gradient ground;
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

static void turn(placed *p, lince_random *random, float radius)
{
    float angle = between(random, 0, 2 * pi), stretch = between(random, 0.88f, 1.14f);
    p->ax = cosf(angle) / (radius * stretch), p->ay = sinf(angle) / (radius * stretch);
    p->bx = -sinf(angle) * stretch / radius, p->by = cosf(angle) * stretch / radius;
}

static void draw_shape(placed *p, lince_random *random)
{
    float radius = between(random, 8, 13), room = SIDE / 2.0f + 1 - radius;
    turn(p, random, radius);
    p->x = between(random, -room, room), p->y = between(random, -room, room);
}

/* In one of the picture's quarters. */
static void draw_small_shape(placed *p, lince_random *random, int quarter)
{
    float radius = between(random, 6, 7.5f), room = SIDE / 4.0f + 0.5f - radius;
    turn(p, random, radius);
    p->x = (float)(quarter % 2 * 2 - 1) * SIDE / 4 + between(random, -room, room);
    p->y = (float)(quarter / 2 * 2 - 1) * SIDE / 4 + between(random, -room, room);
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

/* The ground's waves and the noise, which come last. */
static void draw_ground(scene *s, lince_random *random)
{
    float wave = between(random, 0.2f, 1.2f), angle = between(random, 0, 2 * pi);
    s->wave_x = wave * cosf(angle), s->wave_y = wave * sinf(angle),
    s->wave_phase = between(random, 0, 2 * pi);
    s->wave_height = between(random, 0, 0.08f);
    s->noise = between(random, 0.01f, 0.06f);
}

static scene draw_scene(lince_random *random, int label)
{
    scene s = {.shapes = {{.inside = shapes[label].inside}}, .count = 1};
    float contrast = between(random, 0.3f, 0.55f) * (lince_random_below(random, 2) ? 1 : -1);
    float middle = between(random, 0.35f, 0.65f);
    s.ground = draw_gradient(random, middle - contrast / 2);
    s.shapes[0].colour = draw_gradient(random, middle + contrast / 2);
    draw_shape(&s.shapes[0], random);
    draw_clutter(&s, random, middle - contrast / 2);
    draw_ground(&s, random);
    return s;
}

/* --- of several shapes ---------------------------------------------------------------------------- */

/* The classes of picture `index`, one to three different ones; how many. */
static int draw_labels(lince_random *random, size_t index, int label[MOST_SHAPES])
{
    int wanted = 1 + (int)lince_random_below(random, MOST_SHAPES), count = 1;
    label[0] = (int)(index % CLASSES);
    while (count < wanted) {
        int other = (int)lince_random_below(random, CLASSES), i = 0;
        while (i < count && label[i] != other) i++;
        if (i == count) label[count++] = other;
    }
    return count;
}

/* Each in a quarter of its own, in a colour of its own. */
static scene draw_several(lince_random *random, size_t index)
{
    int label[MOST_SHAPES];
    uint32_t quarter[4];
    scene s = {.count = draw_labels(random, index, label)};
    float contrast = between(random, 0.3f, 0.55f) * (lince_random_below(random, 2) ? 1 : -1);
    float middle = between(random, 0.35f, 0.65f);
    s.ground = draw_gradient(random, middle - contrast / 2);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t at = lince_random_below(random, i + 1);
        quarter[i] = quarter[at];
        quarter[at] = i;
    }
    for (int i = 0; i < s.count; i++) {
        s.shapes[i].inside = shapes[label[i]].inside;
        s.shapes[i].colour = draw_gradient(random, middle + contrast / 2);
        draw_small_shape(&s.shapes[i], random, (int)quarter[i]);
    }
    draw_clutter(&s, random, middle - contrast / 2);
    draw_ground(&s, random);
    return s;
}

/* --- pixels --------------------------------------------------------------------------------------- */

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

/* What is seen at a point: a shape (0, 1, ...), a stroke of the clutter or, behind all, the ground. */
enum { FIRST_STROKE = MOST_SHAPES, GROUND = FIRST_STROKE + CLUTTER, LAYERS };

static int layer_at(const scene *s, float x, float y)
{
    for (int i = 0; i < s->count; i++) {
        const placed *p = &s->shapes[i];
        float dx = x - p->x, dy = y - p->y;
        if (p->inside(p->ax * dx + p->ay * dy, p->bx * dx + p->by * dy)) return i;
    }
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
    colour layers[LAYERS] = {{{0}}}, sum = {{0}};
    for (int i = 0; i < s->count; i++)
        layers[i] = gradient_at(&s->shapes[i].colour, corner_x + 0.5f, corner_y + 0.5f);
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

/* What makes picture `index` of the data set that belongs to `seed` random. */
static lince_random random_of(uint64_t seed, bool several, size_t index)
{
    return lince_random_at(lince_key(seed, LINCE_STREAM_SYNTH, several ? SEVERAL : ONE, index));
}

static void paint(lince_image *image, uint64_t seed, bool several, size_t index)
{
    lince_random random = random_of(seed, several, index);
    scene s = several ? draw_several(&random, index) : draw_scene(&random, (int)(index % CLASSES));
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
    bool several;
    size_t first; /* picture */
    encoded pictures[CHUNK];
} chunk;

static void make_picture(void *context, size_t index)
{
    chunk *c = context;
    lince_image image;
    c->pictures[index] = (encoded){0};
    if (lince_image_init(&image, SIDE, SIDE) < 0) return;
    paint(&image, c->seed, c->several, c->first + index);
    if (lince_image_encode_png(&image, &c->pictures[index].bytes, &c->pictures[index].size) < 0)
        c->pictures[index] = (encoded){0};
    lince_image_release(&image);
}

static const char *part_folder(size_t index)
{
    return index / CLASSES % TEST_EVERY == TEST_EVERY - 1 ? "test" : "train";
}

/* Inside the data set's folder: by its class, or of several beside the others of its part. */
static void name_picture(char *name, size_t size, bool several, size_t index)
{
    if (several)
        snprintf(name, size, "%s/%05zu.png", part_folder(index), index);
    else
        snprintf(name, size, "%s/%s/%04zu.png", part_folder(index), shapes[index % CLASSES].name,
                 index / CLASSES);
}

/* Not by lince_file_write: the folder as a whole is what appears or does not. */
static int write_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, folder, name));
    return lince_synth_put(path, bytes, size);
}

static int write_picture(const char *folder, bool several, size_t index, const encoded *picture)
{
    char name[64];
    if (!picture->bytes) return lince_fail(LINCE_ENOMEM, "%s: out of memory", folder);
    name_picture(name, sizeof name, several, index);
    return write_file(folder, name, picture->bytes, picture->size);
}

/* "path,labels" of all pictures. */
static int write_labels(const char *folder, size_t n, uint64_t seed)
{
    lince_buffer out = {0};
    lince_buffer_puts(&out, "path,labels\n");
    for (size_t i = 0; i < n; i++) {
        int label[MOST_SHAPES];
        char name[64];
        lince_random random = random_of(seed, true, i);
        int count = draw_labels(&random, i, label);
        name_picture(name, sizeof name, true, i);
        lince_buffer_printf(&out, "%s,", name);
        for (int k = 0; k < count; k++)
            lince_buffer_printf(&out, "%s%s", k ? "|" : "", shapes[label[k]].name);
        lince_buffer_puts(&out, "\n");
    }
    int code = out.error ? out.error : write_file(folder, "labels.csv", out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

static int make_part_folders(const char *folder)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, folder, "train"));
    LINCE_TRY(lince_make_folder(path));
    LINCE_TRY(lince_path_join(path, folder, "test"));
    return lince_make_folder(path);
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
        if (code == 0) code = write_picture(folder, c->several, c->first + i, &c->pictures[i]);
        lince_free(c->pictures[i].bytes);
    }
    return code;
}

typedef struct wanted {
    bool several;
    size_t n;
    uint64_t seed;
} wanted;

static int write_pictures(const char *folder, void *context)
{
    const wanted *w = context;
    LINCE_TRY(w->several ? make_part_folders(folder) : make_class_folders(folder));
    chunk *c = lince_alloc(1, sizeof *c);
    if (!c) return LINCE_ENOMEM;
    c->seed = w->seed;
    c->several = w->several;
    int code = 0;
    for (; code == 0 && c->first < w->n; c->first += CHUNK)
        code = write_chunk(folder, c, w->n - c->first < CHUNK ? w->n - c->first : CHUNK);
    lince_free(c);
    return code || !w->several ? code : write_labels(folder, w->n, w->seed);
}

static int write_all(const char *folder, bool several, size_t n, uint64_t seed)
{
    LINCE_PLAIN_LOCALE;
    enum { FEWEST = CLASSES * TEST_EVERY, MOST = 10000000 };
    wanted w = {several, n, seed};
    if (n < FEWEST || n > MOST)
        return lince_fail(
            LINCE_EUSAGE,
            "--n %zu: expected %d to %d pictures, so that each class has some in train and in test", n,
            FEWEST, MOST);
    return lince_synth_folder(folder, write_pictures, &w);
}

int lince_synth_images(const char *folder, size_t n, uint64_t seed)
{
    LINCE_NEED(folder);
    return write_all(folder, false, n, seed);
}

int lince_synth_images_many(const char *folder, size_t n, uint64_t seed)
{
    LINCE_NEED(folder);
    return write_all(folder, true, n, seed);
}
