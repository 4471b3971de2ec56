/* What a weights file says of a model of texts: how texts become words (lince.text), the words' numbers
 * (lince.vocabulary) and the net's sizes (lince.net). */
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "modality/texts/texts.h"

#include <string.h>

enum { LARGEST = 1 << 16 };

static int put_sizes(const lince_text_net *t, lince_passport *passport)
{
    char *text;
    json_t *json =
        lince_json_pack("{s:i, s:i, s:i, s:b, s:b, s:f, s:s, s:b}", "embedding", t->embedding, "hidden",
                        t->hidden, "layers", t->layers, "bidirectional", t->bidirectional, "relu", t->relu,
                        "embedding_dropout", (double)t->embedding_dropout, "read", lince_read_name(t->read),
                        "read_padding", t->read_padding);
    LINCE_TRY(lince_json_text(json, JSON_COMPACT | JSON_REAL_PRECISION(9), &text));
    return lince_passport_take(passport, "lince.net", text);
}

int lince_texts_write(const void *encoder, lince_passport *passport)
{
    const lince_text_encoder *e = encoder;
    char *options, *vocabulary;
    int code = lince_encoder_write(&e->words, &options, &vocabulary);
    if (code) {
        lince_free(options);
        lince_free(vocabulary);
        return code;
    }
    LINCE_TRY(lince_passport_take(passport, "lince.text", options));
    LINCE_TRY(lince_passport_take(passport, "lince.vocabulary", vocabulary));
    return put_sizes(&e->net, passport);
}

static bool is_size(int n)
{
    return n >= 1 && n <= LARGEST;
}

static int read_sizes(lince_text_net *t, const char *text)
{
    const char *read;
    double dropout;
    int bidirectional, relu, padding;
    json_t *json;
    LINCE_TRY(lince_json_parse(text ? text : "", text ? strlen(text) : 0, 0, &json, NULL));
    bool whole = json && !json_unpack(json, "{s:i, s:i, s:i, s:b, s:b, s:F, s:s, s:b}", "embedding",
                                      &t->embedding, "hidden", &t->hidden, "layers", &t->layers,
                                      "bidirectional", &bidirectional, "relu", &relu, "embedding_dropout",
                                      &dropout, "read", &read, "read_padding", &padding);
    whole = whole && is_size(t->embedding) && is_size(t->hidden) && is_size(t->layers) && dropout >= 0 &&
            dropout < 1 && !lince_read_named(read, &t->read);
    if (whole) {
        t->bidirectional = bidirectional;
        t->relu = relu;
        t->read_padding = padding;
        t->embedding_dropout = (float)dropout;
    }
    json_decref(json);
    return whole ? 0 : LINCE_EFORMAT;
}

int lince_texts_read(void *encoder, const lince_weights *w, const char *path)
{
    lince_text_encoder *e = encoder;
    LINCE_TRY(lince_encoder_read(&e->words, lince_weights_metadata(w, "lince.text"),
                                 lince_weights_metadata(w, "lince.vocabulary"), path));
    e->net = (lince_text_net){.vocabulary = (int)e->words.vocabulary.size,
                              .max_tokens = e->words.options.max_tokens};
    int code = read_sizes(&e->net, lince_weights_metadata(w, "lince.net"));
    if (code != LINCE_EFORMAT) return code;
    return lince_fail(LINCE_EDATA, "%s: its metadata 'lince.net' is not as lince writes it", path);
}
