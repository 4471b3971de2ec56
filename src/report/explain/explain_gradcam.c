/* Grad-CAM on test pictures, right ones and errors, each beside its picture; and what the network says of
 * them now, one by one, beside what predictions.csv says. */
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "modality/pictures/pictures.h"
#include "report/explain/explain.h"
#include "report/explain/gradcam.h"
#include "report/page/sheet.h"

#include <math.h>

enum { RIGHT = 6, WRONG = 6, SAMPLES = RIGHT + WRONG, TILE = 120, COLUMNS = 6 };

typedef struct drawing {
    lince_explainer *e;
    size_t node;
    lince_shape shape; /* of the node */
    float *input, *heat, *probability;
    lince_image images[2 * SAMPLES];
    char captions[2 * SAMPLES][LINCE_CAPTION_MAX];
    size_t count;      /* of samples */
    double difference; /* largest, to the probabilities of predictions.csv */
    json_t *told;
} drawing;

static int compute(drawing *d, const lince_image *picture, const lince_case *at)
{
    lince_explainer *e = d->e;
    lince_transform_normalise(&lince_picture_encoder_of(e->blueprint.encoder)->transform, picture->pixels,
                              d->input);
    LINCE_TRY(lince_gradcam(e->net, d->node, d->input, at->class, d->heat));
    LINCE_TRY(lince_explain_probabilities(e, at->outcome, d->probability));
    d->difference =
        fmax(d->difference, fabs((double)d->probability[at->class] - lince_explain_probability(e, at)));
    return 0;
}

/* The picture, and the picture below its heat, at the size of the sheet's places. */
static int add(drawing *d, const lince_case *at)
{
    lince_explainer *e = d->e;
    size_t i = 2 * d->count++;
    lince_image picture;
    LINCE_TRY(lince_explain_picture(e, at->outcome, &picture));
    int code = compute(d, &picture, at);
    if (!code) code = lince_sheet_enlarge(&d->images[i], &picture, TILE);
    if (!code)
        code = lince_sheet_blend(&d->images[i + 1], &d->images[i], d->heat, d->shape.height, d->shape.width);
    lince_image_release(&picture);
    lince_explain_captions(e, at, d->captions[i], d->captions[i + 1]);
    lince_json_add(&d->told, lince_explain_case(e, at));
    return code;
}

static int draw(drawing *d)
{
    lince_sheet_item items[2 * SAMPLES];
    const lince_sheet layout = {.columns = COLUMNS, .tile = TILE, .lines = 2};
    for (size_t i = 0; i < 2 * d->count; i++) items[i] = (lince_sheet_item){&d->images[i], d->captions[i]};
    lince_json_put(&d->e->told, "gradcam",
                   lince_json_pack("{s:s, s:i, s:i, s:O}", "layer", lince_net_layer(d->e->net, d->node)->name,
                                   "height", d->shape.height, "width", d->shape.width, "samples", d->told));
    lince_json_put(&d->e->told, "again",
                   lince_json_pack("{s:I, s:f}", "samples", (json_int_t)d->count, "difference",
                                   d->difference));
    return lince_sheet_draw(d->e->facts->run.folder, "gradcam", &layout, items, 2 * d->count);
}

static int allocate(drawing *d)
{
    size_t input = lince_shape_size(lince_net_layer(d->e->net, 1)->in[0]);
    d->shape = lince_gradcam_shape(d->e->net, d->node);
    d->input = lince_alloc(input, sizeof *d->input);
    d->heat = lince_alloc((size_t)d->shape.height * (size_t)d->shape.width, sizeof *d->heat);
    d->probability = lince_alloc((size_t)lince_net_classes(d->e->net), sizeof *d->probability);
    d->told = json_array();
    return d->input && d->heat && d->probability ? 0 : LINCE_ENOMEM;
}

int lince_explain_gradcam(lince_explainer *e)
{
    lince_case chosen[SAMPLES];
    size_t count = lince_explain_right(e, chosen, RIGHT, NULL), wrong;
    LINCE_TRY(lince_explain_worst(e, chosen + count, WRONG, &wrong));
    count += wrong;
    drawing d = {.e = e, .node = lince_gradcam_node(e->net)};
    if (!d.node || !count) return 0;
    int code = allocate(&d);
    for (size_t i = 0; i < count && !code; i++) code = add(&d, &chosen[i]);
    if (!code) code = draw(&d);
    for (size_t i = 0; i < 2 * SAMPLES; i++) lince_image_release(&d.images[i]);
    json_decref(d.told);
    lince_free(d.probability);
    lince_free(d.heat);
    lince_free(d.input);
    return code;
}
