#include "cli.h"
#include "core/cpu.h"
#include "core/i18n.h"
#include "core/names.h"
#include "core/parallel.h"
#include "data/image.h"

#include <archive.h>
#include <curl/curl.h>
#include <jansson.h>
#include <oneapi/dnnl/dnnl.h>
#include <openssl/crypto.h>
#include <png.h>
#include <stdio.h>
#include <zip.h>

static void line(const char *what, const char *value)
{
    printf("%*s %s\n", lince_field(-12, what), what, value);
}

static void machine(void)
{
    char text[160];
    line(_("processor"), lince_cpu_name());
    snprintf(text, sizeof text, "%d", lince_processors());
    line(_("cores"), text);
    snprintf(text, sizeof text, _("%zu KiB of data, %zu KiB, %zu KiB"), lince_cpu_cache(1) >> 10,
             lince_cpu_cache(2) >> 10, lince_cpu_cache(3) >> 10);
    line(_("caches"), text);
    if (lince_cpu_level() == lince_cpu_highest())
        snprintf(text, sizeof text, "%s", lince_level_name(lince_cpu_level()));
    else
        snprintf(text, sizeof text, _("%s (the machine has %s)"), lince_level_name(lince_cpu_level()),
                 lince_level_name(lince_cpu_highest()));
    line(_("level"), text);
}

static void libraries(void)
{
    char text[160];
    const dnnl_version_t *dnnl = dnnl_version();
    snprintf(text, sizeof text, "oneDNN %d.%d.%d, libpng %s, libzip %s, %s,", dnnl->major, dnnl->minor,
             dnnl->patch, png_get_libpng_ver(NULL), zip_libzip_version(), archive_version_string());
    line(_("libraries"), text);
    snprintf(text, sizeof text, "jansson %s, %s, libcurl %s,", JANSSON_VERSION,
             OpenSSL_version(OPENSSL_VERSION), curl_version_info(CURLVERSION_NOW)->version);
    line("", text);
    snprintf(text, sizeof text, "libheif %s", lince_heif_version() ? lince_heif_version() : "");
    line("", lince_heif_version() ? text : _("libheif is missing (Debian: libheif-dev): no HEIC and AVIF"));
}

int cmd_version(int argc, char **argv)
{
    const char *positional[16];
    bool help = false, verbose = false;
    const option_spec specs[] = {
        {"verbose", NULL, N_("the processor, its caches and level, and the libraries"), NULL, &verbose},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    int count,
        code = argc > 16 ? cli_too_many(argv[0]) : cli_parse(argc, argv, specs, NULL, positional, &count);
    if (code) return cli_fail(code);
    if (help) return cli_usage("version", specs);
    printf("lince %s\n", LINCE_VERSION);
    if (verbose) machine(), libraries();
    return EXIT_DONE;
}
