/* A model for rows of numbers: a perceptron with one hidden layer, or as many as --head asks for. */
#include "layers/linear.h"
#include "models/model_zoo.h"
#include "models/module.h"

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    int x = 0;
    (void)self;
    for (int i = 0; i < c->count; i++) {
        lince_layer_args hidden = LINCE_LAYER(linear, .outputs = c->hidden[i], .init = LINCE_PYTORCH_INIT);
        x = lince_module(net, x, hidden, "hidden.%d", i);
        x = lince_module(net, x, LINCE_BARE(relu), "relu.%d", i);
    }
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_PYTORCH_INIT), "out");
}

static const lince_recipe recipe = {
    .optimizer = "adam", .scheduler = "constant", .lr = 1e-2, .lr_tuned = 1e-3};

const lince_architecture lince_mlp = {.name = "mlp",
                                      .summary = "a perceptron over rows of numbers",
                                      .about = "A perceptron.",
                                      .modality = "numbers",
                                      .build = build,
                                      .paper = "Rumelhart et al. 1986",
                                      .classifier = "out",
                                      .hidden = {16},
                                      .recipe = &recipe};
