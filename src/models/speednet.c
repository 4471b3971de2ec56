/* A network that learns CIFAR-10 in few epochs, in the manner of the public speed runs (Page 2019; Balsam
 * 2023; K. Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", arXiv:2404.00498, whose shape it
 * has):
 *
 *     whiten  2x2, 24, fitted to the data (whitening.h), fixed but for its bias; GELU       31 x 31
 *     three groups of 64, 256 and 256 channels:
 *         conv 3x3, max pool 2x2, norm, GELU, conv 3x3, norm, GELU                          15, 7, 3
 *     max pool 3x3, linear without bias, times 1/9
 *
 * Convolutions begin as the identity as far as they have inputs for it, norms have biases alone and
 * statistics that follow quickly (docs/speed.md). */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "layers/batch_norm2d.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "layers/scale.h"
#include "models/model_zoo.h"
#include "models/module.h"
#include "models/whitening.h"

static const char about[] = N_(
    "This is a small network for CIFAR-10 in the manner of the public speed runs (Jordan 2024). Its first "
    "layer looks at patches of 2 x 2 pixels through filters that were computed from the training pictures, "
    "so that their answers are not correlated; three groups of two convolutions follow, with 64, 256 and 256 "
    "channels, each halving height and width. The largest value of each last feature map and a single linear "
    "layer give one number a class.");

/* How noise in the directions in which patches hardly vary is kept small: of pixels with variance 1. */
static const double WHITENING_EPS = 5e-4;

static int norm_gelu(lince_net *net, int x, int group, int number)
{
    x = lince_module(net, x, LINCE_LAYER(batch_norm2d, .fixed_weight = true, .momentum = 0.4f),
                     "groups.%d.norm%d", group, number);
    return lince_module(net, x, LINCE_BARE(gelu), "groups.%d.gelu%d", group, number);
}

static int conv(lince_net *net, int x, int group, int number, int channels)
{
    return lince_module(net, x,
                        LINCE_LAYER(conv2d, .channels = channels, .kernel = 3, .padding = 1, .no_bias = true,
                                    .identity = true, .init = LINCE_PYTORCH_INIT),
                        "groups.%d.conv%d", group, number);
}

static int group_of(lince_net *net, int x, int group, int channels)
{
    x = conv(net, x, group, 1, channels);
    x = lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 2), "groups.%d.pool", group);
    x = norm_gelu(net, x, group, 1);
    return norm_gelu(net, conv(net, x, group, 2, channels), group, 2);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    static const int widths[] = {64, 256, 256};
    (void)self;
    int x = lince_module(net, 0,
                         LINCE_LAYER(conv2d, .channels = LINCE_WHITENING_FILTERS, .kernel = LINCE_PATCH_SIDE,
                                     .fixed_weight = true),
                         "whiten");
    x = lince_module(net, x, LINCE_BARE(gelu), "gelu");
    for (int group = 0; group < 3; group++) x = group_of(net, x, group, widths[group]);
    x = lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 3), "pool");
    x = lince_module(net, x, LINCE_BARE(flatten), "flatten");
    x = lince_module(net, x,
                     LINCE_HEAD(linear, .outputs = c->classes, .no_bias = true, .init = LINCE_PYTORCH_INIT),
                     "head");
    return lince_module(net, x, LINCE_LAYER(scale, .factor = 1.0f / 9), "scale");
}

static bool is_loaded(const lince_net *net, const char *name)
{
    return lince_net_param_named(net, name)->loaded;
}

static int set(const lince_net *net, const char *name, const float *plain)
{
    return lince_param_write(lince_net_param_named(net, name), plain);
}

static int measure(const lince_fitting *data, lince_patches *patches)
{
    size_t size = 3 * (size_t)data->height * (size_t)data->width;
    float *picture = lince_alloc(size, sizeof *picture);
    if (!picture) return LINCE_ENOMEM;
    int code = 0;
    for (size_t i = 0; !code && i < data->count; i++) {
        code = data->picture(data->context, i, picture);
        if (!code) lince_patches_add(patches, picture, data->height, data->width);
    }
    lince_free(picture);
    return code;
}

/* Filters that came from a file are kept, as they were fitted to the pictures that the others learned by. */
static int fit(lince_net *net, const lince_fitting *data)
{
    float filters[LINCE_WHITENING_FILTERS * LINCE_PATCH_VALUES], bias[LINCE_WHITENING_FILTERS];
    lince_patches patches = {0};
    if (is_loaded(net, "whiten.weight")) return 0;
    LINCE_TRY(measure(data, &patches));
    lince_patches_whitening(&patches, WHITENING_EPS, filters, bias);
    LINCE_TRY(set(net, "whiten.weight", filters));
    return is_loaded(net, "whiten.bias") ? 0 : set(net, "whiten.bias", bias);
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 5e-3, .lr_tuned = 5e-4};

const lince_architecture lince_speednet8 = {.name = "speednet8",
                                            .summary = "SpeedNet-8 for CIFAR",
                                            .about = about,
                                            .modality = "image",
                                            .image_size = 32,
                                            .classes = 10,
                                            .build = build,
                                            .fit = fit,
                                            .paper = "Jordan 2024",
                                            .batch_norm = true,
                                            .classifier = "head",
                                            .recipe = &recipe};
