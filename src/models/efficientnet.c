/* EfficientNet: M. Tan & Q. V. Le, "EfficientNet: rethinking model scaling for convolutional neural networks", 2019,
 * table 1 and its larger versions, whose width and depth are multiplied; and "EfficientNetV2: smaller models and faster
 * training", 2021, table 4. Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "EfficientNet (Tan & Le 2019) was found by a search that weighs accuracy against the number of multiplications; B1 "
    "and larger ones have more layers and channels than B0, in the same proportion. Its blocks are MobileNetV2's with "
    "squeeze and excitation: each channel is scaled by a factor that depends on the means of all channels. In training, "
    "blocks are left out at random (stochastic depth).");
static const char about_v2[] = N_(
    "EfficientNetV2 (Tan & Le 2021) was found by a search that heeds how fast it is trained: in its first blocks one 3×3 "
    "convolution does what in EfficientNet's an expansion and a filter of each channel by itself do, because maps are "
    "large there and such filters wait for memory. In training, blocks are left out at random (stochastic depth).");

typedef struct stage {
    int expand, kernel, stride, in, out, layers;
    bool fused; /* one convolution in place of expansion, depthwise filter and squeeze-excitation */
} stage;

enum { MOST_STAGES = 7 };
typedef struct plan {
    double width, depth; /* that channels and layers of the table are multiplied by */
    int last;            /* channels at the end; 0: four times the last stage's */
    float eps;           /* of batch norms; 0: 1e-5 */
    stage stages[MOST_STAGES];
} plan;

#define B0_STAGES                                                                                     \
    {                                                                                                 \
        {1, 3, 1, 32, 16, 1, false}, {6, 3, 2, 16, 24, 2, false}, {6, 5, 2, 24, 40, 2, false},        \
            {6, 3, 2, 40, 80, 3, false}, {6, 5, 1, 80, 112, 3, false}, {6, 5, 2, 112, 192, 4, false}, \
        {                                                                                             \
            6, 3, 1, 192, 320, 1, false                                                               \
        }                                                                                             \
    }
#define V2_S_STAGES                                                                         \
    {                                                                                       \
        {1, 3, 1, 24, 24, 2, true}, {4, 3, 2, 24, 48, 4, true}, {4, 3, 2, 48, 64, 4, true}, \
            {4, 3, 2, 64, 128, 6, false}, {6, 3, 1, 128, 160, 9, false},                    \
        {                                                                                   \
            6, 3, 2, 160, 256, 15, false                                                    \
        }                                                                                   \
    }

static int conv_norm(lince_net *net, int x, const plan *p, bool silu, lince_conv2d_layer_args conv,
                     const char *block, int module)
{
    const lince_conv_norm parts = {conv, {.eps = p->eps}, silu ? &lince_silu_layer : NULL};
    return lince_conv_norm_activation(net, x, &parts, "%s.%d", block, module);
}

/* One convolution to more channels, 1x1 to few; where it does not expand, the first alone. */
static int fused(lince_net *net, int x, const plan *p, const stage *s, const char *block)
{
    int wide = s->expand * s->in;
    x = conv_norm(net, x, p, true,
                  (lince_conv2d_layer_args){
                      .channels = s->expand > 1 ? wide : s->out, .kernel = s->kernel, .stride = s->stride},
                  block, 0);
    if (s->expand == 1) return x;
    return conv_norm(net, x, p, false, (lince_conv2d_layer_args){.channels = s->out, .kernel = 1}, block, 1);
}

/* MBConv: 1x1 to more channels, depthwise, squeeze and excitation, 1x1 to few. */
static int mbconv(lince_net *net, int x, const plan *p, const stage *s, const char *block)
{
    char name[64];
    int module = 0, wide = lince_make_divisible(s->expand * s->in);
    if (wide != s->in)
        x = conv_norm(net, x, p, true, (lince_conv2d_layer_args){.channels = wide, .kernel = 1}, block,
                      module++);
    x = conv_norm(
        net, x, p, true,
        (lince_conv2d_layer_args){.channels = wide, .kernel = s->kernel, .stride = s->stride, .groups = wide},
        block, module++);
    snprintf(name, sizeof name, "%s.%d", block, module++);
    x = lince_squeeze_excite(net, x, name, s->in / 4, &lince_silu_layer, &lince_sigmoid_layer);
    return conv_norm(net, x, p, false, (lince_conv2d_layer_args){.channels = s->out, .kernel = 1}, block,
                     module);
}

/* The input is added where the shape is the same, and the branch then left out with probability `drop`. */
static int add_block(lince_net *net, int x, const plan *p, const stage *s, const char *name, float drop)
{
    char block[56];
    snprintf(block, sizeof block, "%s.block", name);
    int y = (s->fused ? fused : mbconv)(net, x, p, s, block);
    if (s->stride > 1 || s->in != s->out) return y;
    y = lince_module(net, y, LINCE_LAYER(stochastic_depth, .p = drop), "%s.stochastic_depth", name);
    return lince_module(net, y, LINCE_WITH(add, x), "%s.add", name);
}

/* A stage of the table as this version has it, after its first block with `i` > 0. */
static stage scaled(const plan *p, stage s, int i)
{
    s.in = lince_make_divisible(s.in * p->width);
    s.out = lince_make_divisible(s.out * p->width);
    if (i) s.in = s.out, s.stride = 1;
    return s;
}

/* The paper's table has no fractions of layers: rounded up. */
static int layers_of(const plan *p, int number)
{
    double layers = p->depth * p->stages[number].layers;
    return (int)layers < layers ? (int)layers + 1 : (int)layers;
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    const plan *p = self->table;
    int number = 0, blocks = 0, stages = 0, last = 0;
    for (; stages < MOST_STAGES && p->stages[stages].layers; stages++) blocks += layers_of(p, stages);
    int x = conv_norm(
        net, 0, p, true,
        (lince_conv2d_layer_args){.channels = scaled(p, p->stages[0], 0).in, .kernel = 3, .stride = 2},
        "features", 0);
    for (int k = 0; k < stages; k++)
        for (int i = 0; i < layers_of(p, k); i++) {
            char name[40];
            stage s = scaled(p, p->stages[k], i);
            snprintf(name, sizeof name, "features.%d.%d", k + 1, i);
            x = add_block(net, x, p, &s, name, c->stochastic_depth * (float)number++ / (float)blocks);
            last = s.out;
        }
    x = conv_norm(net, x, p, true,
                  (lince_conv2d_layer_args){.channels = p->last ? p->last : 4 * last, .kernel = 1},
                  "features", stages + 1);
    x = lince_global_average(net, x);
    x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "classifier.0");
    /* torchvision's bound, 1 / sqrt(outputs), was chosen for a thousand: ten begin at a loss of 4.7, not 2.3. */
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_UNIFORM_FAN_IN),
                        "classifier.1");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4};

#define EFFICIENTNET(...)                                                                      \
    .classes = 1000, .modality = "image", .build = build, .table = &(const plan){__VA_ARGS__}, \
    .batch_norm = true, .classifier = "classifier.", .stochastic_depth = 0.2f, .recipe = &recipe
#define B(number, wider, deeper, size, side, drop, percent)                                                \
    const lince_architecture lince_efficientnet_b##number = {EFFICIENTNET(.width = wider, .depth = deeper, \
                                                                          .stages = B0_STAGES),            \
                                                             .name = "efficientnet_b" #number,             \
                                                             .summary = "EfficientNet-B" #number,          \
                                                             .about = about,                               \
                                                             .paper = "Tan & Le 2019",                     \
                                                             .image_size = size,                           \
                                                             .resize = side,                               \
                                                             .bicubic = true,                              \
                                                             .dropout = drop,                              \
                                                             .accuracy = percent}

B(0, 1.0, 1.0, 224, 256, 0.2f, 77.692f);
B(1, 1.0, 1.1, 240, 256, 0.2f, 78.642f);
B(2, 1.1, 1.2, 288, 288, 0.3f, 80.608f);
B(3, 1.2, 1.4, 300, 320, 0.3f, 82.008f);
B(4, 1.4, 1.8, 380, 384, 0.4f, 83.384f);

const lince_architecture lince_efficientnet_v2_s = {EFFICIENTNET(.width = 1, .depth = 1, .last = 1280,
                                                                 .eps = 1e-3f, .stages = V2_S_STAGES),
                                                    .name = "efficientnet_v2_s",
                                                    .summary = "EfficientNetV2-S",
                                                    .about = about_v2,
                                                    .paper = "Tan & Le 2021, table 4",
                                                    .image_size = 384,
                                                    .resize = 384,
                                                    .dropout = 0.2f,
                                                    .accuracy = 84.228f};
