/* The row of texts. */
#include "modality/texts/texts.h"
#include "core/error.h"
#include "core/i18n.h"
#include "modality/texts/loading.h"

#include <string.h>

static const lince_layout *const layouts[] = {
#define LAYOUT(row) &row,
#include "data/index/texts.def"
    NULL};
static const char *const marks[] = {"lince.text", "lince.vocabulary", NULL};

static void release(void *encoder)
{
    lince_text_encoder *e = encoder;
    lince_encoder_release(&e->words);
    lince_tokens_release(&e->test);
}

static bool varies(const void *encoder, const lince_settings *s)
{
    (void)encoder;
    return s->word_dropout > 0;
}

static lince_shape input_shape(const void *encoder)
{
    const lince_text_encoder *e = encoder;
    return (lince_shape){1, e->net.max_tokens, 1, 1};
}

static void plan(const void *encoder, lince_net_options *net, lince_architecture_options *architecture)
{
    const lince_text_encoder *e = encoder;
    net->sequences = true;
    net->read_padding = e->net.read_padding;
    architecture->text = e->net;
}

static int load(void *encoder, const lince_settings *s, lince_dataset *dataset, lince_part part, bool views,
                const lince_loader_options *options, lince_loader **loader)
{
    lince_text_encoder *e = encoder;
    (void)views;
    return lince_loader_new_texts(loader, dataset, part, &e->words, s->word_dropout, options);
}

static int guess(void *encoder, const lince_architecture *a, const lince_weights *weights, const char *path,
                 lince_buffer *notes)
{
    (void)encoder;
    (void)weights;
    (void)notes;
    return lince_fail(LINCE_EUSAGE, "%s: %s needs its vocabulary: only files that lince wrote have it", path,
                      a->name);
}

static const char *told(const lince_prediction *p, size_t index, size_t *value)
{
    static const char *const names[] = {"words", "read", "unknown", NULL};
    const size_t values[] = {p->words, p->read, p->unknown, 0};
    *value = values[index];
    return names[index];
}

const lince_modality lince_modality_texts = {
    .name = "text",
    .plural = N_("texts"),
    .input = "text",
    .model = "gru",
    .models = N_("rnn, gru or lstm"),
    .optimizer = "adam",
    .test_split = 0.2,
    .batch_size = 64,
    .threads = 1, /* a step has too little work to be divided */
    .layouts = layouts,
    .likeness = &lince_likeness_texts,
    .shared = N_("texts of the %s part that are also in the %s part: %zu word for word and %zu nearly so, of "
                 "%zu (%.1f %%); what is measured with them looks better than it would with new texts"),
    .relabelled =
        N_("texts of the %s part that are in it under another label, too: %zu of %zu; where two are the "
           "same, one of the labels is wrong"),
    .encoder_size = sizeof(lince_text_encoder),
    .release = release,
    .prepare = lince_texts_prepare,
    .measure = lince_texts_measure,
    .remark = lince_texts_remark,
    .begin = lince_texts_begin,
    .describe = lince_texts_describe,
    .varies = varies,
    .input_shape = input_shape,
    .plan = plan,
    .load = load,
    .marks = marks,
    .write = lince_texts_write,
    .read = lince_texts_read,
    .guess = guess,
    .express = lince_texts_express,
    .try_out = lince_texts_try,
    .ask = lince_texts_ask,
    .answer_text = lince_texts_answer,
    .answer_many = lince_texts_answer_many,
    .told = told,
    .tell_part = lince_texts_tell_part,
    .tell_loaded = lince_texts_tell_loaded,
    .put_info = lince_texts_put_info,
    .print_info = lince_texts_print_info,
};
