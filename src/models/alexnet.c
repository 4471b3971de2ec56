/* AlexNet: A. Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, in one
 * column. Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stddef.h>

static const char about[] = N_(
    "AlexNet (Krizhevsky 2014; the network that won ImageNet in 2012, in one column) has five convolutions, "
    "from large 11×11 ones with long strides to 3×3, with three max poolings between them, and two fully "
    "connected layers with dropout. It is wide and shallow beside its successors, and fast.");

static const struct {
    int channels, kernel, stride, padding;
    bool pool; /* 3x3 max pooling with stride 2 behind it */
} table[] = {{64, 11, 4, 2, true},
             {192, 5, 1, 2, true},
             {384, 3, 1, 1, false},
             {256, 3, 1, 1, false},
             {256, 3, 1, 1, true}};

static int features(lince_net *net)
{
    int x = 0, number = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        x = lince_module(net, x,
                         LINCE_LAYER(conv2d, .channels = table[i].channels, .kernel = table[i].kernel,
                                     .stride = table[i].stride, .padding = table[i].padding,
                                     .init = LINCE_PYTORCH_INIT),
                         "features.%d", number++);
        x = lince_module(net, x, LINCE_BARE(relu), "features.%d", number++);
        if (table[i].pool)
            x = lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 3, .stride = 2), "features.%d",
                             number++);
    }
    return x;
}

/* Dropout, Linear, ReLU for each hidden width, then the output layer. */
static int classifier(lince_net *net, int x, const lince_classifier *c)
{
    for (int i = 0, number = 0; i < c->count; i++) {
        lince_layer_args hidden = LINCE_LAYER(linear, .outputs = c->hidden[i], .init = LINCE_PYTORCH_INIT);
        hidden.head = c->new_hidden;
        x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "classifier.%d", number++);
        x = lince_module(net, x, hidden, "classifier.%d", number++);
        x = lince_module(net, x, LINCE_BARE(relu), "classifier.%d", number++);
    }
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_PYTORCH_INIT),
                        "classifier.%d", 3 * c->count);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    int x = features(net);
    bool drops = c->count > 0; /* each place by itself, also where all of them are one pixel's copies */
    x = lince_module(net, x, LINCE_LAYER(adaptive_avg_pool2d, .size = 6, .fold = !drops), "avgpool");
    x = lince_module(net, x, LINCE_BARE(flatten), "flatten");
    return classifier(net, x, c);
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 3e-4, .lr_tuned = 1e-4, .least_size = 64};

const lince_architecture lince_alexnet = {.name = "alexnet",
                                          .summary = "AlexNet",
                                          .about = about,
                                          .classes = 1000,
                                          .paper = "Krizhevsky 2014",
                                          .modality = "image",
                                          .image_size = 224,
                                          .resize = 256,
                                          .accuracy = 56.522f,
                                          .build = build,
                                          .classifier = "classifier.",
                                          .hidden = {4096, 4096},
                                          .dropout = 0.5f,
                                          .recipe = &recipe};
