/* Recordings: what the files of this folder share. */
#ifndef LINCE_MODALITY_SOUNDS_SOUNDS_H
#define LINCE_MODALITY_SOUNDS_SOUNDS_H

#include "data/source/source.h"
#include "modality/modality.h"
#include "sound/features.h"
#include "sound/wave.h"

/* What turns recordings into a net's input: a clip of `samples` at spec.rate, its map, and each band less its mean, by its
 * deviation. */
typedef struct lince_sound_encoder {
    lince_feature_spec spec;
    size_t samples;
    bool sequence;      /* the net reads frame after frame, no further than the recording goes */
    lince_text_net net; /* its sizes, then */
    float mean[LINCE_BANDS_MOST], deviation[LINCE_BANDS_MOST]; /* of the training part's maps, by band */
    lince_sound_features *features;                            /* made of spec once it is known */
    double window, hop; /* seconds: of long recordings that are asked about; 0: whole */
} lince_sound_encoder;

static inline lince_sound_encoder *lince_sound_encoder_of(void *encoder)
{
    return encoder;
}

static inline size_t lince_sound_frames(const lince_sound_encoder *e)
{
    return lince_feature_frames(&e->spec, e->samples);
}

/* Floats of a map. */
static inline size_t lince_sound_floats(const lince_sound_encoder *e)
{
    return (size_t)lince_feature_bands(&e->spec) * lince_sound_frames(e);
}

/* clip.c: `samples` of a recording: the middle of a longer one, and silence behind a shorter one; and a map less the means,
 * by the deviations. */
void lince_sound_clip(const lince_wave *wave, size_t samples, float *clip);
void lince_sound_normalise(const lince_sound_encoder *encoder, const float *map, float *x);

/* What the net is given of a normalised map: x as it is, or [frames][bands]. And how many frames a recording of so many
 * samples has, of which no more than a clip's are read. */
void lince_sound_lay(const lince_sound_encoder *encoder, const float *map, float *x);
int32_t lince_sound_length(const lince_sound_encoder *encoder, size_t samples);

/* A sample's file, and what it is called in messages. LINCE_EIO, LINCE_EFORMAT. */
int lince_sound_bytes(lince_dataset *dataset, lince_part part, size_t index, lince_bytes *bytes);
const char *lince_sound_where(const lince_dataset *dataset, lince_part part, size_t index,
                              char where[LINCE_WHERE_MAX]);

/* One number of what a file holds: as it is, whatever is in it decoded to. */
uint64_t lince_sound_content(const lince_bytes *bytes);

/* A sample's recording at the encoder's rate, and what it holds; and that of bytes. Likewise. */
int lince_sound_read(lince_dataset *dataset, lince_part part, size_t index, int rate, lince_wave *wave,
                     uint64_t *content);
int lince_sound_decode(const void *bytes, size_t size, int rate, const char *name, lince_wave *wave);

/* choices.c */
int lince_sounds_check(const lince_settings *settings);
int lince_sounds_prepare(lince_opening *opening);
int lince_sounds_measure(lince_opening *opening);

/* passport.c */
int lince_sounds_write(const void *encoder, lince_passport *passport);
int lince_sounds_read(void *encoder, const lince_weights *weights, const char *path);

/* show.c */
int lince_sounds_show(const void *encoder, const float *x, lince_image *picture);

/* describe.c */
void lince_sounds_describe(const lince_opening *opening, json_t **data);
int lince_sounds_put_info(lince_dataset *dataset, const lince_watch *watch, json_t **info);
void lince_sounds_print_info(const json_t *info, lince_buffer *out);

/* express.c */
lince_onnx_value lince_sounds_express(const void *encoder, lince_onnx *graph, bool raw);
int lince_sounds_try(const void *encoder, int n, bool raw, lince_probe *probe);

/* ask.c: a clip; map, x [floats] and scratch are for what becomes of it. Then a recording's x, and how many frames of it are
 * read. */
typedef struct lince_sound_room {
    float *clip, *map, *x;
    int32_t *token; /* [frames] numbers of them, where they are read in sequence */
    void *scratch;
} lince_sound_room;

int lince_sound_room_make(lince_sound_room *room, const lince_sound_encoder *encoder);
void lince_sound_room_release(lince_sound_room *room);
int32_t lince_sound_hear(const lince_sound_encoder *encoder, const lince_wave *wave, lince_sound_room *room);

int lince_sounds_ask(const lince_asking *asking, const char *path);
int lince_sounds_answer_path(const lince_asking *asking, const char *path, lince_prediction *prediction);
int lince_sounds_answer_bytes(const lince_asking *asking, const void *bytes, size_t size, const char *name,
                              lince_prediction *prediction);

/* many.c */
void lince_sounds_answer_many(const lince_asking *asking, const lince_given *given, int n, int batch,
                              lince_given_answer *outcomes);

#endif
