#include "modality/recurrent.h"
#include "core/error.h"
#include "core/json.h"

#include <string.h>

int lince_recurrent_choose(lince_text_net *n, const lince_settings *s)
{
    n->embedding = s->embedding;
    n->hidden = s->hidden;
    n->layers = s->layers;
    n->bidirectional = s->bidirectional;
    n->relu = !strcmp(s->activation, "relu");
    n->embedding_dropout = (float)s->embedding_dropout;
    n->read_padding = s->read_padding;
    if (n->relu && strcmp(s->model, "rnn") != 0)
        return lince_fail(LINCE_EUSAGE, "--activation relu is for rnn; %s has gates of its own", s->model);
    return lince_read_named(s->read, &n->read);
}

enum { LARGEST = 1 << 16 };

int lince_recurrent_write(const lince_text_net *t, lince_passport *passport)
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

int lince_recurrent_read(lince_text_net *net, const lince_weights *w, const char *path)
{
    int code = read_sizes(net, lince_weights_metadata(w, "lince.net"));
    if (code != LINCE_EFORMAT) return code;
    return lince_fail(LINCE_EDATA, "%s: its metadata 'lince.net' is not as lince writes it", path);
}
