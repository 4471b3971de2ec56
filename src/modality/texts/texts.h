/* Texts: what the files of this folder share. */
#ifndef LINCE_MODALITY_TEXTS_TEXTS_H
#define LINCE_MODALITY_TEXTS_TEXTS_H

#include "modality/modality.h"
#include "modality/texts/tokens.h"
#include "text/encoder.h"

/* What turns texts into a net's input, and the net's sizes. */
typedef struct lince_text_encoder {
    lince_encoder words;
    lince_text_net net;

    /* while a training is opened */
    size_t distinct_words; /* of the training part */
    lince_tokens test;     /* for counting; the loaders have the others */
    size_t vectors_found;  /* words that --vectors has */
} lince_text_encoder;

/* Of a model of texts. */
static inline lince_text_encoder *lince_text_encoder_of(void *encoder)
{
    return encoder;
}

/* choices.c: the vocabulary and the net's sizes; what is told once the texts are encoded; their word vectors, once
 * there is a net. */
int lince_texts_prepare(lince_opening *opening);
int lince_texts_measure(lince_opening *opening);
void lince_texts_remark(const lince_opening *opening);
int lince_texts_begin(lince_opening *opening);

/* passport.c */
int lince_texts_write(const void *encoder, lince_passport *passport);
int lince_texts_read(void *encoder, const lince_weights *weights, const char *path);

/* describe.c */
void lince_texts_describe(const lince_opening *opening, json_t **data);
void lince_texts_tell_unknown(const lince_tokens *tokens, lince_part part, const lince_observer *observer);
void lince_texts_tell_part(const lince_dataset *dataset, lince_part part, const lince_observer *observer);
void lince_texts_tell_loaded(const void *encoder, const lince_loader *loader, lince_part part,
                             const lince_observer *observer);
int lince_texts_put_info(lince_dataset *dataset, const lince_watch *watch, json_t **info);
void lince_texts_print_info(const json_t *info, lince_buffer *out);

/* express.c */
lince_onnx_value lince_texts_express(const void *encoder, lince_onnx *graph, bool raw);
int lince_texts_try(const void *encoder, int n, bool raw, lince_probe *probe);

/* ask.c; ask_table.c: of a table's content */
int lince_texts_ask(const lince_asking *asking, const char *path);
int lince_texts_answer(const lince_asking *asking, const char *text, size_t size,
                       lince_prediction *prediction);
/* Whether it is a text: UTF-8 without a NUL. LINCE_EFORMAT. And its prediction's counts of words. */
int lince_texts_check(const char *text, size_t size);
void lince_texts_count(const lince_encoder *words, const lince_encoded *seen, lince_prediction *prediction);
int lince_texts_ask_table(const lince_asking *asking, const char *where, const void *bytes, size_t size);

/* many.c */
void lince_texts_answer_many(const lince_asking *asking, const lince_given *given, int n, int batch,
                             lince_given_answer *outcomes);

#endif
