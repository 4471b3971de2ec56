/* Samples that are files of pictures. */
#include "core/error.h"
#include "data/index/layout.h"
#include "picture/decode/image.h"

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
    enum { HEAD = 4096 };
    lince_source *source = &dataset->source;
    const lince_entry *entry = &source->entries[sample->entry];
    char where[LINCE_WHERE_MAX];
    lince_bytes bytes;
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
