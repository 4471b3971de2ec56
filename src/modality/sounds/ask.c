/* All the recordings that a path leads to: one, those of a list, or every one of a folder or an archive. */
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/tell.h"
#include "data/source/file_names.h"
#include "data/source/source.h"
#include "modality/sounds/sounds.h"
#include "picture/decode/image.h"
#include "settings/reading.h"

#include <stdio.h>
#include <string.h>

/* --- one ------------------------------------------------------------------------------------------ */

int lince_sound_room_make(lince_sound_room *r, const lince_sound_encoder *e)
{
    size_t floats = lince_sound_floats(e), frames = lince_sound_frames(e);
    *r = (lince_sound_room){.clip = lince_alloc(e->samples, sizeof(float)),
                            .map = lince_alloc(floats, sizeof(float)),
                            .x = lince_alloc(floats, sizeof(float)),
                            .token = lince_alloc(frames, sizeof(int32_t)),
                            .scratch = lince_alloc(lince_sound_features_scratch(e->features, frames), 1)};
    for (size_t i = 0; r->token && i < frames; i++) r->token[i] = (int32_t)i;
    return r->clip && r->map && r->x && r->token && r->scratch ? 0 : LINCE_ENOMEM;
}

void lince_sound_room_release(lince_sound_room *r)
{
    lince_free(r->clip);
    lince_free(r->map);
    lince_free(r->x);
    lince_free(r->token);
    lince_free(r->scratch);
}

int32_t lince_sound_hear(const lince_sound_encoder *e, const lince_wave *wave, lince_sound_room *r)
{
    lince_sound_clip(wave, e->samples, r->clip);
    lince_sound_features_compute(e->features, r->clip, e->samples, r->scratch, r->map);
    lince_sound_normalise(e, r->map, r->map);
    lince_sound_lay(e, r->map, r->x);
    return lince_sound_length(e, wave->count);
}

static int answer_wave(const lince_asking *a, const lince_wave *wave, lince_sound_room *r,
                       lince_prediction *p)
{
    const lince_sound_encoder *e = a->encoder;
    int32_t length = lince_sound_hear(e, wave, r);
    lince_input input = {.x = r->x};
    if (e->sequence) input.token = r->token, input.length = &length, input.steps = (int)lince_sound_frames(e);
    return a->answer(a->model, &input, 1, 1, p);
}

int lince_sounds_answer_bytes(const lince_asking *a, const void *bytes, size_t size, const char *name,
                              lince_prediction *prediction)
{
    const lince_sound_encoder *e = a->encoder;
    lince_wave wave;
    lince_sound_room r;
    LINCE_TRY(lince_sound_decode(bytes, size, e->spec.rate, name, &wave));
    int code = lince_sound_room_make(&r, e);
    if (!code) code = answer_wave(a, &wave, &r, prediction);
    lince_sound_room_release(&r);
    lince_wave_release(&wave);
    return code;
}

/* A whole file, within the bound of one. */
static int read_file(const lince_asking *a, const char *path, lince_bytes *bytes)
{
    char *content;
    *bytes = (lince_bytes){0};
    LINCE_TRY(
        lince_file_read(path, lince_within_settings(a->settings, NULL).bounds.file, &content, &bytes->size));
    bytes->data = bytes->owned = (uint8_t *)content;
    return 0;
}

int lince_sounds_answer_path(const lince_asking *a, const char *path, lince_prediction *prediction)
{
    lince_bytes bytes;
    LINCE_TRY(read_file(a, path, &bytes));
    int code = lince_sounds_answer_bytes(a, bytes.data, bytes.size, path, prediction);
    lince_bytes_release(&bytes);
    return code;
}

/* --- a long one, window by window ----------------------------------------------------------------- */

/* Windows begin every `hop` seconds, as long as they are whole; one that is longer than the recording is padded. */
static int ask_windows(const lince_asking *a, const lince_wave *wave, const char *name, lince_sound_room *r)
{
    const lince_sound_encoder *e = a->encoder;
    double hop = e->hop > 0 ? e->hop : e->window;
    size_t size = (size_t)(e->window * wave->rate), step = (size_t)(hop * wave->rate), last = wave->count;
    if (last > size) last -= size - 1; /* a window that begins here would be cut */
    int code = 0;
    for (size_t at = 0; !code && at < last; at += step) {
        lince_prediction p = LINCE_PREDICTION_INIT;
        char place[LINCE_WHERE_MAX + 64];
        size_t left = wave->count - at;
        lince_wave window = {.samples = wave->samples + at,
                             .count = left < size ? left : size,
                             .rate = wave->rate};
        snprintf(place, sizeof place, _("%s, %.2f s"), name, (double)at / wave->rate);
        code = lince_answer(a, place, answer_wave(a, &window, r, &p), &p);
    }
    return code;
}

static int ask_bytes(const lince_asking *a, const char *name, int code, const lince_bytes *bytes)
{
    const lince_sound_encoder *e = a->encoder;
    lince_prediction p = LINCE_PREDICTION_INIT;
    lince_wave wave = {0};
    lince_sound_room r = {0};
    if (!code) code = lince_sound_decode(bytes->data, bytes->size, e->spec.rate, name, &wave);
    if (!code) code = lince_sound_room_make(&r, e);
    if (!code && e->window > 0)
        code = ask_windows(a, &wave, name, &r);
    else
        code = lince_answer(a, name, code ? code : answer_wave(a, &wave, &r, &p), &p);
    lince_sound_room_release(&r);
    lince_wave_release(&wave);
    return code;
}

/* --- many ----------------------------------------------------------------------------------------- */

static bool is_recording(lince_source *source, const lince_entry *entry)
{
    enum { HEAD = 64 };
    const char *dot = strrchr(entry->name, '.');
    lince_bytes head = {0};
    if (entry->folder) return false;
    if (dot && lince_ends_wave_name(dot)) return true;
    bool is = !lince_source_peek(source, entry, HEAD, &head) && lince_wave_recognised(head.data, head.size);
    lince_bytes_release(&head);
    return is;
}

static int ask_entry(const lince_asking *a, lince_source *source, const lince_entry *entry)
{
    char where[LINCE_WHERE_MAX];
    lince_bytes bytes = {0};
    int code = lince_source_read(source, entry, &bytes);
    code = ask_bytes(a, lince_source_where(source, entry, where), code, &bytes);
    lince_bytes_release(&bytes);
    return code;
}

static int ask_source(const lince_asking *a, const char *path)
{
    lince_source source;
    char files[256], formats[LINCE_WAVE_FORMATS];
    size_t count = 0, passed = 0;
    const char *first = NULL;
    lince_within within = lince_within_settings(a->settings, a->observer);
    LINCE_TRY(lince_source_open(&source, path, &within));
    lince_share own = lince_group_share(a->group, source.count);
    int code = 0;
    for (size_t i = 0; !code && i < source.count; i++) {
        const lince_entry *entry = &source.entries[i];
        bool asked = is_recording(&source, entry);
        count += asked;
        if (asked && i - own.begin < own.count)
            code = ask_entry(a, &source, entry);
        else if (!asked && !entry->folder && !passed++)
            first = entry->name;
    }
    if (!code && !count)
        code = lince_fail(LINCE_EDATA, "%s: no recordings that are read (%s) in it, but %s", path,
                          lince_wave_formats(formats), lince_files_listed(&source, files, sizeof files));
    if (!code && passed && !a->group->rank)
        lince_warn(a->observer, _("%s: files that are no recordings were passed over: %zu, the first: %s"),
                   path, passed, first);
    lince_source_close(&source);
    return code;
}

static int ask_path(const lince_asking *a, const char *path)
{
    lince_bytes bytes;
    if (lince_source_holds_files(path)) return ask_source(a, path);
    int code = ask_bytes(a, path, read_file(a, path, &bytes), &bytes);
    lince_bytes_release(&bytes);
    return code;
}

int lince_sounds_ask(const lince_asking *a, const char *path)
{
    static const lince_asked_input input = {
        .recognised = lince_wave_recognised,
        .one = ask_bytes,
        .path = ask_path,
        .expected = N_("standard input: expected a recording, or paths of recordings, one a line")};
    return strcmp(path, "-") ? ask_path(a, path) : lince_ask_stdin(a, &input);
}
