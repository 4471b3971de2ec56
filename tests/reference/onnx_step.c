/* Logits, and the gradients of a training step, of a network that a weights file describes: for import_models.py.
 *
 *     onnx_step FILE BATCH CLASSES SIZE eval|train < floats x [BATCH][3][SIZE][SIZE], dy [BATCH][CLASSES]
 *
 * Prints floats y [BATCH][CLASSES] and, of train, for each parameter a line "NAME COUNT" and the floats of its gradient. */
#include "core/error.h"
#include "core/memory.h"
#include "weights/formats/format.h"
#include "weights/state_dict.h"

#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int build(lince_weights *w, const char *file, lince_shape input, int batch, int classes, bool train,
                 lince_net **net)
{
    const char *described = lince_weights_metadata(w, LINCE_DESCRIBED);
    lince_load_result result;
    lince_net_options options = {.batch = batch, .threads = 1, .inference = !train, .unfolded = true};
    if (!described) return lince_fail(LINCE_EDATA, "%s describes no network", file);
    lince_architecture a = lince_described_architecture(described, "described", input.height);
    LINCE_TRY(lince_net_new(net, input, &options));
    LINCE_TRY(lince_architecture_build(
        &a, *net, &(lince_architecture_options){.classes = classes, .dropout = -1, .stochastic_depth = -1}));
    LINCE_TRY(lince_net_prepare(*net));
    LINCE_TRY(lince_state_dict_load(*net, w, &(lince_load_options){.whole = true, .strict = true}, &result));
    lince_load_result_release(&result);
    return 0;
}

static int print_gradients(const lince_net *net)
{
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        size_t count = lince_param_elements(p);
        if (!p->grad) continue;
        float *plain = lince_alloc(count, sizeof *plain);
        if (!plain) return LINCE_ENOMEM;
        lince_param_export(p, p->grad, plain);
        printf("%s %zu\n", p->name, count);
        fwrite(plain, sizeof *plain, count, stdout);
        lince_free(plain);
    }
    return 0;
}

int main(int count, char **args)
{
    if (count != 6) return fprintf(stderr, "usage: onnx_step FILE BATCH CLASSES SIZE eval|train\n"), 2;
    int batch = atoi(args[2]), classes = atoi(args[3]), size = atoi(args[4]);
    bool train = !strcmp(args[5], "train");
    lince_shape input = {3, size, size, 1};
    lince_weights *w;
    lince_net *net = NULL;
    size_t values = (size_t)batch * lince_shape_size(input), scores = (size_t)batch * (size_t)classes;
    float *x = lince_alloc(values, sizeof *x), *dy = lince_alloc(scores, sizeof *dy),
          *y = lince_alloc(scores, sizeof *y);
    uint64_t *key = lince_alloc((size_t)batch, sizeof *key);
    int code = lince_weights_open(&w, args[1]);
    if (!code) code = build(w, args[1], input, batch, classes, train, &net);
    if (code) return fprintf(stderr, "%s\n", lince_error()), 1;
    if (fread(x, sizeof *x, values, stdin) != values ||
        (train && fread(dy, sizeof *dy, scores, stdin) != scores))
        return fprintf(stderr, "expected %zu floats\n", values + train * scores), 1;
    lince_net_feed(net, batch, x);
    lince_net_forward(net, batch, train, key);
    lince_net_scores(net, y);
    fwrite(y, sizeof *y, scores, stdout);
    if (!train) return 0;
    lince_net_feed_gradient(net, dy);
    lince_net_backward(net);
    if (print_gradients(net)) return 1;
    lince_net_free(net);
    lince_weights_free(w);
    return 0;
}
