/* Samples that are recordings: class folders, or tables beside them. */
#include "core/i18n.h"
#include "data/index/layout.h"
#include "data/source/file_names.h"
#include "sound/wave.h"

#include <string.h>

static bool is_called(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && lince_ends_wave_name(dot);
}

/* More recordings than pictures. */
static int recognise(lince_source *source)
{
    size_t recordings = 0, pictures = 0;
    for (size_t i = 0; i < source->count; i++) {
        const lince_entry *entry = &source->entries[i];
        recordings += !entry->folder && is_called(entry->name);
        pictures += !entry->folder && lince_has_picture_extension(entry->name);
    }
    return recordings > pictures;
}

static void release(lince_dataset *dataset)
{
    (void)dataset;
}

static const lince_sample_files recordings = {.plural = N_("recordings"),
                                              .ending = ".wav",
                                              .called = is_called,
                                              .recognised = lince_wave_recognised,
                                              .formats = lince_wave_formats};

const lince_layout lince_sound_folders = {
    .recognise = recognise, .files = &recordings, .index = lince_class_folders_index, .release = release};
