#include "report/sheet.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "report/gnuplot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    TILE = 96,
    GAP = 12,
    LINES = 2,
    LINE = 14,
    CELL_WIDTH = TILE + GAP,
    CELL_HEIGHT = TILE + GAP + LINES * LINE
};

/* The two lines of a caption, the second one "" where there is none. */
static void split_caption(const char *caption, char lines[LINES][128])
{
    const char *newline = caption ? strchr(caption, '\n') : NULL;
    int first = newline ? (int)(newline - caption) : 127;
    snprintf(lines[0], 128, "%.*s", first < 127 ? first : 127, caption ? caption : "");
    snprintf(lines[1], 128, "%.127s", newline ? newline + 1 : "");
}

/* Puts the picture into a TILE x TILE place at (left, top), its longer side filling it. */
static void put_tile(lince_image *sheet, const lince_image *image, int left, int top)
{
    int longer = image->width > image->height ? image->width : image->height;
    int width = (int)((long)TILE * image->width / longer),
        height = (int)((long)TILE * image->height / longer);
    left += (TILE - width) / 2, top += (TILE - height) / 2;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            size_t from = (size_t)((long)y * image->height / height) * (size_t)image->width +
                          (size_t)((long)x * image->width / width);
            size_t to = (size_t)(top + y) * (size_t)sheet->width + (size_t)(left + x);
            memcpy(sheet->pixels + 3 * to, image->pixels + 3 * from, 3);
        }
}

static int compose(lince_image *sheet, const lince_sheet_item *items, size_t count, int columns)
{
    int rows = (int)((count + (size_t)columns - 1) / (size_t)columns);
    LINCE_TRY(lince_image_init(sheet, columns * CELL_WIDTH + GAP, rows * CELL_HEIGHT + GAP));
    memset(sheet->pixels, 255, (size_t)sheet->width * (size_t)sheet->height * 3);
    for (size_t i = 0; i < count; i++)
        put_tile(sheet, items[i].image, GAP + (int)i % columns * CELL_WIDTH,
                 GAP + (int)i / columns * CELL_HEIGHT);
    return 0;
}

/* Called for every line of every caption; x is its middle, y its base line, counted from the top of a sheet
 * of `height` pixels. */
typedef void put_line(lince_buffer *out, int height, int x, int y, const char *text);

static void put_captions(lince_buffer *out, const lince_sheet_item *items, size_t count, int columns,
                         int height, put_line *put)
{
    for (size_t i = 0; i < count; i++) {
        char lines[LINES][128];
        split_caption(items[i].caption, lines);
        int x = GAP + (int)i % columns * CELL_WIDTH + TILE / 2,
            y = GAP + (int)i / columns * CELL_HEIGHT + TILE;
        for (int line = 0; line < LINES; line++)
            if (*lines[line]) put(out, height, x, y + (line + 1) * LINE - 2, lines[line]);
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
    lince_buffer_printf(out, " at %d,%d center font 'sans,7' front\n", x, height - y + 4);
}

static int write_svg(const char *path, const lince_image *sheet, const lince_sheet_item *items, size_t count,
                     int columns)
{
    uint8_t *png;
    size_t size;
    LINCE_TRY(lince_image_encode_png(sheet, &png, &size));
    lince_buffer out = {0};
    lince_buffer_printf(
        &out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n"
        "<image width=\"%d\" height=\"%d\" href=\"data:image/png;base64,",
        sheet->width, sheet->height, sheet->width, sheet->height, sheet->width, sheet->height);
    lince_buffer_base64(&out, png, size);
    lince_buffer_puts(
        &out,
        "\"/>\n<g font-family=\"sans-serif\" font-size=\"10.5\" text-anchor=\"middle\" fill=\"#333333\">\n");
    put_captions(&out, items, count, columns, sheet->height, put_svg_line);
    lince_buffer_puts(&out, "</g>\n</svg>\n");
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    lince_free(png);
    return code;
}

/* gnuplot writes captions over <name>.tiles.png; its own SVG is not wanted: it would be a file of rectangles.
 */
static int write_png(const char *folder, const char *name, const lince_image *sheet,
                     const lince_sheet_item *items, size_t count, int columns)
{
    char path[LINCE_PATH_MAX], file[128];
    snprintf(file, sizeof file, "%s.png", name);
    LINCE_TRY(lince_path_join(path, folder, file));
    LINCE_TRY(lince_image_save_png(sheet, path));
    snprintf(file, sizeof file, "%s.tiles.png", name);
    LINCE_TRY(lince_path_join(path, folder, file));
    LINCE_TRY(lince_image_save_png(sheet, path));
    lince_buffer body = {0}, none = {0};
    lince_buffer_puts(&body, "unset border\nunset tics\nunset key\nset margins 0,0,0,0\n");
    lince_buffer_printf(&body, "set xrange [0:%d]\nset yrange [0:%d]\n", sheet->width, sheet->height);
    put_captions(&body, items, count, columns, sheet->height, put_gnuplot_line);
    lince_buffer_puts(&body, "plot ");
    lince_gnuplot_quote(&body, file);
    lince_buffer_puts(&body, " binary filetype=png origin=(0.5,0.5) with rgbimage\n");
    int code =
        body.error ? body.error : lince_gnuplot_draw(folder, name, sheet->width, sheet->height, &none, &body);
    lince_buffer_release(&body);
    return code == LINCE_EUNSUPPORTED ? 0 : code;
}

int lince_sheet_draw(const char *folder, const char *name, const lince_sheet_item *items, size_t count,
                     int columns)
{
    char path[LINCE_PATH_MAX], file[128];
    lince_image sheet = {0};
    if (!count || columns < 1)
        return lince_fail(LINCE_EUSAGE, "%s: a sheet needs pictures and columns", name);
    snprintf(file, sizeof file, "%s.svg", name);
    LINCE_TRY(lince_path_join(path, folder, file));
    int code = compose(&sheet, items, count, columns);
    if (!code) code = write_png(folder, name, &sheet, items, count, columns);
    if (!code) code = write_svg(path, &sheet, items, count, columns);
    lince_image_release(&sheet);
    return code;
}

int lince_sheet_blend(lince_image *out, const lince_image *picture, const float *heat)
{
    size_t pixels = (size_t)picture->width * (size_t)picture->height;
    LINCE_TRY(lince_image_init(out, picture->width, picture->height));
    for (size_t i = 0; i < pixels; i++) {
        float h = fminf(fmaxf(heat[i], 0), 1), share = 0.25f + 0.45f * h; /* of the colour */
        /* black, red, yellow: the "hot" ramp */
        float colour[3] = {255 * fminf(2 * h, 1), 255 * fmaxf(2 * h - 1, 0), 0};
        for (int c = 0; c < 3; c++)
            out->pixels[3 * i + (size_t)c] =
                (uint8_t)lrintf((1 - share) * (float)picture->pixels[3 * i + (size_t)c] + share * colour[c]);
    }
    return 0;
}
