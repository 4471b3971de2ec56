/* Where the pixels of an augmented picture come from; what lies outside it is black. */
#include "picture/augment/canvas.h"
#include "picture/reflect.h"
#include "picture/resize.h"

#include <math.h>
#include <string.h>

/* --- resized crop ---------------------------------------------------------------------------------- */

static lince_image image_of(uint8_t *pixels, int width, int height)
{
    return (lince_image){.width = width, .height = height, .pixels = pixels};
}

/* A part is no larger than the picture. */
size_t lince_canvas_space(int width, int height)
{
    lince_image image = image_of(NULL, width, height);
    return lince_resize_space(&image, &(lince_resized){.width = width, .height = height}, LINCE_BILINEAR,
                              &image);
}

/* torchvision's resized_crop: crop, then resize (bilinear, antialiased) to the canvas. */
static void resize_part(lince_canvas *c, const lince_rectangle *part, const uint8_t *pixels)
{
    size_t row = 3 * (size_t)part->width;
    for (int y = 0; y < part->height; y++)
        memcpy(c->pixels + (size_t)y * row,
               pixels + 3 * ((size_t)(part->y + y) * (size_t)c->width + (size_t)part->x), row);
    lince_image in = image_of(c->pixels, part->width, part->height),
                out = image_of(c->spare, c->width, c->height);
    lince_resize_in(c->space, &in, &(lince_resized){.width = c->width, .height = c->height}, LINCE_BILINEAR,
                    &out);
}

/* --- crop, flip and translation -------------------------------------------------------------------- */

static int largest(int a, int b, int c)
{
    int m = a > b ? a : b;
    return m > c ? m : c;
}

static int smallest(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

/* Output positions [begin, end) along an axis show the picture; outside them the crop's padding or what the
 * translation uncovered is black. The crop [crop, crop + size) is moved by `move`. */
typedef struct span {
    int begin, end;
} span;

static span visible(int size, int crop, int move)
{
    span s = {largest(0, move, move - crop), smallest(size, size + move, size + move - crop)};
    if (s.begin > size) s.begin = size;
    if (s.end < s.begin) s.end = s.begin;
    return s;
}

static void mirror(const uint8_t *restrict last, uint8_t *restrict out, int count)
{
    for (int i = 0; i < count; i++, last -= 3, out += 3) out[0] = last[0], out[1] = last[1], out[2] = last[2];
}

static void copy_pixel(uint8_t *to, const uint8_t *from)
{
    to[0] = from[0], to[1] = from[1], to[2] = from[2];
}

/* As `move`, but that only what the translation uncovered is black: the crop shows the picture's
 * reflection. */
static void move_reflected(const lince_canvas *c, const lince_draw *d, const uint8_t *in, uint8_t *out)
{
    size_t row = (size_t)c->width * 3;
    span rows = visible(c->height, 0, d->move_y), columns = visible(c->width, 0, d->move_x);
    memset(out, 0, row * (size_t)c->height);
    for (int y = rows.begin; y < rows.end; y++) {
        const uint8_t *source = in + (size_t)lince_reflected(y - d->move_y + d->crop_y, c->height) * row;
        for (int x = columns.begin; x < columns.end; x++) {
            int across = x - d->move_x, from = (d->flip ? c->width - 1 - across : across) + d->crop_x;
            copy_pixel(out + (size_t)y * row + 3 * (size_t)x,
                       source + 3 * (size_t)lince_reflected(from, c->width));
        }
    }
}

/* In one pass: output (x, y) shows the picture's (x - move_x + crop_x, y - move_y + crop_y), or, where
 * flipped, (width - 1 - (x - move_x) + crop_x, ...). */
static void move(const lince_canvas *c, const lince_draw *d, const uint8_t *in, uint8_t *out)
{
    size_t row = (size_t)c->width * 3;
    span rows = visible(c->height, d->crop_y, d->move_y);
    span columns = visible(c->width, d->flip ? -d->crop_x : d->crop_x, d->move_x);
    int across = columns.begin - d->move_x, count = columns.end - columns.begin;
    int from = (d->flip ? c->width - 1 - across : across) + d->crop_x;
    if (rows.begin == rows.end || count == 0) {
        memset(out, 0, row * (size_t)c->height);
        return;
    }
    memset(out, 0, row * (size_t)rows.begin);
    for (int y = rows.begin; y < rows.end; y++) {
        const uint8_t *source = in + (size_t)(y - d->move_y + d->crop_y) * row + 3 * (size_t)from;
        uint8_t *line = out + (size_t)y * row;
        memset(line, 0, 3 * (size_t)columns.begin);
        if (d->flip)
            mirror(source, line + 3 * (size_t)columns.begin, count);
        else
            memcpy(line + 3 * (size_t)columns.begin, source, 3 * (size_t)count);
        memset(line + 3 * (size_t)columns.end, 0, row - 3 * (size_t)columns.end);
    }
    memset(out + (size_t)rows.end * row, 0, row * (size_t)(c->height - rows.end));
}

void lince_canvas_frame(lince_canvas *c, const lince_draw *d, const uint8_t *pixels)
{
    if (d->part.width) {
        resize_part(c, &d->part, pixels);
        pixels = c->spare;
    }
    (d->reflect ? move_reflected : move)(c, d, pixels, c->pixels);
}

/* --- affine ---------------------------------------------------------------------------------------- */

/* torchvision's _get_inverse_affine_matrix, in its order of operations:
 *     M = T(translate) C(center) R(angle) S(scale) Shy Shx C^-1,  of which the inverse is returned. */
void lince_affine_inverse(const lince_affine *t, double m[6])
{
    const double degree = 3.14159265358979323846 / 180;
    double rot = t->angle * degree, sx = t->shear[0] * degree, sy = t->shear[1] * degree;
    double a = cos(rot - sy) / cos(sy), b = -cos(rot - sy) * tan(sx) / cos(sy) - sin(rot),
           c = sin(rot - sy) / cos(sy), d = -sin(rot - sy) * tan(sx) / cos(sy) + cos(rot);
    double x = -t->center[0] - t->translate[0], y = -t->center[1] - t->translate[1];
    m[0] = d / t->scale, m[1] = -b / t->scale, m[2] = 0;
    m[3] = -c / t->scale, m[4] = a / t->scale, m[5] = 0;
    m[2] += m[0] * x + m[1] * y;
    m[5] += m[3] * x + m[4] * y;
    m[2] += t->center[0];
    m[5] += t->center[1];
}

/* As Pillow rounds, so that right angles are exact. */
static double rounded(double v)
{
    return nearbyint(v * 1e15) / 1e15;
}

void lince_rotation(double degrees, int width, int height, double m[6])
{
    double whole = fmod(degrees, 360),
           angle = -(whole < 0 ? whole + 360 : whole) * (3.14159265358979323846 / 180);
    double x = -width / 2.0, y = -height / 2.0;
    m[0] = m[4] = rounded(cos(angle));
    m[1] = rounded(sin(angle));
    m[3] = rounded(-sin(angle));
    m[2] = m[0] * x + m[1] * y + 0 - x;
    m[5] = m[3] * x + m[4] * y + 0 - y;
}

static int64_t fixed(double v)
{
    return (int64_t)floor(v * 65536 + 0.5);
}

/* Pillow's nearest neighbour: in 16.16 fixed-point numbers, from the middle of each pixel. */
static void turn(const lince_canvas *c, const double *m, uint8_t *out)
{
    int64_t a = fixed(m[0]), d = fixed(m[3]), b = fixed(m[1]), e = fixed(m[4]);
    int64_t first_x = fixed(m[2] + m[0] * 0.5 + m[1] * 0.5), first_y = fixed(m[5] + m[3] * 0.5 + m[4] * 0.5);
    uint64_t width = (uint64_t)c->width, height = (uint64_t)c->height;
    for (int y = 0; y < c->height; y++, first_x += b, first_y += e) {
        int64_t at_x = first_x, at_y = first_y;
        for (int x = 0; x < c->width; x++, at_x += a, at_y += d, out += 3) {
            uint64_t from_x = (uint64_t)(at_x >> 16), from_y = (uint64_t)(at_y >> 16); /* negative: huge */
            if (from_x >= width || from_y >= height) continue;
            const uint8_t *p = c->pixels + 3 * (from_y * width + from_x);
            out[0] = p[0], out[1] = p[1], out[2] = p[2];
        }
    }
}

/* Where nothing is turned or sheared, Pillow counts in doubles. */
static int along(double at, int size)
{
    return at >= 0 && at < size ? (int)at : -1;
}

static void scale(const lince_canvas *c, const double *m, uint8_t *out)
{
    double at_y = m[5] + m[4] * 0.5;
    for (int y = 0; y < c->height; y++, at_y += m[4]) {
        int from_y = along(at_y, c->height);
        double at_x = m[2] + m[0] * 0.5;
        for (int x = 0; x < c->width; x++, at_x += m[0], out += 3) {
            int from_x = along(at_x, c->width);
            if (from_x < 0 || from_y < 0) continue;
            const uint8_t *p = c->pixels + 3 * ((size_t)from_y * (size_t)c->width + (size_t)from_x);
            out[0] = p[0], out[1] = p[1], out[2] = p[2];
        }
    }
}

void lince_canvas_affine(lince_canvas *c, const double *m)
{
    memset(c->spare, 0, lince_canvas_size(c));
    if (m[1] == 0 && m[3] == 0)
        scale(c, m, c->spare);
    else
        turn(c, m, c->spare);
    lince_canvas_swap(c);
}

static int within(int v, int size)
{
    return v < 0 ? 0 : v < size ? v : size - 1;
}

/* Pillow's bilinear_filter32RGB: truncated. */
static void between(const lince_canvas *c, double at_x, double at_y, uint8_t *out)
{
    if (at_x < 0 || at_x >= c->width || at_y < 0 || at_y >= c->height) return;
    double left = floor(at_x - 0.5), top = floor(at_y - 0.5), dx = at_x - 0.5 - left, dy = at_y - 0.5 - top;
    size_t x0 = 3 * (size_t)within((int)left, c->width), x1 = 3 * (size_t)within((int)left + 1, c->width),
           row = 3 * (size_t)c->width;
    const uint8_t *above = c->pixels + row * (size_t)within((int)top, c->height),
                  *below = c->pixels + row * (size_t)within((int)top + 1, c->height);
    for (size_t k = 0; k < 3; k++) {
        double v1 = above[x0 + k] + (above[x1 + k] - above[x0 + k]) * dx,
               v2 = below[x0 + k] + (below[x1 + k] - below[x0 + k]) * dx;
        out[k] = (uint8_t)(v1 + (v2 - v1) * dy);
    }
}

void lince_canvas_affine_bilinear(lince_canvas *c, const double *m)
{
    uint8_t *out = c->spare;
    memset(out, 0, lince_canvas_size(c));
    for (int y = 0; y < c->height; y++)
        for (int x = 0; x < c->width; x++, out += 3) {
            double px = x + 0.5, py = y + 0.5;
            between(c, m[0] * px + m[1] * py + m[2], m[3] * px + m[4] * py + m[5], out);
        }
    lince_canvas_swap(c);
}
