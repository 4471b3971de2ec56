/* The first layer's filters as small pictures: grey is 0, a colour what the filter asks for. */
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "report/explain/explain.h"
#include "report/page/sheet.h"

#include <math.h>

enum { COLUMNS = 16, FILTERS = 64, TILE = 46 };

static lince_layer *first_convolution(lince_net *net)
{
    for (size_t i = 1; i < lince_net_nodes(net); i++)
        if (lince_net_layer(net, i)->type->filters) return lince_net_layer(net, i);
    return NULL;
}

/* [in][rows][columns] weights to a picture, the largest one in size at full colour; the first 3 channels are
 * red, green and blue, a single one is grey. */
static int paint(const float *w, const int *dims, lince_image *image)
{
    size_t places = (size_t)dims[2] * (size_t)dims[3];
    float largest = 1e-12f;
    LINCE_TRY(lince_image_init(image, dims[3], dims[2]));
    for (size_t i = 0; i < (size_t)dims[1] * places; i++) largest = fmaxf(largest, fabsf(w[i]));
    for (size_t i = 0; i < places; i++)
        for (size_t c = 0; c < 3; c++) {
            float v = w[(dims[1] >= 3 ? c : 0) * places + i] / largest;
            image->pixels[3 * i + c] = (uint8_t)lrintf(127.5f + 127.5f * v);
        }
    return 0;
}

static int draw(lince_explainer *e, const lince_layer *l, const float *plain)
{
    const int *dims = l->params[0].dims;
    size_t count = dims[0] < FILTERS ? (size_t)dims[0] : FILTERS,
           size = (size_t)dims[1] * (size_t)dims[2] * (size_t)dims[3];
    lince_image images[FILTERS] = {0};
    lince_sheet_item items[FILTERS] = {0};
    const lince_sheet layout = {.columns = COLUMNS, .tile = TILE};
    int code = 0;
    for (size_t i = 0; i < count && !code; i++) {
        code = paint(plain + i * size, dims, &images[i]);
        items[i] = (lince_sheet_item){&images[i], NULL};
    }
    if (!code) code = lince_sheet_draw(e->facts->run.folder, "filters", &layout, items, count);
    for (size_t i = 0; i < count; i++) lince_image_release(&images[i]);
    lince_json_put(&e->told, "filters",
                   lince_json_pack("{s:s, s:i, s:I, s:[i, i]}", "layer", l->name, "all", dims[0], "count",
                                   (json_int_t)count, "size", dims[3], dims[2]));
    return code;
}

int lince_explain_filters(lince_explainer *e)
{
    const lince_layer *l = first_convolution(e->net);
    if (!l) return 0;
    float *plain = lince_alloc(lince_param_elements(&l->params[0]), sizeof *plain);
    if (!plain) return LINCE_ENOMEM;
    int code = lince_param_read(&l->params[0], plain);
    if (!code) code = draw(e, l, plain);
    lince_free(plain);
    return code;
}
