/* Texts as an ONNX graph takes them: the numbers of their words (lince.vocabulary, lince.text of the metadata). */
#include "core/error.h"
#include "core/memory.h"
#include "modality/texts/texts.h"

/* A text ends where its last word does, which no <pad> = 0 is; where <pad> is read, every text has all its steps. */
static lince_onnx_value lengths(lince_onnx *g, lince_onnx_value tokens, bool read_padding)
{
    lince_onnx_value zero = lince_onnx_longs(g, 0, &(int64_t){0}),
                     one = lince_onnx_longs(g, 0, &(int64_t){1}),
                     read =
                         LINCE_ONNX(g, "Cast",
                                    LINCE_ONNX(g, read_padding ? "GreaterOrEqual" : "Greater", tokens, zero));
    lince_onnx_int(g, "to", LINCE_ONNX_INT64);
    lince_onnx_value count = LINCE_ONNX(g, "ReduceSum", read, lince_onnx_longs(g, 1, &(int64_t){1}));
    lince_onnx_int(g, "keepdims", 0);
    return LINCE_ONNX(g, "Max", count, one);
}

lince_onnx_value lince_texts_express(const void *encoder, lince_onnx *g, bool raw)
{
    const lince_text_encoder *e = encoder;
    (void)raw;
    lince_onnx_dim dims[] = {{.name = "batch"},
                             {.size = e->net.read_padding ? e->net.max_tokens : 0, .name = "steps"}};
    lince_onnx_value tokens = lince_onnx_input(
        g, "tokens",
        "numbers of each text's words in lince.vocabulary of the metadata, 1 for words that are not "
        "in it, 0 behind the text's end",
        LINCE_ONNX_INT64, 2, dims);
    lince_onnx_set_lengths(g, lengths(g, tokens, e->net.read_padding));
    return tokens;
}

int lince_texts_try(const void *encoder, int n, bool raw, lince_probe *probe)
{
    enum { MOST = 50 };
    const lince_text_net *net = &((const lince_text_encoder *)encoder)->net;
    int steps = net->read_padding || net->max_tokens < MOST ? net->max_tokens : MOST;
    (void)raw;
    *probe = (lince_probe){.n = n, .steps = steps};
    probe->token = lince_alloc((size_t)n * (size_t)steps, sizeof *probe->token);
    probe->length = lince_alloc((size_t)n, sizeof *probe->length);
    int64_t *tokens = lince_probe_add(probe, "tokens", LINCE_ONNX_INT64, 2, (int64_t[]){n, steps});
    if (!probe->token || !probe->length || !tokens) return LINCE_ENOMEM;
    lince_random random = lince_random_at(lince_key(1, LINCE_STREAM_SYNTH, 0, 0));
    for (int i = 0; i < n; i++) {
        probe->length[i] = i ? 1 + (int32_t)lince_random_below(&random, (uint32_t)steps) : steps;
        for (int t = 0; t < probe->length[i]; t++)
            tokens[i * steps + t] = probe->token[i * steps + t] =
                1 + (int32_t)lince_random_below(&random, (uint32_t)net->vocabulary - 1);
    }
    return 0;
}
