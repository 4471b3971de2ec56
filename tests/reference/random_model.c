/* A model with random weights, as a file that says all of itself: for export_models.py.
 *
 *     random_model MODEL SIZE FILE.safetensors [FIT RESIZE | READ LAYERS DIRECTIONS]
 *
 * Hidden layers of classifiers have 48 units, so that files stay small. Pictures of SIZE pixels, fitted so; or texts of SIZE words at most, read so ("last", "mean", "max"; with "padding-" before it
 * where <pad> is read). "rnn-relu" is an rnn of that kind. Running statistics are near those of a trained net. */
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"
#include "modality/pictures/pictures.h"
#include "modality/texts/texts.h"
#include "train/blueprint/blueprint.h"
#include "weights/state_dict.h"

#include <lince/error.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int describe_pictures(lince_blueprint *b, int size, char **more)
{
    lince_picture_encoder *e = b->encoder;
    e->transform = (lince_transform){.width = size, .height = size};
    snprintf(e->normalize, sizeof e->normalize, "imagenet");
    lince_normalize_parse("imagenet", e->transform.mean, e->transform.std);
    return more[0] ? lince_transform_set(&e->transform, more[0], atoi(more[1]), "bilinear") : 0;
}

static int describe_texts(lince_blueprint *b, int size, char **more)
{
    lince_text_encoder *e = b->encoder;
    bool padding = more[0] && !strncmp(more[0], "padding-", 8);
    lince_counter words = {0};
    lince_encoder_options o = {.max_tokens = size};
    LINCE_TRY(lince_encoder_init(&e->words, &o));
    for (int i = 0; i < 40; i++) {
        char word[16];
        snprintf(word, sizeof word, "word%d", i);
        LINCE_TRY(lince_counter_add(&words, word));
    }
    LINCE_TRY(lince_vocabulary_make(&e->words.vocabulary, &words, 1, 1000));
    lince_counter_release(&words);
    e->net = (lince_text_net){.vocabulary = (int)e->words.vocabulary.size,
                              .embedding = 12,
                              .hidden = 16,
                              .layers = more[0] ? atoi(more[1]) : 1,
                              .bidirectional = more[0] && atoi(more[2]) == 2,
                              .relu = !strcmp(b->model, "rnn-relu"),
                              .read_padding = padding,
                              .max_tokens = size};
    if (e->net.relu) snprintf(b->model, sizeof b->model, "rnn");
    return more[0] ? lince_read_named(more[0] + (padding ? 8 : 0), &e->net.read) : 0;
}

/* The last norm of a residual block, or one of its first. Of a norm of variance 1 numbers double from block to block, until gates are open
 * or shut by last bits alone: PyTorch's own logits of efficientnet_v2_s in single precision are off by 0.77 of the largest then. */
static bool ends_block(const char *name)
{
    const char *block = strstr(name, "block.");
    return strstr(name, "bn3.weight") ||
           (block && (!strcmp(block, "block.1.1.weight") || !strcmp(block, "block.3.1.weight")));
}

/* He-uniform weights, scaled as in tests/models/test_models.c; statistics and biases a little off. */
static int fill(lince_param *p, uint64_t number)
{
    size_t n = lince_param_elements(p);
    lince_random random = lince_random_at(lince_key(1, LINCE_STREAM_INIT, number, 0));
    float *plain = lince_alloc(n, sizeof *plain);
    if (!plain) return LINCE_ENOMEM;
    bool gamma = p->ndim == 1 && strstr(p->name, "weight"),
         variance = p->init == LINCE_INIT_ONES && p->buffer;
    float scale = p->ndim > 1 ? sqrtf(6.0f / (float)(n / (size_t)p->dims[0])) : 0.1f,
          shift = ends_block(p->name) ? 0.25f
                  : gamma || variance ? 1
                                      : 0;
    for (size_t i = 0; i < n; i++)
        plain[i] =
            p->counter || i < p->init_zeros ? 0 : shift + scale * (2 * lince_random_uniform(&random) - 1);
    int code = lince_param_write(p, plain);
    lince_free(plain);
    return code;
}

static int write_model(lince_blueprint *b, const char *path)
{
    lince_net *net;
    lince_passport passport;
    lince_net_options options = {.batch = 1, .threads = 1, .unfolded = true};
    LINCE_TRY(lince_blueprint_build(b, &options, &net));
    for (size_t i = 0; i < lince_net_params(net); i++) LINCE_TRY(fill(lince_net_param(net, i), i));
    LINCE_TRY(lince_blueprint_write(b, &passport));
    LINCE_TRY(lince_state_dict_save(net, NULL, path, passport.list, passport.count));
    lince_passport_release(&passport);
    lince_net_free(net);
    return 0;
}

int main(int count, char **args)
{
    if (count < 4) return fprintf(stderr, "usage: random_model MODEL SIZE FILE [...]\n"), 2;
    char *none[] = {NULL}, **more = count > 4 ? args + 4 : none;
    lince_blueprint b = {.classes = 10, .dropout = -1, .loss = {.type = &lince_cross_entropy}};
    snprintf(b.model, sizeof b.model, "%s", args[1]);
    const lince_architecture *a = lince_architecture_named(strcmp(b.model, "rnn-relu") ? b.model : "rnn");
    int code = a ? lince_blueprint_of(&b, lince_modality_of_model(a)) : LINCE_EUSAGE;
    b.names = lince_alloc((size_t)b.classes, sizeof *b.names);
    for (int i = 0; i < b.classes; i++) b.names[i] = lince_strdup((const char[]){(char)('a' + i), '\0'});
    if (!code)
        code = a->sequences ? describe_texts(&b, atoi(args[2]), more)
                            : describe_pictures(&b, atoi(args[2]), more);
    if (!code) code = write_model(&b, args[3]);
    if (code) return fprintf(stderr, "%s\n", lince_error()), 1;
    lince_blueprint_release(&b);
    return 0;
}
