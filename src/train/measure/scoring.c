#include "train/measure/scoring.h"
#include "core/error.h"
#include "train/measure/feed.h"

#include <string.h>

/* The view's window of each sample into the net. */
static int feed_view(lince_net *net, const lince_views *views, const lince_view *view,
                     const lince_batch *batch)
{
    lince_shape input = lince_net_input_shape(net);
    size_t from = 3 * (size_t)views->height * (size_t)views->width, to = lince_shape_size(input);
    lince_access a;
    LINCE_TRY(lince_access_change(&a, lince_net_exec(net)->device, lince_net_input(net),
                                  (size_t)batch->n * to * sizeof(float)));
    for (size_t i = 0; i < (size_t)batch->n; i++)
        lince_view_cut(views, view, batch->input.x + i * from, input.height, input.width,
                       (float *)a.host + i * to);
    lince_access_end(&a);
    return 0;
}

static int add_scores(lince_net *net, float weight, size_t count, float *scores)
{
    lince_access a;
    LINCE_TRY(
        lince_access_read(&a, lince_net_exec(net)->device, lince_net_output(net), count * sizeof *scores));
    const float *out = a.host;
    for (size_t i = 0; i < count; i++) scores[i] += weight * out[i];
    lince_access_end(&a);
    return 0;
}

int lince_score(lince_net *net, const lince_views *views, const lince_batch *batch, float *scores)
{
    size_t count = (size_t)batch->n * (size_t)lince_net_classes(net);
    if (!views || !views->count) {
        lince_feed(net, batch);
        lince_net_forward(net, batch->n, false, batch->key);
        lince_net_scores(net, scores);
        return 0;
    }
    memset(scores, 0, count * sizeof *scores);
    for (int v = 0; v < views->count; v++) {
        LINCE_TRY(feed_view(net, views, &views->list[v], batch));
        lince_net_forward(net, batch->n, false, batch->key);
        LINCE_TRY(add_scores(net, views->list[v].weight, count, scores));
    }
    return 0;
}

void lince_score_probabilities(const lince_loss *loss, const float *scores, size_t n, int classes,
                               double temperature, float *probabilities)
{
    size_t count = n * (size_t)classes;
    double t = temperature > 0 ? temperature : 1;
    for (size_t i = 0; i < count; i++) probabilities[i] = (float)((double)scores[i] / t);
    loss->type->probabilities(probabilities, probabilities, n, classes);
}
