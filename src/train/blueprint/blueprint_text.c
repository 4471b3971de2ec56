/* What a weights file says of a model of texts: how texts become words (lince.text), the words' numbers
 * (lince.vocabulary) and the net's sizes (lince.net). */
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "train/blueprint/blueprint.h"

#include <string.h>

enum { LARGEST = 1 << 16 };

static int put_sizes(const lince_text_net *t, lince_blueprint_texts *texts)
{
    char *text;
    json_t *json =
        lince_json_pack("{s:i, s:i, s:i, s:b, s:b, s:f, s:s, s:b}", "embedding", t->embedding, "hidden",
                        t->hidden, "layers", t->layers, "bidirectional", t->bidirectional, "relu", t->relu,
                        "embedding_dropout", (double)t->embedding_dropout, "read", lince_read_name(t->read),
                        "read_padding", t->read_padding);
    LINCE_TRY(lince_json_text(json, JSON_COMPACT | JSON_REAL_PRECISION(9), &text));
    return lince_blueprint_put(texts, "lince.net", text);
}

int lince_blueprint_write_text(const lince_blueprint *b, lince_blueprint_texts *texts)
{
    char *options, *vocabulary;
    int code = lince_encoder_write(&b->encoder, &options, &vocabulary);
    if (code) {
        lince_free(options);
        lince_free(vocabulary);
        return code;
    }
    LINCE_TRY(lince_blueprint_put(texts, "lince.text", options));
    LINCE_TRY(lince_blueprint_put(texts, "lince.vocabulary", vocabulary));
    return put_sizes(&b->text, texts);
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

int lince_blueprint_read_text(lince_blueprint *b, const lince_weights *w, const char *path)
{
    LINCE_TRY(lince_encoder_read(&b->encoder, lince_weights_metadata(w, "lince.text"),
                                 lince_weights_metadata(w, "lince.vocabulary"), path));
    b->text = (lince_text_net){.vocabulary = (int)b->encoder.vocabulary.size,
                               .max_tokens = b->encoder.options.max_tokens};
    int code = read_sizes(&b->text, lince_weights_metadata(w, "lince.net"));
    if (code != LINCE_EFORMAT) return code;
    return lince_fail(LINCE_EDATA, "%s: its metadata 'lince.net' is not as lince writes it", path);
}
