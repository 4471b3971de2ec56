/* Recordings in memory that are answered together. */
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "modality/sounds/sounds.h"

#include <string.h>

typedef struct recordings {
    const lince_sound_encoder *encoder;
    const lince_given *given;
    lince_given_answer *outcomes;
    size_t floats, frames; /* of a map */
    float *x;              /* [n][floats] */
    int32_t *length;       /* [n] */
    int32_t *token;        /* [n][frames] their numbers in x */
    lince_prediction *predictions;
} recordings;

static int make_room(recordings *s, size_t n)
{
    size_t floats, frames;
    if (!lince_mul(n, s->floats, &floats) || !lince_mul(n, s->frames, &frames))
        return lince_fail(LINCE_ENOMEM, "out of memory");
    s->x = lince_alloc(floats, sizeof *s->x);
    s->length = lince_alloc(n, sizeof *s->length);
    s->token = lince_alloc(frames, sizeof *s->token);
    s->predictions = lince_alloc(n, sizeof *s->predictions);
    for (size_t i = 0; s->token && i < frames; i++) s->token[i] = (int32_t)i;
    return s->x && s->length && s->token && s->predictions ? 0 : LINCE_ENOMEM;
}

static void release_room(recordings *s)
{
    lince_free(s->x);
    lince_free(s->length);
    lince_free(s->token);
    lince_free(s->predictions);
}

static int hear(const recordings *s, size_t i)
{
    const lince_given *g = &s->given[i];
    lince_wave wave;
    lince_sound_room room;
    LINCE_TRY(lince_sound_decode(g->bytes, g->size, s->encoder->spec.rate, g->name, &wave));
    int code = lince_sound_room_make(&room, s->encoder);
    if (!code) {
        s->length[i] = lince_sound_hear(s->encoder, &wave, &room);
        memcpy(s->x + i * s->floats, room.x, s->floats * sizeof *s->x);
    }
    lince_sound_room_release(&room);
    lince_wave_release(&wave);
    return code;
}

static void decode(void *context, size_t i)
{
    LINCE_PLAIN_LOCALE;
    recordings *s = context;
    lince_voice usual = lince_voice_now();
    lince_voice_use(s->given[i].voice);
    lince_given_fail(&s->outcomes[i], hear(s, i));
    lince_voice_use(usual);
}

/* Those that were heard move together. */
static int classify(recordings *s, const lince_asking *a, int n, int batch)
{
    size_t count = 0;
    for (size_t i = 0; i < (size_t)n; i++) {
        if (s->outcomes[i].code) continue;
        if (count < i) memcpy(s->x + count * s->floats, s->x + i * s->floats, s->floats * sizeof *s->x);
        s->length[count++] = s->length[i];
    }
    lince_input input = {.x = s->x};
    if (s->encoder->sequence) input.token = s->token, input.length = s->length, input.steps = (int)s->frames;
    return count ? a->answer(a->model, &input, (int)count, batch, s->predictions) : 0;
}

void lince_sounds_answer_many(const lince_asking *a, const lince_given *given, int n, int batch,
                              lince_given_answer *outcomes)
{
    const lince_sound_encoder *e = a->encoder;
    recordings s = {.encoder = e,
                    .given = given,
                    .outcomes = outcomes,
                    .floats = lince_sound_floats(e),
                    .frames = lince_sound_frames(e)};
    int code = make_room(&s, (size_t)n);
    if (!code) lince_parallel(a->threads, (size_t)n, decode, &s);
    if (!code) code = classify(&s, a, n, batch);
    lince_given_settle(outcomes, n, code, s.predictions);
    release_room(&s);
}
