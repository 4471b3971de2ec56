/* VGG: K. Simonyan & A. Zisserman, "Very deep convolutional networks for large-scale image recognition",
 * 2015, table 1. Modules and names as torchvision's. */
#include "core/error.h"
#include "models/model_zoo.h"

#include <stdio.h>

/* Channels of each 3x3 convolution in units of 64; M: 2x2 max pooling. */
enum { M = -1, END = 0 };
const signed char lince_vgg_a[] = {1, M, 2, M, 4, 4, M, 8, 8, M, 8, 8, M, END};
const signed char lince_vgg_b[] = {1, 1, M, 2, 2, M, 4, 4, M, 8, 8, M, 8, 8, M, END};
const signed char lince_vgg_d[] = {1, 1, M, 2, 2, M, 4, 4, 4, M, 8, 8, 8, M, 8, 8, 8, M, END};
const signed char lince_vgg_e[] = {1, 1, M, 2, 2, M, 4, 4, 4, 4, M, 8, 8, 8, 8, M, 8, 8, 8, 8, M, END};

/* The next module of a torch.nn.Sequential: `<part>.<number>`. */
static int add(lince_net *net, const char *part, int *number, int from, lince_layer_args args)
{
    char name[LINCE_NAME_MAX];
    snprintf(name, sizeof name, "%s.%d", part, (*number)++);
    args.name = name;
    args.from[0] = from;
    return from < 0 ? from : lince_net_add(net, &args);
}

static int features(lince_net *net, const signed char *table, bool batch_norm)
{
    int x = 0, number = 0;
    for (; *table != END; table++) {
        if (*table == M) {
            x = add(net, "features", &number, x, (lince_layer_args){.type = "max_pool2d", .kernel = 2});
            continue;
        }
        x = add(net, "features", &number, x,
                (lince_layer_args){.type = "conv2d", .channels = 64 * *table, .kernel = 3, .padding = 1});
        if (batch_norm) x = add(net, "features", &number, x, (lince_layer_args){.type = "batch_norm2d"});
        x = add(net, "features", &number, x, (lince_layer_args){.type = "relu"});
    }
    return x;
}

/* Linear, ReLU, Dropout for each hidden width, then the output layer. */
static int classifier(lince_net *net, int x, const lince_architecture_options *options)
{
    static const int published[] = {4096, 4096};
    const int *widths = options->head ? options->head : published;
    int count = options->head ? options->head_count : 2, number = 0;
    float p = options->dropout < 0 ? 0.5f : (float)options->dropout;
    for (int i = 0; i < count; i++) {
        x = add(net, "classifier", &number, x, (lince_layer_args){.type = "linear", .channels = widths[i]});
        x = add(net, "classifier", &number, x, (lince_layer_args){.type = "relu"});
        x = add(net, "classifier", &number, x, (lince_layer_args){.type = "dropout", .p = p});
    }
    return add(net, "classifier", &number, x,
               (lince_layer_args){.type = "linear", .channels = options->classes, .head = true});
}

int lince_build_vgg(lince_net *net, const lince_architecture *self, const lince_architecture_options *options)
{
    int x = features(net, self->table, self->batch_norm);
    if (x >= 0)
        x = lince_net_add(net, &(lince_layer_args){
                                   .type = "adaptive_avg_pool2d", .name = "avgpool", .size = 7, .from = {x}});
    if (x >= 0)
        x = lince_net_add(net, &(lince_layer_args){.type = "flatten", .name = "flatten", .from = {x}});
    return classifier(net, x, options);
}
