/* What recordings call themselves, and begin with. */
#include "sound/wave.h"

#include <sndfile.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name, *endings[4];
    int format; /* of libsndfile, which may be built without it */
    const char *magic;
    int at; /* and where, once more: */
    const char *kind;
} formats[] = {
    {"WAV", {".wav", ".wave"}, SF_FORMAT_WAV, "RIFF", 8, "WAVE"},
    {"FLAC", {".flac"}, SF_FORMAT_FLAC, "fLaC", 0, ""},
    {"Ogg", {".ogg", ".oga", ".opus"}, SF_FORMAT_OGG, "OggS", 0, ""},
    {"MP3", {".mp3"}, SF_FORMAT_MPEG, "ID3", 0, ""},
    {"AIFF", {".aiff", ".aif", ".aifc"}, SF_FORMAT_AIFF, "FORM", 8, "AIF"},
    {"AU", {".au", ".snd"}, SF_FORMAT_AU, ".snd", 0, ""},
    {"CAF", {".caf"}, SF_FORMAT_CAF, "caff", 0, ""},
};

enum { FORMATS = sizeof formats / sizeof *formats, ENDINGS = 4 };

bool lince_ends_wave_name(const char *ending)
{
    for (size_t i = 0; i < FORMATS; i++)
        for (size_t k = 0; k < ENDINGS && formats[i].endings[k]; k++)
            if (!strcasecmp(ending, formats[i].endings[k])) return true;
    return false;
}

/* A frame of MPEG audio, layer III: eleven bits that are set, and no reserved rate. */
static bool is_mpeg_frame(const uint8_t *b, size_t size)
{
    return size >= 4 && b[0] == 0xff && (b[1] & 0xe0) == 0xe0 && (b[1] & 0x06) == 0x02 &&
           (b[1] & 0x18) != 0x08 && (b[2] & 0xf0) != 0xf0 && (b[2] & 0x0c) != 0x0c;
}

static bool begins(const uint8_t *bytes, size_t size, size_t at, const char *with)
{
    size_t n = strlen(with);
    return size >= at + n && !memcmp(bytes + at, with, n);
}

bool lince_wave_recognised(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (begins(bytes, size, 0, formats[i].magic) &&
            begins(bytes, size, (size_t)formats[i].at, formats[i].kind))
            return true;
    return is_mpeg_frame(bytes, size);
}

static bool is_built(int format)
{
    int count = 0;
    sf_command(NULL, SFC_GET_FORMAT_MAJOR_COUNT, &count, sizeof count);
    for (int i = 0; i < count; i++) {
        SF_FORMAT_INFO info = {.format = i};
        sf_command(NULL, SFC_GET_FORMAT_MAJOR, &info, sizeof info);
        if ((info.format & SF_FORMAT_TYPEMASK) == format) return true;
    }
    return false;
}

const char *lince_wave_formats(char out[LINCE_WAVE_FORMATS])
{
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < FORMATS; i++)
        if (is_built(formats[i].format))
            used += (size_t)snprintf(out + used, LINCE_WAVE_FORMATS - used, "%s%s", used ? ", " : "",
                                     formats[i].name);
    return out;
}
