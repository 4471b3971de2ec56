/* What is made of texts before a training: their vocabulary, the net's sizes, their word vectors. */
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/tell.h"
#include "modality/recurrent.h"
#include "modality/texts/loading.h"
#include "modality/texts/table_facts.h"
#include "modality/texts/texts.h"
#include "text/vectors.h"
#include "weights/weights.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* --- the vocabulary ------------------------------------------------------------------------------- */

/* A run that is resumed finds its words as it did when it began. */
static int resumed_rules(const lince_settings *s, lince_words_options *words)
{
    char path[LINCE_PATH_MAX];
    lince_weights *weights = NULL;
    lince_encoder_options then;
    if (!s->resume || lince_path_join(path, s->resume, "weights/last.safetensors") ||
        lince_file_is_missing(path))
        return 0;
    LINCE_TRY(lince_weights_open(&weights, path));
    const char *text = lince_weights_metadata(weights, "lince.text");
    int code = text ? lince_encoder_read_options(&then, text, path) : 0;
    if (text && !code) words->rules = then.words.rules, words->characters = then.words.characters;
    lince_weights_free(weights);
    return code;
}

static int encoder_options(const lince_settings *s, lince_encoder_options *o)
{
    const char *stop = s->stop_words ? s->stop_words : "", *stem = s->stem ? s->stem : "";
    *o = (lince_encoder_options){.max_tokens = s->max_tokens};
    snprintf(o->words.stop_words, sizeof o->words.stop_words, "%s", stop);
    snprintf(o->words.stem, sizeof o->words.stem, "%s", stem);
    LINCE_TRY(resumed_rules(s, &o->words));
    return lince_cleaning_named(s->clean, &o->words.clean);
}

static int make_vocabulary(lince_opening *o)
{
    const lince_settings *s = o->settings;
    lince_text_encoder *e = o->encoder;
    lince_encoder *words = &e->words;
    lince_counter counter = {0};
    int code = lince_tokens_count(&counter, o->dataset, LINCE_TRAIN, words);
    e->distinct_words = counter.count;
    lince_vocabulary_release(&words->vocabulary);
    if (!code)
        code = lince_vocabulary_make(&words->vocabulary, &counter, (size_t)s->min_freq, (size_t)s->max_vocab);
    lince_counter_release(&counter);
    if (code) return code;
    if (words->vocabulary.size == LINCE_FIRST_WORD)
        return lince_fail(LINCE_EDATA,
                          "%s: no words in the texts for training, with --clean %s and --min-freq %d",
                          s->data, s->clean, s->min_freq);
    lince_note(o->observer, _("words in the vocabulary: %zu of %zu in the training part"),
               words->vocabulary.size - LINCE_FIRST_WORD, e->distinct_words);
    return 0;
}

static int draw_net(lince_opening *o)
{
    const lince_settings *s = o->settings;
    lince_text_encoder *e = o->encoder;
    lince_text_net *n = &e->net;
    *n = (lince_text_net){.vocabulary = (int)e->words.vocabulary.size, .max_tokens = s->max_tokens};
    return lince_recurrent_choose(n, s);
}

/* --- opening -------------------------------------------------------------------------------------- */

static void tell_table(const lince_opening *o)
{
    const lince_table_facts *f = lince_dataset_table(o->dataset);
    if (*f->text_column)
        lince_note(o->observer, _("texts from column %s, labels from column %s"), f->text_column,
                   f->label_column);
    char why[256];
    size_t out = lince_table_left_out(f, why, sizeof why);
    if (out)
        lince_note(o->observer, _("rows left out: %zu of %zu; %s"), out, f->rows, why);
    else
        lince_note(o->observer, _("rows: %zu"), f->rows);
}

void lince_texts_remark(const lince_opening *o)
{
    const lince_text_encoder *e = o->encoder;
    lince_texts_tell_unknown(lince_loader_tokens(o->train), LINCE_TRAIN, o->observer);
    if (o->val && !o->settings->val_on_test)
        lince_texts_tell_unknown(lince_loader_tokens(o->val), LINCE_VAL, o->observer);
    lince_texts_tell_unknown(&e->test, LINCE_TEST, o->observer);
}

int lince_texts_prepare(lince_opening *o)
{
    lince_text_encoder *e = o->encoder;
    lince_encoder_options options;
    tell_table(o);
    LINCE_TRY(encoder_options(o->settings, &options));
    LINCE_TRY(lince_encoder_init(&e->words, &options));
    LINCE_TRY(make_vocabulary(o));
    return draw_net(o);
}

int lince_texts_measure(lince_opening *o)
{
    lince_text_encoder *e = o->encoder;
    const lince_tokens *tokens = lince_loader_tokens(o->train);
    if (tokens->cut)
        lince_note(o->observer,
                   _("training texts with more words than are read (--max-tokens %d): %zu of %zu"),
                   e->net.max_tokens, tokens->cut, tokens->count);
    return lince_tokens_init(&e->test, o->dataset, LINCE_TEST, &e->words);
}

static int tell_vectors(lince_opening *o, const lince_vectors_found *found, size_t words)
{
    const char *path = o->settings->vectors;
    lince_text_encoder *e = o->encoder;
    e->vectors_found = found->words;
    if (!found->words)
        return lince_fail(
            LINCE_EDATA, "%s: has vectors for none of the vocabulary's %zu words; is it of another language?",
            path, words);
    lince_note(o->observer, _("%s: vectors for %zu of the vocabulary's %zu words (%.0f %%)"), path,
               found->words, words, 100 * (double)found->words / (double)words);
    if (found->alike)
        lince_note(o->observer,
                   _("%s: words that it has with other capitals only, whose vectors were taken: %zu"), path,
                   found->alike);
    if (4 * found->words < words)
        lince_warn(o->observer,
                   _("most words of the vocabulary have no vector in %s: theirs begin at random"), path);
    return 0;
}

int lince_texts_begin(lince_opening *o)
{
    const lince_settings *s = o->settings;
    lince_text_encoder *e = o->encoder;
    if (!s->vectors || s->resume) return 0;
    const lince_vocabulary *v = &e->words.vocabulary;
    lince_param *p = lince_net_param_named(o->net, "embedding.weight");
    float *plain = lince_alloc(lince_param_elements(p), sizeof *plain);
    if (!plain) return LINCE_ENOMEM;
    lince_vectors_found found;
    int code = lince_param_read(p, plain);
    if (!code) code = lince_vectors_load(s->vectors, v, s->embedding, plain, &found);
    if (!code) code = lince_param_write(p, plain);
    lince_free(plain);
    return code ? code : tell_vectors(o, &found, v->size - LINCE_FIRST_WORD);
}
