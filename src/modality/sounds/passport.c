/* What weights say of the recordings that they expect. */
#include "core/error.h"
#include "core/json.h"
#include "modality/recurrent.h"
#include "modality/sounds/sounds.h"

#include <math.h>
#include <string.h>

static json_t *numbers(const float *v, int n)
{
    json_t *array = json_array();
    for (int i = 0; i < n; i++) lince_json_add(&array, lince_json_real((double)v[i]));
    return array;
}

int lince_sounds_write(const void *encoder, lince_passport *passport)
{
    const lince_sound_encoder *e = encoder;
    const lince_feature_spec *s = &e->spec;
    int bands = lince_feature_bands(s);
    char *text;
    json_t *json =
        lince_json_pack("{s:i, s:I, s:i, s:i, s:i, s:i, s:i, s:f, s:s, s:s, s:o, s:o}", "rate", s->rate,
                        "samples", (json_int_t)e->samples, "fft", s->fft, "hop", s->hop, "mels", s->mels,
                        "coefficients", s->coefficients, "power", s->power, "top_db", s->top_db, "mel",
                        s->scale->name, "window", s->taper->name, "mean", numbers(e->mean, bands),
                        "deviation", numbers(e->deviation, bands));
    lince_json_put(&json, "sequence", json_boolean(e->sequence));
    LINCE_TRY(lince_json_text(json, JSON_COMPACT | JSON_REAL_PRECISION(9), &text));
    LINCE_TRY(lince_passport_take(passport, "lince.sound", text));
    return e->sequence ? lince_recurrent_write(&e->net, passport) : 0;
}

static int whole(const json_t *json, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(json, key));
    return value < 0 || value > LINCE_WAVE_MOST ? 0 : (int)value;
}

static bool read_numbers(const json_t *array, float *v, int n)
{
    bool finite = json_array_size(array) == (size_t)n;
    for (int i = 0; i < n && finite; i++) {
        v[i] = (float)json_number_value(json_array_get(array, (size_t)i));
        finite = isfinite(v[i]);
    }
    return finite;
}

static bool read_all(lince_sound_encoder *e, const json_t *json)
{
    const char *scale = json_string_value(json_object_get(json, "mel")),
               *taper = json_string_value(json_object_get(json, "window"));
    lince_feature_spec *s = &e->spec;
    *s = (lince_feature_spec){.rate = whole(json, "rate"),
                              .fft = whole(json, "fft"),
                              .hop = whole(json, "hop"),
                              .mels = whole(json, "mels"),
                              .coefficients = whole(json, "coefficients"),
                              .power = whole(json, "power"),
                              .top_db = json_number_value(json_object_get(json, "top_db")),
                              .scale = scale ? lince_mel_scale_named(scale) : NULL,
                              .taper = taper ? lince_taper_named(taper) : NULL};
    e->samples = (size_t)whole(json, "samples");
    if (!s->scale || !s->taper || !e->samples || s->rate < LINCE_RATE_LEAST || s->rate > LINCE_RATE_MOST ||
        s->power < 1 || s->power > 2 || !(s->top_db >= 0) || lince_feature_spec_check(s))
        return false;
    int bands = lince_feature_bands(s);
    bool all = read_numbers(json_object_get(json, "mean"), e->mean, bands) &&
               read_numbers(json_object_get(json, "deviation"), e->deviation, bands);
    for (int b = 0; b < bands && all; b++) all = e->deviation[b] > 0;
    return all;
}

int lince_sounds_read(void *encoder, const lince_weights *weights, const char *path)
{
    lince_sound_encoder *e = encoder;
    const char *text = lince_weights_metadata(weights, "lince.sound");
    json_t *json;
    int code = lince_json_parse(text, strlen(text), 0, &json, NULL);
    if (code == LINCE_ENOMEM) return code;
    bool whole_of_it = !code && read_all(e, json);
    e->sequence = json_is_true(json_object_get(json, "sequence"));
    json_decref(json);
    if (!whole_of_it) return lince_fail(LINCE_EDATA, "%s: its metadata 'lince.sound' are damaged", path);
    if (e->sequence) LINCE_TRY(lince_recurrent_read(&e->net, weights, path));
    e->net.max_tokens = (int)lince_sound_frames(e);
    return lince_sound_features_new(&e->features, &e->spec);
}
