/* ViT-B/16: A. Dosovitskiy et al., "An image is worth 16x16 words: transformers for image recognition at scale", 2021,
 * table 1 and equations 1 to 4. Modules and names as torchvision's. */
#include "core/error.h"
#include "core/i18n.h"
#include "layers/attention.h"
#include "layers/conv2d.h"
#include "layers/crop2d.h"
#include "layers/layer_norm2d.h"
#include "layers/linear.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <math.h>
#include <stdio.h>

static const char about[] = N_(
    "The vision transformer (Dosovitskiy et al. 2021) cuts the picture into patches of 16 by 16 pixels and treats "
    "them as the words of a sentence: in each of its blocks every patch asks all others for what it needs "
    "(self-attention), and two linear layers follow. A further token, which belongs to no patch, gathers what the "
    "classes are told by. It knows nothing of neighbourhoods beforehand, and therefore needs very many pictures, "
    "or weights that have seen them.");

enum { PATCH = 16, BLOCKS = 12, HEADS = 12, WIDTH = 768, HIDDEN = 3072 };

static int norm(lince_net *net, int x, const char *block, const char *name)
{
    return lince_module(net, x, LINCE_LAYER(layer_norm2d, .eps = 1e-6f), "%s.%s", block, name);
}

/* xavier_uniform_'s variance, 2 / (inputs + outputs). */
static int linear(lince_net *net, int x, int outputs, int inputs, const char *block, const char *name)
{
    float std = sqrtf(2.0f / (float)(inputs + outputs));
    return lince_module(net, x, LINCE_LAYER(conv2d, .channels = outputs, .linear = true, .init_std = std),
                        "%s.%s", block, name);
}

/* Equation 2: a token's result is a mean of what others hand it, weighted by how well their keys answer its query. */
static int attend(lince_net *net, int x, const char *block)
{
    int y = norm(net, x, block, "ln_1");
    y = linear(net, y, 3 * WIDTH, WIDTH, block, "self_attention.in_proj_");
    y = lince_module(net, y, LINCE_LAYER(attention, .heads = HEADS), "%s.self_attention", block);
    y = linear(net, y, WIDTH, WIDTH, block, "self_attention.out_proj");
    return lince_module(net, y, LINCE_WITH(add, x), "%s.add_1", block);
}

/* Equation 3. */
static int mlp(lince_net *net, int x, const char *block)
{
    int y = norm(net, x, block, "ln_2");
    y = linear(net, y, HIDDEN, WIDTH, block, "mlp.0");
    y = lince_module(net, y, LINCE_BARE(gelu), "%s.mlp.1", block);
    y = linear(net, y, WIDTH, HIDDEN, block, "mlp.3");
    return lince_module(net, y, LINCE_WITH(add, x), "%s.add_2", block);
}

/* Equation 1: patches, the class token before them, and where each was. */
static int embed(lince_net *net)
{
    int patches = lince_module(net, 0,
                               LINCE_LAYER(conv2d, .channels = WIDTH, .kernel = PATCH, .stride = PATCH,
                                           .init_std = 1 / sqrtf(3.0f * PATCH * PATCH)),
                               "conv_proj");
    lince_layer_args token = LINCE_BARE(prepend_token);
    token.listed_before = patches;
    int tokens = lince_module(net, patches, token, "class_token");
    return lince_module(net, tokens, LINCE_BARE(position_embedding), "encoder.pos_embedding");
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    lince_shape picture = lince_net_input_shape(net);
    if (picture.height % PATCH || picture.width % PATCH)
        return lince_fail(
            LINCE_EUSAGE,
            "--image-size %dx%d: %s cuts pictures into patches of %d pixels a side; give a multiple of it",
            picture.height, picture.width, self->name, PATCH);
    int x = embed(net);
    for (int i = 0; i < BLOCKS; i++) {
        char block[48];
        snprintf(block, sizeof block, "encoder.layers.encoder_layer_%d", i);
        x = mlp(net, attend(net, x, block), block);
    }
    /* Equation 4; the other tokens' norms would be read by nobody. */
    x = lince_module(net, x, LINCE_LAYER(crop2d, .height = 1, .width = 1), "encoder.class_token");
    x = norm(net, x, "encoder", "ln");
    x = lince_module(net, x, LINCE_BARE(flatten), "flatten");
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_UNIFORM_FAN_IN),
                        "heads.head");
}

/* Its places are those of 224 pixels, where weights are published. */
static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 5e-4, .lr_tuned = 3e-5, .least_size = 224};

const lince_architecture lince_vit_b_16 = {.name = "vit_b_16",
                                           .summary = "ViT-B/16",
                                           .about = about,
                                           .modality = "image",
                                           .image_size = 224,
                                           .resize = 256,
                                           .classes = 1000,
                                           .accuracy = 81.072f,
                                           .build = build,
                                           .paper = "Dosovitskiy et al. 2021",
                                           .classifier = "heads.",
                                           .recipe = &recipe};
