/* Pictures that stand in two parts or under two labels, in pairs. */
#include "core/display.h"
#include "core/json.h"
#include "modality/pictures/pictures.h"
#include "report/explain/explain.h"
#include "report/explain/reopen.h"
#include "report/page/sheet.h"

#include <stdio.h>
#include <string.h>

enum { PAIRS = 9, PAIRS_A_LEAK = 6, COLUMNS = 6, TILE = 120 };

typedef struct drawing {
    lince_explainer *e;
    lince_dataset *dataset; /* with what was dropped */
    lince_image images[2 * PAIRS];
    char captions[2 * PAIRS][512];
    size_t count; /* pictures */
} drawing;

static lince_part part_named(const char *name)
{
    int part = 0;
    while (part + 1 < LINCE_PARTS && strcmp(lince_part_name((lince_part)part), name) != 0) part++;
    return (lince_part)part;
}

/* 1: it is not there, or is no picture any more. */
static int read_named(drawing *d, lince_part part, const char *name, lince_image *image)
{
    lince_image whole;
    size_t i = 0, count = lince_dataset_count(d->dataset, part);
    while (i < count && strcmp(lince_dataset_name(d->dataset, part, i), name) != 0) i++;
    int code = i == count ? 1 : lince_dataset_read(d->dataset, part, i, &whole);
    if (code) return code > 0 || lince_explain_passes(d->e, code) ? 1 : code;
    code = part == LINCE_TEST ? lince_explain_check_named(d->e, name, lince_image_content(&whole)) : 0;
    if (!code)
        code =
            lince_transform_fit(&lince_picture_encoder_of(d->e->blueprint.encoder)->transform, &whole, image);
    lince_image_release(&whole);
    return code;
}

static int add_pair(drawing *d, const json_t *leak, const json_t *example)
{
    lince_part parts[2] = {part_named(lince_fact_text(leak, "part")),
                           part_named(lince_fact_text(leak, "from"))};
    size_t at = d->count;
    int code = read_named(d, parts[0], lince_fact_text(example, "path"), &d->images[at]);
    if (!code) code = read_named(d, parts[1], lince_fact_text(example, "like_path"), &d->images[at + 1]);
    if (code) {
        lince_image_release(&d->images[at]);
        return code < 0 ? code : 0;
    }
    snprintf(d->captions[at], sizeof *d->captions, "%.*s\n%s",
             LINCE_CUT(lince_fact_text(example, "class"), 200), lince_part_title(parts[0]));
    snprintf(d->captions[at + 1], sizeof *d->captions, "%.*s\n%s, %.0f %%",
             LINCE_CUT(lince_fact_text(example, "like_class"), 200), lince_part_title(parts[1]),
             100 * lince_fact_number(example, "similarity"));
    d->count += 2;
    return 0;
}

static int add_pairs(drawing *d)
{
    const json_t *leaks = lince_facts_leaks(d->e->facts), *leak, *example;
    size_t i, k;
    int code = 0;
    json_array_foreach(leaks, i, leak)
    {
        json_array_foreach(json_object_get(leak, "examples"), k, example)
        {
            if (k < PAIRS_A_LEAK && d->count < 2 * PAIRS && !code) code = add_pair(d, leak, example);
        }
    }
    return code;
}

static int draw(drawing *d)
{
    lince_sheet_item items[2 * PAIRS];
    const lince_sheet layout = {.columns = COLUMNS, .tile = TILE, .lines = 2};
    for (size_t i = 0; i < d->count; i++) items[i] = (lince_sheet_item){&d->images[i], d->captions[i]};
    if (!d->count) return 0;
    lince_json_put(&d->e->told, "duplicates", lince_json_pack("{s:I}", "pairs", (json_int_t)(d->count / 2)));
    return lince_sheet_draw(d->e->facts->run.folder, "duplicates", &layout, items, d->count);
}

int lince_explain_duplicates(lince_explainer *e)
{
    drawing d = {.e = e};
    if (!lince_facts_leaks(e->facts)) return 0;
    int code = lince_reopen_whole(e->facts, &d.dataset);
    if (!code) code = add_pairs(&d);
    if (!code) code = draw(&d);
    for (size_t i = 0; i < d.count; i++) lince_image_release(&d.images[i]);
    lince_dataset_free(d.dataset);
    return code;
}
