/* Samples that are files of pictures. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "data/index/layout.h"
#include "data/source/file_names.h"
#include "picture/decode/codec.h"

int lince_picture_file_read(lince_dataset *dataset, const lince_sample *sample, int least, lince_image *image)
{
    lince_decoding how = dataset->decoding;
    how.least = least;
    const lince_entry *entry = &dataset->source.entries[sample->entry];
    char where[LINCE_WHERE_MAX];
    lince_bytes bytes;
    *image = (lince_image){0};
    LINCE_TRY(lince_source_read(&dataset->source, entry, &bytes));
    int code = lince_image_decode(image, bytes.data, bytes.size, &how,
                                  lince_source_where(&dataset->source, entry, where));
    lince_bytes_release(&bytes);
    return code;
}

/* A header lies in the first bytes, but for a photograph's that begins with a preview. */
int lince_picture_file_measure(lince_dataset *dataset, const lince_sample *sample, lince_picture_head *head)
{
    enum { HEAD = 4096, AT_HAND = 1 << 20 /* for what libtiff and libheif make of it */ };
    lince_source *source = &dataset->source;
    const lince_entry *entry = &source->entries[sample->entry];
    char where[LINCE_WHERE_MAX];
    lince_bytes bytes;
    LINCE_TRY(lince_memory_at_hand(AT_HAND));
    LINCE_TRY(lince_source_peek(source, entry, HEAD, &bytes));
    bool found = lince_image_measure(bytes.data, bytes.size, head);
    lince_bytes_release(&bytes);
    if (found) return 0;
    LINCE_TRY(lince_source_read(source, entry, &bytes));
    found = lince_image_measure(bytes.data, bytes.size, head);
    lince_bytes_release(&bytes);
    return found ? 0
                 : lince_fail(LINCE_EFORMAT, "%s: does not say its size",
                              lince_source_where(source, entry, where));
}

static void release(lince_dataset *dataset)
{
    (void)dataset;
}

static const lince_sample_files pictures = {.plural = N_("pictures"),
                                            .ending = ".png",
                                            .called = lince_has_picture_extension,
                                            .recognised = lince_image_recognised,
                                            .formats = lince_picture_formats};

const lince_layout lince_class_folders = {.takes_rest = true,
                                          .files = &pictures,
                                          .index = lince_class_folders_index,
                                          .read = lince_picture_file_read,
                                          .measure = lince_picture_file_measure,
                                          .release = release};
