/* What a trainer does for texts: their vocabulary and their word vectors. */
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "modality/texts/loading.h"
#include "text/vectors.h"
#include "train/data/table_facts.h"
#include "train/loop/trainer.h"
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
    if (!s->resume || lince_path_join(path, s->resume, "weights/last.safetensors") || access(path, R_OK))
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

static int make_vocabulary(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    lince_encoder *e = &t->blueprint.encoder;
    lince_counter counter = {0};
    int code = lince_tokens_count(&counter, t->dataset, LINCE_TRAIN, e);
    t->distinct_words = counter.count;
    lince_vocabulary_release(&e->vocabulary);
    if (!code)
        code = lince_vocabulary_make(&e->vocabulary, &counter, (size_t)s->min_freq, (size_t)s->max_vocab);
    lince_counter_release(&counter);
    if (code) return code;
    if (e->vocabulary.size == LINCE_FIRST_WORD)
        return lince_fail(LINCE_EDATA,
                          "%s: no words in the texts for training, with --clean %s and --min-freq %d",
                          s->data, s->clean, s->min_freq);
    lince_trainer_note(t, _("words in the vocabulary: %zu of %zu in the training part"),
                       e->vocabulary.size - LINCE_FIRST_WORD, t->distinct_words);
    return 0;
}

static int draw_net(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    lince_text_net *n = &t->blueprint.text;
    *n = (lince_text_net){.vocabulary = (int)t->blueprint.encoder.vocabulary.size,
                          .embedding = s->embedding,
                          .hidden = s->hidden,
                          .layers = s->layers,
                          .bidirectional = s->bidirectional,
                          .relu = !strcmp(s->activation, "relu"),
                          .embedding_dropout = (float)s->embedding_dropout,
                          .read_padding = s->read_padding,
                          .max_tokens = s->max_tokens};
    if (n->relu && strcmp(s->model, "rnn") != 0)
        return lince_fail(LINCE_EUSAGE, "--activation relu is for rnn; %s has gates of its own", s->model);
    return lince_read_named(s->read, &n->read);
}

/* --- opening -------------------------------------------------------------------------------------- */

static void tell_table(const lince_trainer *t)
{
    const lince_table_facts *f = lince_dataset_table(t->dataset);
    if (*f->text_column)
        lince_trainer_note(t, _("texts from column %s, labels from column %s"), f->text_column,
                           f->label_column);
    char why[256];
    size_t out = lince_table_left_out(f, why, sizeof why);
    if (out)
        lince_trainer_note(t, _("rows left out: %zu of %zu; %s"), out, f->rows, why);
    else
        lince_trainer_note(t, _("rows: %zu"), f->rows);
}

static void tell_unknown(const lince_trainer *t, lince_part part, const lince_tokens *k)
{
    if (!lince_tokens_are_unknown(k)) return;
    lince_trainer_warn(t,
                       _("words of the %s part that are not in the vocabulary, so that they all look the "
                         "same to the model: %zu of %zu; is it the same language as the training part's?"),
                       lince_part_title(part), k->unknown, k->read);
}

void lince_trainer_tell_unknown(const lince_trainer *t)
{
    tell_unknown(t, LINCE_TRAIN, lince_loader_tokens(t->train));
    if (t->val && !t->settings->val_on_test) tell_unknown(t, LINCE_VAL, lince_loader_tokens(t->val));
    tell_unknown(t, LINCE_TEST, &t->test_tokens);
}

int lince_trainer_open_texts(lince_trainer *t)
{
    lince_encoder_options options;
    tell_table(t);
    LINCE_TRY(encoder_options(t->settings, &options));
    LINCE_TRY(lince_encoder_init(&t->blueprint.encoder, &options));
    LINCE_TRY(make_vocabulary(t));
    LINCE_TRY(draw_net(t));
    LINCE_TRY(lince_trainer_loader(t, LINCE_TRAIN, true, &t->train));
    const lince_tokens *tokens = lince_loader_tokens(t->train);
    if (tokens->cut)
        lince_trainer_note(t, _("training texts with more words than are read (--max-tokens %d): %zu of %zu"),
                           options.max_tokens, tokens->cut, tokens->count);
    return lince_tokens_init(&t->test_tokens, t->dataset, LINCE_TEST, &t->blueprint.encoder);
}

static int tell_vectors(lince_trainer *t, const lince_vectors_found *found, size_t words)
{
    const char *path = t->settings->vectors;
    t->vectors_found = found->words;
    if (!found->words)
        return lince_fail(
            LINCE_EDATA, "%s: has vectors for none of the vocabulary's %zu words; is it of another language?",
            path, words);
    lince_trainer_note(t, _("%s: vectors for %zu of the vocabulary's %zu words (%.0f %%)"), path,
                       found->words, words, 100 * (double)found->words / (double)words);
    if (found->alike)
        lince_trainer_note(t,
                           _("%s: words that it has with other capitals only, whose vectors were taken: %zu"),
                           path, found->alike);
    if (4 * found->words < words)
        lince_trainer_warn(t, _("most words of the vocabulary have no vector in %s: theirs begin at random"),
                           path);
    return 0;
}

int lince_trainer_load_vectors(lince_trainer *t)
{
    const lince_settings *s = t->settings;
    if (!s->vectors || s->resume || !lince_blueprint_is_text(&t->blueprint)) return 0;
    const lince_vocabulary *v = &t->blueprint.encoder.vocabulary;
    lince_param *p = lince_net_param_named(t->net, "embedding.weight");
    float *plain = lince_alloc(lince_param_elements(p), sizeof *plain);
    if (!plain) return LINCE_ENOMEM;
    lince_vectors_found found;
    int code = lince_param_read(p, plain);
    if (!code) code = lince_vectors_load(s->vectors, v, s->embedding, plain, &found);
    if (!code) code = lince_param_write(p, plain);
    lince_free(plain);
    return code ? code : tell_vectors(t, &found, v->size - LINCE_FIRST_WORD);
}

/* --- data.json ------------------------------------------------------------------------------------ */

static json_int_t whole(size_t n)
{
    return (json_int_t)n;
}

/* How many texts have 1, 2, ... words that are read. */
static json_t *lengths_json(const lince_tokens *tokens, int most)
{
    json_t *array = json_array();
    size_t *count = lince_alloc((size_t)most + 1, sizeof *count);
    for (size_t i = 0; count && i < tokens->count; i++) count[lince_tokens_length(tokens, i)]++;
    for (int n = 1; count && n <= most; n++) lince_json_add(&array, json_integer(whole(count[n])));
    lince_free(count);
    return array;
}

static json_t *tokens_json(const lince_tokens *k, int most)
{
    return lince_json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "texts", whole(k->count), "words",
                           whole(k->words), "read", whole(k->read), "unknown", whole(k->unknown), "cut",
                           whole(k->cut), "empty", whole(k->empty), "lengths", lengths_json(k, most));
}

static json_t *parts_json(const lince_trainer *t)
{
    int most = t->settings->max_tokens;
    json_t *parts = json_object();
    lince_json_put(&parts, "train", tokens_json(lince_loader_tokens(t->train), most));
    if (t->val) lince_json_put(&parts, "val", tokens_json(lince_loader_tokens(t->val), most));
    if (t->test_tokens.count) lince_json_put(&parts, "test", tokens_json(&t->test_tokens, most));
    return parts;
}

json_t *lince_trainer_texts_json(const lince_trainer *t)
{
    const lince_settings *s = t->settings;
    json_t *vocabulary =
        lince_json_pack("{s:I, s:I, s:i, s:i}", "size", whole(t->blueprint.encoder.vocabulary.size),
                        "distinct", whole(t->distinct_words), "min_freq", s->min_freq, "max_vocab",
                        s->max_vocab);
    if (s->vectors)
        lince_json_put(&vocabulary, "vectors",
                       lince_json_pack("{s:s, s:I}", "path", s->vectors, "found", whole(t->vectors_found)));
    return lince_json_pack("{s:o, s:s, s:s?, s:s?, s:i, s:o, s:o}", "table",
                           lince_table_facts_json(t->dataset), "clean", s->clean, "stop_words", s->stop_words,
                           "stem", s->stem, "max_tokens", s->max_tokens, "vocabulary", vocabulary, "parts",
                           parts_json(t));
}
