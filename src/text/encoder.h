/* From texts to the numbers of their words: all that must be known to feed a text to a model. */
#ifndef LINCE_TEXT_ENCODER_H
#define LINCE_TEXT_ENCODER_H

#include "text/vocabulary.h"
#include "text/words.h"

enum { LINCE_TOKENS_MAX = 65536 };

typedef struct lince_encoder_options {
    lince_words_options words;
    int max_tokens; /* of a text, 1..LINCE_TOKENS_MAX: what is behind them is not read */
} lince_encoder_options;

typedef struct lince_encoder {
    lince_encoder_options options;
    lince_splitter *splitter;
    lince_vocabulary vocabulary;
    lince_words words; /* of the last text */
} lince_encoder;

/* With an empty vocabulary. LINCE_EUSAGE for an unknown language. */
int lince_encoder_init(lince_encoder *encoder, const lince_encoder_options *options);
void lince_encoder_release(lince_encoder *encoder);

/* What was seen of a text: words in all, and those among the first max_tokens that are not known. */
typedef struct lince_encoded {
    size_t words, unknown;
} lince_encoded;

/* A text's numbers into tokens[max_tokens]; how many they are, 1 at least: a text without words is one <unk>.
 * `encoded` may be NULL. Not by several threads at a time. LINCE_ENOMEM (negative). */
int lince_encode(lince_encoder *encoder, const char *text, int32_t *tokens, lince_encoded *encoded);

/* The options alone, as lince_encoder_write has them. LINCE_EDATA, LINCE_EUNSUPPORTED. */
int lince_encoder_read_options(lince_encoder_options *options, const char *text, const char *path);

/* The options and the vocabulary as JSON texts (lince_alloc'ed), and back. Reading refuses, with LINCE_EDATA,
 * what it would not write; `path` is for messages. */
int lince_encoder_write(const lince_encoder *encoder, char **options, char **vocabulary);
int lince_encoder_read(lince_encoder *encoder, const char *options, const char *vocabulary, const char *path);

#endif
