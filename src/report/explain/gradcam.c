#include "report/explain/gradcam.h"
#include "core/error.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

enum { PLACES = 4 /* rows and columns below which a map is too coarse to look at */ };

/* The layer that made the node's tokens of a map, one before its pixels; NULL: it has none but places. */
static const lince_layer *tokens_of(lince_net *net, size_t node)
{
    lince_shape row = lince_net_layer(net, node)->out;
    for (size_t i = node; i >= 1; i--) {
        const lince_layer *l = lince_net_layer(net, i);
        if (l->type->adds_token) return l->out.height == row.height && l->out.width == row.width ? l : NULL;
    }
    return NULL;
}

lince_shape lince_gradcam_shape(lince_net *net, size_t node)
{
    lince_shape shape = lince_net_layer(net, node)->out;
    const lince_layer *tokens = tokens_of(net, node);
    if (tokens) shape.height = tokens->in[0].height, shape.width = tokens->in[0].width;
    return shape;
}

/* Where a token of its own is what classes are told by, the others matter by the last attention at the latest: the norm
 * before it. 0: the net has no such token. */
static size_t last_attended(lince_net *net)
{
    size_t norm = 0, found = 0;
    for (size_t i = 1; i < lince_net_nodes(net); i++) {
        const lince_layer_type *type = lince_net_layer(net, i)->type;
        if (type->norm) norm = i;
        if (type == &lince_attention_layer && norm && tokens_of(net, norm)) found = norm;
    }
    return found;
}

size_t lince_gradcam_node(lince_net *net)
{
    if (last_attended(net)) return last_attended(net);
    size_t found = 0;
    bool large_found = false;
    for (size_t i = 1; i < lince_net_nodes(net); i++) {
        const lince_layer *l = lince_net_layer(net, i);
        if (l->type->forgets_places) break;
        bool large = l->out.height >= PLACES && l->out.width >= PLACES,
             spatial = l->out.height * l->out.width > 1;
        if (large || (spatial && !large_found)) found = i;
        large_found |= large;
    }
    return found;
}

/* `skipped` of each channel's values, the first, are of no place. */
static void weigh(const float *map, const float *gradient, int channels, size_t skipped, size_t places,
                  float *heat)
{
    memset(heat, 0, places * sizeof *heat);
    map += skipped, gradient += skipped;
    for (int k = 0; k < channels; k++, map += skipped + places, gradient += skipped + places) {
        double alpha = 0;
        for (size_t i = 0; i < places; i++) alpha += (double)gradient[i];
        alpha /= (double)places;
        for (size_t i = 0; i < places; i++) heat[i] += (float)alpha * map[i];
    }
}

static void normalise(float *heat, size_t places)
{
    float largest = 0;
    for (size_t i = 0; i < places; i++) largest = fmaxf(largest, heat[i] = fmaxf(heat[i], 0));
    for (size_t i = 0; largest > 0 && i < places; i++) heat[i] /= largest;
}

/* The node's activations, and their gradients where the output's is `dlogits`; [c][h][w]. */
static int run(lince_net *net, size_t node, const float *input, const float *dlogits, float *map,
               float *gradient)
{
    lince_net_feed(net, 1, input);
    lince_net_forward(net, 1, false, NULL);
    lince_net_feed_gradient(net, dlogits);
    lince_net_backward(net);
    LINCE_TRY(lince_net_read(net, node, false, map));
    return lince_net_read(net, node, true, gradient);
}

int lince_gradcam(lince_net *net, size_t node, const float *input, int class, float *heat)
{
    lince_shape shape = lince_gradcam_shape(net, node);
    size_t places = (size_t)shape.height * (size_t)shape.width,
           size = lince_shape_elements(lince_net_layer(net, node)->out),
           skipped = size / (size_t)shape.channels - places;
    float *map = lince_alloc(2 * size, sizeof *map),
          *dlogits = lince_alloc((size_t)lince_net_classes(net), sizeof *dlogits);
    if (dlogits) dlogits[class] = 1;
    int code = map && dlogits ? run(net, node, input, dlogits, map, map + size) : LINCE_ENOMEM;
    if (!code) {
        weigh(map, map + size, shape.channels, skipped, places, heat);
        normalise(heat, places);
    }
    lince_free(dlogits);
    lince_free(map);
    return code;
}
