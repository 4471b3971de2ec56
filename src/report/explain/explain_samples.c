/* Training samples as the network sees them: one column a class; what is stored, and what became of it in the
 * first epochs. */
#include "core/class_order.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "modality/pictures/pictures.h"
#include "picture/augment/mix.h"
#include "report/explain/explain.h"
#include "report/page/sheet.h"

#include <string.h>

enum { COLUMNS = 10, ROWS = 3, TILE = 68 };

typedef struct drawing {
    lince_explainer *e;
    lince_transform transform; /* with augmentation */
    lince_mixing mixing;
    bool augmented;
    float *seen[ROWS]; /* [COLUMNS][3][height][width]: a batch a row */
    void *scratch;     /* of augmenting, then of mixing */
    lince_image images[ROWS][COLUMNS];
    const char *names[COLUMNS];
    int columns, rows;
} drawing;

static size_t picture_size(const drawing *d)
{
    return 3 * (size_t)d->transform.width * (size_t)d->transform.height;
}

/* What the network was given for this sample in this epoch; `augment` false: the sample alone. */
static void see(const drawing *d, const lince_image *fitted, size_t index, int epoch, bool augment, int row)
{
    lince_occasion occasion = {d->e->facts->settings.seed, epoch, (uint32_t)index, 0};
    lince_transform_apply(&d->transform, fitted->pixels, augment ? &occasion : NULL, d->scratch,
                          d->seen[row] + (size_t)d->columns * picture_size(d));
}

/* The sample's column below its class, or with two samples a class where nothing is augmented; 1: it is no
 * picture. */
static int fill(drawing *d, size_t index, int row)
{
    lince_image whole, fitted;
    int code = lince_dataset_read(d->e->dataset, LINCE_TRAIN, index, &whole);
    if (code) return lince_explain_passes(d->e, code) ? 1 : code;
    code = lince_transform_fit(&d->transform, &whole, &fitted);
    lince_image_release(&whole);
    if (code) return code;
    if (d->augmented)
        for (int r = 0; r < ROWS; r++) see(d, &fitted, index, r - 1, r > 0, r);
    else
        see(d, &fitted, index, 0, false, row);
    lince_image_release(&fitted);
    return 0;
}

/* The first samples of a class that can be read; a class that has too few of them is left out. */
static int add_class(drawing *d, int label)
{
    size_t count = lince_dataset_count(d->e->dataset, LINCE_TRAIN);
    int wanted = d->augmented ? 1 : d->rows, row = 0;
    for (size_t i = 0; i < count && row < wanted; i++) {
        if (!lince_dataset_has(d->e->dataset, LINCE_TRAIN, i, label)) continue;
        int code = fill(d, i, row);
        if (code < 0) return code;
        row += code == 0;
    }
    if (row < wanted) return 0;
    d->names[d->columns++] = lince_dataset_class(d->e->dataset, label);
    return 0;
}

/* Each row but the first is a batch, mixed as the first one of its epoch. */
static void mix_rows(const drawing *d)
{
    const lince_transform *t = &d->transform;
    for (int r = 1; r < d->rows && d->augmented; r++) {
        lince_mix m = lince_mix_draw(&d->mixing, d->e->facts->settings.seed, r - 1, 0, t->width, t->height);
        lince_mix_pixels(&m, (size_t)d->columns, 3, t->width, t->height, d->seen[r], d->scratch);
    }
}

static int make_images(drawing *d)
{
    for (int r = 0; r < d->rows; r++)
        for (int c = 0; c < d->columns; c++)
            LINCE_TRY(lince_transform_show(&d->transform, d->seen[r] + (size_t)c * picture_size(d),
                                           &d->images[r][c]));
    return 0;
}

static int draw(drawing *d)
{
    lince_sheet_item items[ROWS * COLUMNS];
    size_t count = 0;
    mix_rows(d);
    LINCE_TRY(make_images(d));
    for (int r = 0; r < d->rows; r++)
        for (int c = 0; c < d->columns; c++)
            items[count++] = (lince_sheet_item){&d->images[r][c], r ? NULL : d->names[c]};
    if (!count) return 0;
    lince_json_put(&d->e->told, "samples",
                   lince_json_pack("{s:i, s:i, s:b, s:b}", "classes", d->columns, "rows", d->rows,
                                   "augmented", d->augmented, "mixed",
                                   d->mixing.mixup > 0 || d->mixing.cutmix > 0));
    const lince_sheet layout = {.columns = d->columns, .tile = TILE, .lines = 1};
    return lince_sheet_draw(d->e->facts->run.folder, "samples", &layout, items, count);
}

static const char *class_at(const void *blueprint, size_t index)
{
    return ((const lince_blueprint *)blueprint)->names[index];
}

static int allocate(drawing *d)
{
    for (int r = 0; r < d->rows; r++)
        if (!(d->seen[r] = lince_alloc(COLUMNS * picture_size(d), sizeof(float)))) return LINCE_ENOMEM;
    size_t mixing = picture_size(d) * sizeof(float), augmenting = lince_draw_scratch(&d->transform);
    d->scratch = lince_alloc(mixing > augmenting ? mixing : augmenting, 1);
    return d->scratch ? 0 : LINCE_ENOMEM;
}

static void release(drawing *d)
{
    for (int r = 0; r < ROWS; r++) {
        for (int c = 0; c < COLUMNS; c++) lince_image_release(&d->images[r][c]);
        lince_free(d->seen[r]);
    }
    lince_free(d->scratch);
}

int lince_explain_samples(lince_explainer *e)
{
    const lince_settings *s = &e->facts->settings;
    drawing d = {.e = e,
                 .transform = lince_picture_encoder_of(e->blueprint.encoder)->transform,
                 .mixing = {s->mixup, s->cutmix}};
    LINCE_TRY(lince_augment_parse(&d.transform.augment, s->augment));
    d.augmented = (s->augment && strcmp(s->augment, "none") != 0) || s->mixup > 0 || s->cutmix > 0;
    d.rows = d.augmented ? ROWS : 2;
    int *order = lince_class_order(class_at, &e->blueprint, (size_t)e->blueprint.classes),
        code = order ? allocate(&d) : LINCE_ENOMEM;
    for (int c = 0; c < e->blueprint.classes && d.columns < COLUMNS && !code; c++)
        code = add_class(&d, order[c]);
    lince_free(order);
    if (!code) code = draw(&d);
    release(&d);
    return code;
}
