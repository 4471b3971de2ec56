/* What a weights file says of a model of texts: how texts become words (lince.text), the words' numbers
 * (lince.vocabulary) and the net's sizes (lince.net). */
#include "core/error.h"
#include "core/memory.h"
#include "modality/recurrent.h"
#include "modality/texts/texts.h"

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
    return lince_recurrent_write(&e->net, passport);
}

int lince_texts_read(void *encoder, const lince_weights *w, const char *path)
{
    lince_text_encoder *e = encoder;
    LINCE_TRY(lince_encoder_read(&e->words, lince_weights_metadata(w, "lince.text"),
                                 lince_weights_metadata(w, "lince.vocabulary"), path));
    e->net = (lince_text_net){.vocabulary = (int)e->words.vocabulary.size,
                              .max_tokens = e->words.options.max_tokens};
    return lince_recurrent_read(&e->net, w, path);
}
