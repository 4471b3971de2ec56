/* lince_convert: a weights file in another format. */
#include <lince/describe.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "weights/formats/format.h"

/* The file's pairs, and "format": "pt", which the readers of safetensors files for PyTorch ask for. */
static int copy_metadata(const lince_weights *w, lince_metadata **metadata, size_t *count)
{
    for (*count = 0; lince_weights_metadata_at(w, *count);) ++*count;
    if (!(*metadata = lince_alloc(*count + 1, sizeof **metadata))) return LINCE_ENOMEM;
    for (size_t i = 0; i < *count; i++) (*metadata)[i] = *lince_weights_metadata_at(w, i);
    if (!lince_weights_metadata(w, "format")) (*metadata)[(*count)++] = (lince_metadata){"format", "pt"};
    return 0;
}

int lince_convert(const char *in, const char *out, char **text)
{
    LINCE_NEED(in);
    LINCE_NEED(out);
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    lince_weights *w;
    lince_metadata *metadata = NULL;
    size_t metadata_count = 0, bytes = 0;
    *text = NULL;
    const lince_weights_format *format = lince_weights_format_for(out);
    if (!format) return LINCE_EUSAGE;
    LINCE_TRY(lince_weights_open(&w, in));
    size_t count = lince_weights_count(w);
    int code = copy_metadata(w, &metadata, &metadata_count);
    if (!code)
        code = format->write(out, count ? lince_weights_at(w, 0) : NULL, count, metadata, metadata_count);
    for (size_t i = 0; i < count; i++) bytes += lince_weights_at(w, i)->bytes;
    lince_buffer said = {0};
    lince_buffer_puts(&said, lince_weights_notes(w));
    lince_buffer_printf(&said, _("%s: tensors: %zu; bytes of data: %zu\n"), out, count, bytes);
    lince_free(metadata);
    lince_weights_free(w);
    *text = code ? NULL : said.data;
    if (code) lince_buffer_release(&said);
    return code ? code : said.error;
}
