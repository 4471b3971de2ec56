#include "data/source/file_names.h"

#include "core/i18n.h"
#include "data/source/table_formats.h"
#include "picture/decode/image.h"
#include "sound/wave.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool lince_has_picture_extension(const char *name)
{
    /* Pictures that are not read are named, and not passed over. */
    static const char *const unread[] = {".jp2", ".jxl", ".dcm"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof unread / sizeof *unread; i++)
        if (!strcasecmp(dot, unread[i])) return true;
    return dot && lince_ends_picture_name(dot);
}

bool lince_names_sample(const char *name)
{
    const char *dot = strrchr(name, '.');
    return lince_has_picture_extension(name) || lince_is_table_name(name) ||
           (dot && lince_ends_wave_name(dot));
}

enum { KINDS = 64, SHOWN = 5, LONGEST = 12 };

typedef struct kind {
    char extension[LONGEST + 1]; /* "" : none */
    size_t count;
} kind;

static void extension_of(const char *path, char out[LONGEST + 1])
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    size_t n = 0;
    for (; dot && dot > name && dot[n] && n < LONGEST; n++) out[n] = (char)tolower((unsigned char)dot[n]);
    out[n] = '\0';
}

static void count_one(kind *kinds, size_t *used, const char *path)
{
    char extension[LONGEST + 1];
    size_t i = 0;
    extension_of(path, extension);
    while (i < *used && strcmp(kinds[i].extension, extension) != 0) i++;
    if (i == KINDS) return;
    if (i == *used) snprintf(kinds[(*used)++].extension, sizeof kinds[i].extension, "%s", extension);
    kinds[i].count++;
}

const char *lince_files_listed(const lince_source *source, char *out, size_t size)
{
    kind kinds[KINDS] = {0};
    size_t used = 0, written = 0;
    for (size_t i = 0; i < source->count; i++)
        if (!source->entries[i].folder) count_one(kinds, &used, source->entries[i].name);
    snprintf(out, size, "%s", _("nothing"));
    for (int shown = 0; shown < SHOWN && written < size; shown++) {
        kind *most = &kinds[0];
        for (size_t i = 1; i < used; i++)
            if (kinds[i].count > most->count) most = &kinds[i];
        if (!most->count) break;
        written += (size_t)snprintf(out + written, size - written, "%s%zu %s", shown ? ", " : "", most->count,
                                    *most->extension ? most->extension : "(-)");
        most->count = 0;
    }
    return out;
}
