/* Training samples as the network sees them: one column a class; what is stored, and what became of it in the
 * first epochs. */
#include "core/class_order.h"
#include "core/error.h"
#include "core/memory.h"
#include "report/explain.h"
#include "report/sheet.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 10, ROWS = 3, TILE = 68 };

typedef struct drawing {
    lince_explainer *e;
    lince_transform transform; /* with augmentation */
    bool augmented;
    lince_image images[ROWS][COLUMNS];
    const char *names[COLUMNS];
    int columns, rows;
} drawing;

/* Normalised floats [3][height][width] back to bytes. */
static void denormalise(const lince_transform *t, const float *x, lince_image *image)
{
    size_t area = (size_t)t->width * (size_t)t->height;
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < area; i++) {
            float v = 255 * (x[c * area + i] * t->std[c] + t->mean[c]);
            image->pixels[3 * i + c] = (uint8_t)lrintf(fminf(fmaxf(v, 0), 255));
        }
}

/* What the network was given for this sample in this epoch, made visible; `augment` false: the sample alone.
 */
static int see(const drawing *d, const lince_image *fitted, size_t index, int epoch, bool augment,
               lince_image *seen)
{
    size_t size = 3 * (size_t)fitted->width * (size_t)fitted->height;
    void *scratch = lince_alloc(lince_draw_scratch(&d->transform), 1);
    float *x = lince_alloc(size, sizeof *x);
    lince_image_release(seen); /* of a class that was left out */
    int code = scratch && x ? lince_image_init(seen, fitted->width, fitted->height) : LINCE_ENOMEM;
    if (!code) {
        lince_occasion occasion = {d->e->facts->settings.seed, epoch, (uint32_t)index};
        lince_transform_apply(&d->transform, fitted->pixels, augment ? &occasion : NULL, scratch, x);
        denormalise(&d->transform, x, seen);
    }
    lince_free(x);
    lince_free(scratch);
    return code;
}

/* The sample's column below its class, or with two samples a class where nothing is augmented; 1: it cannot
 * be read. */
static int fill(drawing *d, size_t index, int row)
{
    lince_image whole, fitted;
    int column = d->columns, code;
    if (lince_dataset_read(d->e->dataset, LINCE_TRAIN, index, &whole)) return 1;
    code = lince_transform_fit(&d->transform, &whole, &fitted);
    lince_image_release(&whole);
    if (code) return code;
    if (d->augmented)
        for (int r = 0; r < ROWS && !code; r++)
            code = see(d, &fitted, index, r - 1, r > 0, &d->images[r][column]);
    else
        code = see(d, &fitted, index, 0, false, &d->images[row][column]);
    lince_image_release(&fitted);
    return code;
}

/* The first samples of a class that can be read; a class that has too few of them is left out. */
static int add_class(drawing *d, int label)
{
    size_t count = lince_dataset_count(d->e->dataset, LINCE_TRAIN);
    int wanted = d->augmented ? 1 : d->rows, row = 0;
    for (size_t i = 0; i < count && row < wanted; i++) {
        if (lince_dataset_label(d->e->dataset, LINCE_TRAIN, i) != label) continue;
        int code = fill(d, i, row);
        if (code < 0) return code;
        row += code == 0;
    }
    if (row < wanted) return 0;
    d->names[d->columns++] = lince_dataset_class(d->e->dataset, label);
    return 0;
}

static int draw(drawing *d)
{
    lince_sheet_item items[ROWS * COLUMNS];
    size_t count = 0;
    for (int r = 0; r < d->rows; r++)
        for (int c = 0; c < d->columns; c++)
            items[count++] = (lince_sheet_item){&d->images[r][c], r ? NULL : d->names[c]};
    if (!count) return 0;
    json_object_set_new(d->e->told, "samples",
                        json_pack("{s:i, s:i, s:b}", "classes", d->columns, "rows", d->rows, "augmented",
                                  d->augmented));
    const lince_sheet layout = {.columns = d->columns, .tile = TILE, .lines = 1};
    return lince_sheet_draw(d->e->plots, "samples", &layout, items, count);
}

static const char *class_at(const void *blueprint, size_t index)
{
    return ((const lince_blueprint *)blueprint)->names[index];
}

int lince_explain_samples(lince_explainer *e)
{
    const char *augment = e->facts->settings.augment;
    drawing d = {.e = e, .transform = e->blueprint.transform};
    LINCE_TRY(lince_augment_parse(&d.transform.augment, augment));
    d.augmented = augment && strcmp(augment, "none") != 0;
    d.rows = d.augmented ? ROWS : 2;
    int *order = lince_class_order(class_at, &e->blueprint, (size_t)e->blueprint.classes),
        code = order ? 0 : LINCE_ENOMEM;
    for (int c = 0; c < e->blueprint.classes && d.columns < COLUMNS && !code; c++)
        code = add_class(&d, order[c]);
    lince_free(order);
    if (!code) code = draw(&d);
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) lince_image_release(&d.images[r][c]);
    return code;
}
