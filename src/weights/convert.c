/* lince_convert: a weights file in another format. */
#include <lince/describe.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "weights/safetensors.h"
#include "weights/torch.h"

#include <string.h>
#include <strings.h>

typedef int writer(const char *path, const lince_tensor *tensors, size_t count,
                   const lince_metadata *metadata, size_t metadata_count);

static const struct {
    const char *ending;
    writer *write;
} formats[] = {
    {".safetensors", lince_safetensors_write},
    {".pth", lince_torch_write},
    {".pt", lince_torch_write},
    {".th", lince_torch_write},
};

static writer *writer_for(const char *path)
{
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < sizeof formats / sizeof *formats; i++)
        if (!strcasecmp(ending, formats[i].ending)) return formats[i].write;
    lince_fail(LINCE_EUSAGE, "%s: the ending says the format: expected .safetensors, .pth, .pt or .th", path);
    return NULL;
}

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
    LINCE_PLAIN_LOCALE;
    lince_weights *w;
    lince_metadata *metadata = NULL;
    size_t metadata_count = 0, bytes = 0;
    *text = NULL;
    writer *write = writer_for(out);
    if (!write) return LINCE_EUSAGE;
    LINCE_TRY(lince_weights_open(&w, in));
    size_t count = lince_weights_count(w);
    int code = copy_metadata(w, &metadata, &metadata_count);
    if (!code) code = write(out, count ? lince_weights_at(w, 0) : NULL, count, metadata, metadata_count);
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
