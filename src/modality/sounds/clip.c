/* From a file to a clip of the encoder's length. */
#include "core/error.h"
#include "core/hash.h"
#include "data/index/layout.h"
#include "modality/sounds/sounds.h"

#include <string.h>

void lince_sound_clip(const lince_wave *wave, size_t samples, float *clip)
{
    size_t skipped = wave->count > samples ? (wave->count - samples) / 2 : 0,
           taken = wave->count < samples ? wave->count : samples;
    memcpy(clip, wave->samples + skipped, taken * sizeof *clip);
    memset(clip + taken, 0, (samples - taken) * sizeof *clip);
}

void lince_sound_normalise(const lince_sound_encoder *e, const float *map, float *x)
{
    size_t bands = (size_t)lince_feature_bands(&e->spec), frames = lince_sound_frames(e);
    for (size_t b = 0; b < bands; b++)
        for (size_t t = 0; t < frames; t++)
            x[b * frames + t] = (map[b * frames + t] - e->mean[b]) / e->deviation[b];
}

void lince_sound_lay(const lince_sound_encoder *e, const float *map, float *x)
{
    size_t bands = (size_t)lince_feature_bands(&e->spec), frames = lince_sound_frames(e);
    if (!e->sequence) memcpy(x, map, bands * frames * sizeof *x);
    for (size_t b = 0; b < bands && e->sequence; b++)
        for (size_t t = 0; t < frames; t++) x[t * bands + b] = map[b * frames + t];
}

int32_t lince_sound_length(const lince_sound_encoder *e, size_t samples)
{
    return (int32_t)lince_feature_frames(&e->spec, samples < e->samples ? samples : e->samples);
}

int lince_sound_decode(const void *bytes, size_t size, int rate, const char *name, lince_wave *wave)
{
    LINCE_TRY(lince_wave_decode(wave, bytes, size, name));
    int code = lince_wave_resample(wave, rate, name);
    if (code) lince_wave_release(wave);
    return code;
}

static const lince_entry *entry_of(const lince_dataset *d, lince_part part, size_t index)
{
    return &d->source.entries[d->parts[part].at[index].entry];
}

const char *lince_sound_where(const lince_dataset *d, lince_part part, size_t index,
                              char where[LINCE_WHERE_MAX])
{
    return lince_source_where(&d->source, entry_of(d, part, index), where);
}

int lince_sound_bytes(lince_dataset *d, lince_part part, size_t index, lince_bytes *bytes)
{
    return lince_source_read(&d->source, entry_of(d, part, index), bytes);
}

uint64_t lince_sound_content(const lince_bytes *bytes)
{
    return lince_hash_content(bytes->data, bytes->size);
}

int lince_sound_read(lince_dataset *d, lince_part part, size_t index, int rate, lince_wave *wave,
                     uint64_t *content)
{
    char where[LINCE_WHERE_MAX];
    lince_bytes bytes;
    *wave = (lince_wave){0};
    LINCE_TRY(lince_sound_bytes(d, part, index, &bytes));
    *content = lince_sound_content(&bytes);
    int code =
        lince_sound_decode(bytes.data, bytes.size, rate, lince_sound_where(d, part, index, where), wave);
    lince_bytes_release(&bytes);
    return code;
}
