#include "report/page/sheet.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "report/page/gnuplot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GAP = 12, LINES = 2, LINE = 15, LETTER = 6 /* width of one, on average, in pixels */ };

/* A sheet being put together: pixels from the top. */
typedef struct sheet {
    const lince_sheet *layout;
    const lince_sheet_item *items;
    size_t count;
    int gap, width, height;
} sheet;

static sheet lay_out(const lince_sheet *layout, const lince_sheet_item *items, size_t count)
{
    sheet s = {layout, items, count, layout->lines ? GAP : GAP / 3, 0, 0};
    int rows = (int)((count + (size_t)layout->columns - 1) / (size_t)layout->columns);
    s.width = layout->columns * (layout->tile + s.gap) + s.gap;
    s.height = rows * (layout->tile + s.gap + layout->lines * LINE) + s.gap;
    return s;
}

static int left_of(const sheet *s, size_t i)
{
    return s->gap + (int)(i % (size_t)s->layout->columns) * (s->layout->tile + s->gap);
}

static int top_of(const sheet *s, size_t i)
{
    return s->gap +
           (int)(i / (size_t)s->layout->columns) * (s->layout->tile + s->gap + s->layout->lines * LINE);
}

/* --- pictures ------------------------------------------------------------------------------------- */

int lince_sheet_enlarge(lince_image *out, const lince_image *picture, int side)
{
    int longer = picture->width > picture->height ? picture->width : picture->height;
    int width = (int)((long)side * picture->width / longer),
        height = (int)((long)side * picture->height / longer);
    LINCE_TRY(lince_image_init(out, width > 0 ? width : 1, height > 0 ? height : 1));
    for (int y = 0; y < out->height; y++)
        for (int x = 0; x < out->width; x++) {
            size_t from = (size_t)((long)y * picture->height / out->height) * (size_t)picture->width +
                          (size_t)((long)x * picture->width / out->width);
            memcpy(out->pixels + 3 * ((size_t)y * (size_t)out->width + (size_t)x), picture->pixels + 3 * from,
                   3);
        }
    return 0;
}

/* Puts the picture into the middle of a square place at (left, top). */
static int put_tile(lince_image *whole, const lince_image *picture, int left, int top, int side)
{
    lince_image tile;
    LINCE_TRY(lince_sheet_enlarge(&tile, picture, side));
    left += (side - tile.width) / 2, top += (side - tile.height) / 2;
    for (int y = 0; y < tile.height; y++)
        memcpy(whole->pixels + 3 * ((size_t)(top + y) * (size_t)whole->width + (size_t)left),
               tile.pixels + 3 * (size_t)y * (size_t)tile.width, 3 * (size_t)tile.width);
    lince_image_release(&tile);
    return 0;
}

static int compose(const sheet *s, lince_image *whole)
{
    LINCE_TRY(lince_image_init(whole, s->width, s->height));
    memset(whole->pixels, 255, (size_t)s->width * (size_t)s->height * 3);
    for (size_t i = 0; i < s->count; i++)
        LINCE_TRY(put_tile(whole, s->items[i].image, left_of(s, i), top_of(s, i), s->layout->tile));
    return 0;
}

/* --- captions ------------------------------------------------------------------------------------- */

/* At most `letters` UTF-8 characters of text[length], "…" in place of what is too much. */
static void shorten(char out[128], const char *text, size_t length, int letters)
{
    size_t end = 0, cut = 0;
    for (int n = 0; end < length && end < 120; n++) {
        if (n == letters) {
            snprintf(out, 128, "%.*s…", (int)cut, text);
            return;
        }
        if (n < letters) cut = end;
        do end++;
        while (end < length && ((unsigned char)text[end] & 0xc0) == 0x80);
    }
    snprintf(out, 128, "%.*s", (int)end, text);
}

/* The two lines of a caption, the second one "" where there is none. */
static void split_caption(const char *caption, int letters, char lines[LINES][128])
{
    size_t first = strcspn(caption, "\n");
    const char *second = caption[first] ? caption + first + 1 : "";
    shorten(lines[0], caption, first, letters);
    shorten(lines[1], second, strlen(second), letters);
}

/* Called for every line of every caption; x is its middle, y its base line, counted from the top of a sheet
 * of `height` pixels. */
typedef void put_line(lince_buffer *out, int height, int x, int y, const char *text);

static void put_captions(lince_buffer *out, const sheet *s, put_line *put)
{
    for (size_t i = 0; i < s->count; i++) {
        char lines[LINES][128];
        if (!s->items[i].caption) continue;
        split_caption(s->items[i].caption, (s->layout->tile + s->gap) / LETTER, lines);
        int x = left_of(s, i) + s->layout->tile / 2, y = top_of(s, i) + s->layout->tile;
        for (int line = 0; line < s->layout->lines; line++)
            if (*lines[line]) put(out, s->height, x, y + (line + 1) * LINE - 2, lines[line]);
    }
}

static void put_svg_line(lince_buffer *out, int height, int x, int y, const char *text)
{
    (void)height;
    lince_buffer_printf(out, "<text x=\"%d\" y=\"%d\">", x, y);
    lince_buffer_html(out, text);
    lince_buffer_puts(out, "</text>\n");
}

/* gnuplot counts from the bottom. */
static void put_gnuplot_line(lince_buffer *out, int height, int x, int y, const char *text)
{
    lince_buffer_puts(out, "set label ");
    lince_gnuplot_quote(out, text);
    lince_buffer_printf(out, " at %d,%d center font 'sans,8' front\n", x, height - y + 4);
}

static int write_svg(const char *folder, const char *name, const sheet *s, const lince_image *whole)
{
    uint8_t *png;
    size_t size;
    char file[128];
    snprintf(file, sizeof file, "plots/%s.svg", name);
    LINCE_TRY(lince_image_encode_png(whole, &png, &size));
    lince_buffer out = {0};
    lince_buffer_printf(
        &out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
        "<image width=\"%d\" height=\"%d\" href=\"data:image/png;base64,",
        s->width, s->height, s->width, s->height, s->width, s->height);
    lince_buffer_base64(&out, png, size);
    lince_buffer_puts(
        &out,
        "\"/>\n<g font-family=\"sans-serif\" font-size=\"11.5\" text-anchor=\"middle\" fill=\"#333333\">\n");
    put_captions(&out, s, put_svg_line);
    lince_buffer_puts(&out, "</g>\n</svg>\n");
    int code = out.error ? out.error : lince_file_write_in(folder, file, out.data, out.size);
    lince_buffer_release(&out);
    lince_free(png);
    return code;
}

static int save(const char *folder, const char *name, const char *end, const lince_image *whole)
{
    char file[128];
    snprintf(file, sizeof file, "plots/%s%s", name, end);
    return lince_image_save_png(whole, folder, file);
}

/* gnuplot writes captions over <name>.tiles.png; its own SVG is not wanted: it would be a file of
 * rectangles. */
static int write_png(const char *folder, const char *name, const sheet *s, const lince_image *whole)
{
    LINCE_TRY(save(folder, name, ".png", whole));
    if (!s->layout->lines) return 0;
    LINCE_TRY(save(folder, name, ".tiles.png", whole));
    lince_buffer body = {0}, none = {0};
    lince_buffer_puts(&body, "unset border\nunset tics\nunset key\nset margins 0,0,0,0\n");
    lince_buffer_printf(&body, "set xrange [0:%d]\nset yrange [0:%d]\n", s->width, s->height);
    put_captions(&body, s, put_gnuplot_line);
    lince_buffer_printf(&body, "plot '%s.tiles.png' binary filetype=png origin=(0.5,0.5) with rgbimage\n",
                        name);
    int code =
        body.error ? body.error : lince_gnuplot_draw(folder, name, false, s->width, s->height, &none, &body);
    lince_buffer_release(&body);
    return code == LINCE_EUNSUPPORTED ? 0 : code;
}

int lince_sheet_draw(const char *folder, const char *name, const lince_sheet *layout,
                     const lince_sheet_item *items, size_t count)
{
    lince_image whole = {0};
    if (!count || layout->columns < 1 || layout->tile < 1)
        return lince_fail(LINCE_EUSAGE, "%s: a sheet needs pictures and columns", name);
    sheet s = lay_out(layout, items, count);
    int code = compose(&s, &whole);
    if (!code) code = write_png(folder, name, &s, &whole);
    if (!code) code = write_svg(folder, name, &s, &whole);
    lince_image_release(&whole);
    return code;
}

/* --- heat ----------------------------------------------------------------------------------------- */

/* heat at a place of the enlarged picture, between the middles of its cells. */
static float heat_at(const float *heat, int rows, int columns, float y, float x)
{
    y = fminf(fmaxf(y, 0), (float)(rows - 1)), x = fminf(fmaxf(x, 0), (float)(columns - 1));
    int top = (int)y, left = (int)x;
    int bottom = top + 1 < rows ? top + 1 : top, right = left + 1 < columns ? left + 1 : left;
    float down = y - (float)top, across = x - (float)left;
    float above = heat[top * columns + left] * (1 - across) + heat[top * columns + right] * across,
          below = heat[bottom * columns + left] * (1 - across) + heat[bottom * columns + right] * across;
    return above * (1 - down) + below * down;
}

int lince_sheet_blend(lince_image *out, const lince_image *picture, const float *heat, int rows, int columns)
{
    int width = picture->width, height = picture->height;
    LINCE_TRY(lince_image_init(out, width, height));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            float h = heat_at(heat, rows, columns, ((float)y + 0.5f) * (float)rows / (float)height - 0.5f,
                              ((float)x + 0.5f) * (float)columns / (float)width - 0.5f);
            h = fminf(fmaxf(h, 0), 1);
            float share = 0.25f + 0.45f * h; /* of the colour: black, red, yellow, the "hot" ramp */
            float colour[3] = {255 * fminf(2 * h, 1), 255 * fmaxf(2 * h - 1, 0), 0};
            size_t at = 3 * ((size_t)y * (size_t)width + (size_t)x);
            for (size_t c = 0; c < 3; c++)
                out->pixels[at + c] =
                    (uint8_t)lrintf((1 - share) * (float)picture->pixels[at + c] + share * colour[c]);
        }
    return 0;
}
