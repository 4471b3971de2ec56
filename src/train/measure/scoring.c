#include "train/measure/scoring.h"
#include "train/measure/feed.h"

#include <string.h>

/* The view's window of each sample into the net. */
static void feed_view(lince_net *net, const lince_views *views, const lince_view *view,
                      const lince_batch *batch)
{
    lince_shape input = lince_net_input_shape(net);
    size_t from = 3 * (size_t)views->height * (size_t)views->width, to = lince_shape_size(input);
    for (size_t i = 0; i < (size_t)batch->n; i++)
        lince_view_cut(views, view, batch->x + i * from, input.height, input.width,
                       lince_net_input(net) + i * to);
}

void lince_score(lince_net *net, const lince_views *views, const lince_batch *batch, float *scores)
{
    size_t count = (size_t)batch->n * (size_t)lince_net_classes(net);
    if (!views || !views->count) {
        lince_feed(net, batch);
        lince_net_forward(net, batch->n, false, batch->key);
        memcpy(scores, lince_net_output(net), count * sizeof *scores);
        return;
    }
    memset(scores, 0, count * sizeof *scores);
    for (int v = 0; v < views->count; v++) {
        feed_view(net, views, &views->list[v], batch);
        lince_net_forward(net, batch->n, false, batch->key);
        const float *out = lince_net_output(net);
        for (size_t i = 0; i < count; i++) scores[i] += views->list[v].weight * out[i];
    }
}

void lince_score_probabilities(const lince_loss *loss, const float *scores, size_t n, int classes,
                               double temperature, float *probabilities)
{
    size_t count = n * (size_t)classes;
    double t = temperature > 0 ? temperature : 1;
    for (size_t i = 0; i < count; i++) probabilities[i] = (float)((double)scores[i] / t);
    loss->type->probabilities(probabilities, probabilities, n, classes);
}
