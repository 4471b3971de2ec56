#include "sound/wave.h"
#include "core/error.h"
#include "core/memory.h"

#include <math.h>
#include <sndfile.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* --- libsndfile, reading memory ------------------------------------------------------------------- */

typedef struct memory {
    const uint8_t *bytes;
    sf_count_t size, at;
} memory;

static sf_count_t get_size(void *context)
{
    return ((memory *)context)->size;
}

static sf_count_t tell(void *context)
{
    return ((memory *)context)->at;
}

static sf_count_t seek(sf_count_t offset, int whence, void *context)
{
    memory *m = context;
    sf_count_t from = whence == SEEK_CUR ? m->at : whence == SEEK_END ? m->size : 0, to;
    if (__builtin_add_overflow(from, offset, &to) || to < 0 || to > m->size) return -1;
    return m->at = to;
}

static sf_count_t read_some(void *out, sf_count_t count, void *context)
{
    memory *m = context;
    sf_count_t left = m->size - m->at;
    if (count > left) count = left;
    if (count <= 0) return 0;
    memcpy(out, m->bytes + m->at, (size_t)count);
    m->at += count;
    return count;
}

static SF_VIRTUAL_IO io = {.get_filelen = get_size, .seek = seek, .read = read_some, .tell = tell};

/* A RIFF file says in its header how long it is; programs that write into a pipe say 0 or the most there is. */
static bool is_cut(const uint8_t *b, size_t size)
{
    if (size < 12 || memcmp(b, "RIFF", 4) != 0) return false;
    uint32_t claimed = b[4] | (uint32_t)b[5] << 8 | (uint32_t)b[6] << 16 | (uint32_t)b[7] << 24;
    return claimed && claimed < UINT32_MAX - 256 && (uint64_t)claimed + 8 > size;
}

static int fail_cut(const char *name)
{
    return lince_fail(LINCE_EFORMAT, "%s: truncated: it ends before the recording that its header announces",
                      name);
}

/* libsndfile (1.2) writes where an allocation of its own gave nothing. */
enum { AT_HAND = 4 << 20 };

static int open_sound(SNDFILE **file, SF_INFO *info, memory *m, const void *bytes, size_t size,
                      const char *name)
{
    char formats[LINCE_WAVE_FORMATS];
    *m = (memory){.bytes = bytes, .size = (sf_count_t)size};
    *info = (SF_INFO){0};
    if (!lince_wave_recognised(bytes, size))
        return lince_fail(LINCE_EFORMAT, "%s: not a recording that is read (%s)", name,
                          lince_wave_formats(formats));
    if (is_cut(bytes, size)) return fail_cut(name);
    LINCE_TRY(lince_memory_at_hand(AT_HAND));
    if (!(*file = sf_open_virtual(&io, SFM_READ, info, m)))
        return lince_fail(LINCE_EFORMAT, "%s: not a recording that can be read: %s", name, sf_strerror(NULL));
    if (info->samplerate >= LINCE_RATE_LEAST && info->samplerate <= LINCE_RATE_MOST && info->channels > 0)
        return 0;
    sf_close(*file);
    return lince_fail(LINCE_EFORMAT, "%s: expected %d to %d samples a second, found %d", name,
                      LINCE_RATE_LEAST, LINCE_RATE_MOST, info->samplerate);
}

/* --- decoding ------------------------------------------------------------------------------------- */

enum { PIECE = 1 << 14 /* numbers, of all channels, that are read at a time */ };

/* The mean of the channels. */
static void mix(const float *frames, size_t n, size_t channels, float *out)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t c = 0; c < channels; c++) sum += (double)frames[i * channels + c];
        out[i] = (float)(sum / (double)channels);
    }
}

/* What a header claims is not believed: memory grows with what there is. */
static int read_all(lince_wave *wave, SNDFILE *file, const SF_INFO *info, const char *name)
{
    float piece[PIECE];
    size_t channels = (size_t)info->channels, capacity = 0;
    sf_count_t got;
    while ((got = sf_readf_float(file, piece, (sf_count_t)(PIECE / channels))) > 0) {
        size_t n = (size_t)got;
        if (wave->count + n > LINCE_WAVE_MOST)
            return lince_fail(LINCE_EFORMAT, "%s: too long; samples at most: %d", name, LINCE_WAVE_MOST);
        LINCE_TRY(lince_grow(&wave->samples, &capacity, wave->count + n, sizeof *wave->samples));
        mix(piece, n, channels, wave->samples + wave->count);
        wave->count += n;
    }
    if (sf_error(file)) return lince_fail(LINCE_EFORMAT, "%s: damaged: %s", name, sf_strerror(file));
    return 0;
}

static int check(const lince_wave *wave, const SF_INFO *info, const char *name)
{
    if (!wave->count) return lince_fail(LINCE_EFORMAT, "%s: there is no sound in it", name);
    if ((sf_count_t)wave->count < info->frames && info->frames < SF_COUNT_MAX) return fail_cut(name);
    for (size_t i = 0; i < wave->count; i++)
        if (!isfinite(wave->samples[i]))
            return lince_fail(LINCE_EFORMAT, "%s: sample %zu is no finite number", name, i);
    return 0;
}

int lince_wave_decode(lince_wave *wave, const void *bytes, size_t size, const char *name)
{
    SNDFILE *file;
    SF_INFO info;
    memory m;
    *wave = (lince_wave){0};
    LINCE_TRY(open_sound(&file, &info, &m, bytes, size, name));
    wave->rate = info.samplerate;
    int code = info.channels <= PIECE
                   ? read_all(wave, file, &info, name)
                   : lince_fail(LINCE_EFORMAT, "%s: too many channels: %d", name, info.channels);
    sf_close(file);
    if (!code) code = check(wave, &info, name);
    if (code) lince_wave_release(wave);
    return code;
}

int lince_wave_measure(lince_wave_head *head, const void *bytes, size_t size, const char *name)
{
    SNDFILE *file;
    SF_INFO info;
    memory m;
    LINCE_TRY(open_sound(&file, &info, &m, bytes, size, name));
    *head = (lince_wave_head){(double)info.frames / info.samplerate, info.samplerate, info.channels};
    sf_close(file);
    return 0;
}

void lince_wave_release(lince_wave *wave)
{
    lince_free(wave->samples);
    *wave = (lince_wave){0};
}

/* --- writing -------------------------------------------------------------------------------------- */

static void put_number(lince_buffer *out, uint32_t value, int bytes)
{
    char b[4];
    for (int i = 0; i < bytes; i++) b[i] = (char)(value >> (8 * i) & 255);
    lince_buffer_put(out, b, (size_t)bytes);
}

void lince_wave_encode(lince_buffer *out, const float *samples, size_t count, int rate)
{
    enum { PCM = 1, CHANNELS = 1, BYTES = 2, HEADER = 36 };
    uint32_t size = (uint32_t)(count * BYTES), hz = (uint32_t)rate;
    lince_buffer_puts(out, "RIFF");
    put_number(out, HEADER + size, 4);
    lince_buffer_puts(out, "WAVEfmt ");
    put_number(out, 16, 4);
    put_number(out, PCM, 2);
    put_number(out, CHANNELS, 2);
    put_number(out, hz, 4);
    put_number(out, hz * BYTES, 4);
    put_number(out, BYTES, 2);
    put_number(out, 8 * BYTES, 2);
    lince_buffer_puts(out, "data");
    put_number(out, size, 4);
    for (size_t i = 0; i < count; i++) {
        float x = fminf(fmaxf(samples[i], -1), 1) * 32767;
        put_number(out, (uint16_t)(int16_t)lrintf(x), BYTES);
    }
}
