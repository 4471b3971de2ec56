/* Recordings as an ONNX graph takes them: their maps, normalised (lince.sound of the metadata says how they are made). */
#include "core/error.h"
#include "core/memory.h"
#include "modality/sounds/sounds.h"

static const char about[] = "normalised features of recordings, made as lince.sound of the metadata says";

lince_onnx_value lince_sounds_express(const void *encoder, lince_onnx *g, bool raw)
{
    const lince_sound_encoder *e = encoder;
    int64_t bands = lince_feature_bands(&e->spec), frames = (int64_t)lince_sound_frames(e);
    const lince_onnx_dim batch = {.name = "batch"};
    (void)raw;
    if (!e->sequence)
        return lince_onnx_input(g, "input", about, LINCE_ONNX_FLOAT, 4,
                                (lince_onnx_dim[]){batch, {.size = 1}, {.size = bands}, {.size = frames}});
    lince_onnx_value x = lince_onnx_input(g, "input", about, LINCE_ONNX_FLOAT, 3,
                                          (lince_onnx_dim[]){batch, {.name = "steps"}, {.size = bands}});
    lince_onnx_set_lengths(g, lince_onnx_input(g, "lengths", "frames of each recording", LINCE_ONNX_INT64, 1,
                                               &batch));
    return x;
}

/* Each frame is looked up by its own number (layers/frames.c). */
static int sequences(lince_probe *probe, int n, int steps, lince_random *random)
{
    probe->steps = steps;
    probe->token = lince_alloc((size_t)n * (size_t)steps, sizeof *probe->token);
    probe->length = lince_alloc((size_t)n, sizeof *probe->length);
    int64_t *lengths = lince_probe_add(probe, "lengths", LINCE_ONNX_INT64, 1, &(int64_t){n});
    if (!probe->token || !probe->length || !lengths) return LINCE_ENOMEM;
    for (int i = 0; i < n * steps; i++) probe->token[i] = i;
    for (int i = 0; i < n; i++)
        lengths[i] = probe->length[i] = i ? 1 + (int32_t)lince_random_below(random, (uint32_t)steps) : steps;
    return 0;
}

int lince_sounds_try(const void *encoder, int n, bool raw, lince_probe *probe)
{
    const lince_sound_encoder *e = encoder;
    int bands = lince_feature_bands(&e->spec), frames = (int)lince_sound_frames(e);
    size_t count = (size_t)n * lince_sound_floats(e);
    lince_random random = lince_random_at(lince_key(1, LINCE_STREAM_SYNTH, 0, 0));
    (void)raw;
    probe->n = n;
    probe->x = lince_alloc(count, sizeof *probe->x);
    float *x = e->sequence
                   ? lince_probe_add(probe, "input", LINCE_ONNX_FLOAT, 3, (int64_t[]){n, frames, bands})
                   : lince_probe_add(probe, "input", LINCE_ONNX_FLOAT, 4, (int64_t[]){n, 1, bands, frames});
    if (!probe->x || !x) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++) x[i] = probe->x[i] = lince_random_normal(&random);
    return e->sequence ? sequences(probe, n, frames, &random) : 0;
}
