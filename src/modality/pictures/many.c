/* Pictures in memory that are answered together. */
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "modality/pictures/pictures.h"

typedef struct pictures {
    const lince_asking *asking;
    const lince_given *given;
    lince_given_answer *outcomes;
    lince_image *fitted; /* [n] */
} pictures;

static int fit(const pictures *s, size_t i)
{
    lince_image image;
    const lince_given *given = &s->given[i];
    lince_decoding how = lince_pictures_asked(s->asking);
    LINCE_TRY(lince_image_decode(&image, given->bytes, given->size, &how, given->name));
    int code =
        lince_transform_fit(&lince_picture_encoder_of(s->asking->encoder)->picture, &image, &s->fitted[i]);
    lince_image_release(&image);
    return code;
}

static void decode(void *context, size_t i)
{
    LINCE_PLAIN_LOCALE;
    pictures *s = context;
    lince_voice usual = lince_voice_now();
    lince_voice_use(s->given[i].voice);
    lince_given_fail(&s->outcomes[i], fit(s, i));
    lince_voice_use(usual);
}

/* fitted [n] has room behind the pictures' own for those that are good, borrowed. */
static int classify(const pictures *s, int n, int batch, lince_prediction *predictions)
{
    lince_image *good = s->fitted + n;
    int count = 0;
    for (int i = 0; i < n; i++)
        if (!s->outcomes[i].code) good[count++] = s->fitted[i];
    return count ? lince_pictures_answer(s->asking, good, count, batch, predictions) : 0;
}

void lince_pictures_answer_many(const lince_asking *asking, const lince_given *given, int n, int batch,
                                lince_given_answer *outcomes)
{
    pictures s = {asking, given, outcomes, lince_alloc(2 * (size_t)n, sizeof *s.fitted)};
    lince_prediction *predictions = lince_alloc((size_t)n, sizeof *predictions);
    int code = s.fitted && predictions ? 0 : LINCE_ENOMEM;
    if (!code) lince_parallel(asking->threads, (size_t)n, decode, &s);
    if (!code) code = classify(&s, n, batch, predictions);
    lince_given_settle(outcomes, n, code, predictions);
    for (int i = 0; s.fitted && i < n; i++) lince_image_release(&s.fitted[i]);
    lince_free(s.fitted);
    lince_free(predictions);
}
