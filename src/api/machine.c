/* What the library found: the machine, the libraries within, the kernels that were chosen
 * (include/lince/machine.h). */
#include <lince/machine.h>

#include "core/buffer.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "kernels/choices.h"
#include "picture/decode/image.h"

#include <archive.h>
#include <curl/curl.h>
#include <jansson.h>
#include <oneapi/dnnl/dnnl.h>
#include <openssl/crypto.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

static void put_name(lince_buffer *out, const char *what)
{
    lince_buffer_printf(out, "%*s ", lince_field(-12, what), what);
}

static bool is_used(const lince_cpu_mask *mask)
{
    return mask->level == lince_cpu_level() && lince_cpu_has(mask->features);
}

/* The highest name that `holds`. */
static const char *highest_name(bool (*holds)(const lince_cpu_mask *mask))
{
    const lince_cpu_mask *mask;
    const char *name = "?";
    for (size_t i = 0; (mask = lince_cpu_mask_at(i)); i++)
        if (holds(mask)) name = mask->name;
    return name;
}

static void put_machine(lince_buffer *out)
{
    put_name(out, _("processor"));
    lince_buffer_printf(out, "%s\n", lince_cpu_name());
    put_name(out, _("cores"));
    lince_buffer_printf(out, "%d\n", lince_processors());
    put_name(out, _("caches"));
    lince_buffer_printf(out, _("%zu KiB of data, %zu KiB, %zu KiB"), lince_cpu_cache(1) >> 10,
                        lince_cpu_cache(2) >> 10, lince_cpu_cache(3) >> 10);
    lince_buffer_puts(out, "\n");
    put_name(out, _("level"));
    const char *used = highest_name(is_used), *offered = highest_name(lince_cpu_offers);
    if (!strcmp(used, offered))
        lince_buffer_puts(out, used);
    else
        lince_buffer_printf(out, _("%s (the machine has %s)"), used, offered);
    lince_buffer_puts(out, "\n");
}

static void put_libraries(lince_buffer *out)
{
    const dnnl_version_t *dnnl = dnnl_version();
    put_name(out, _("libraries"));
    lince_buffer_printf(out, "oneDNN %d.%d.%d, libpng %s, libzip %s, %s,\n", dnnl->major, dnnl->minor,
                        dnnl->patch, png_get_libpng_ver(NULL), zip_libzip_version(),
                        archive_version_string());
    put_name(out, "");
    lince_buffer_printf(out, "jansson %s, %s, libcurl %s,\n", JANSSON_VERSION,
                        OpenSSL_version(OPENSSL_VERSION), curl_version_info(CURLVERSION_NOW)->version);
    put_name(out, "");
    if (lince_heif_version())
        lince_buffer_printf(out, "libheif %s\n", lince_heif_version());
    else
        lince_buffer_printf(out, "%s\n", _("libheif is missing (Debian: libheif-dev): no HEIC and AVIF"));
}

int lince_machine_describe(char **text)
{
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    lince_buffer out = {0};
    put_machine(&out);
    put_libraries(&out);
    *text = out.data;
    return out.error;
}

int lince_kernels_describe(char **text)
{
    LINCE_NEED(text);
    size_t size;
    *text = NULL;
    FILE *out = open_memstream(text, &size);
    if (!out) return lince_fail(LINCE_ENOMEM, "out of memory");
    int code = lince_choices_print(out);
    fclose(out);
    if (!code) return 0;
    free(*text);
    *text = NULL;
    return code;
}

int lince_kernels_forget(void)
{
    return lince_choices_forget();
}
