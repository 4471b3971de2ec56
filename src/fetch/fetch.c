/* lince_fetch: from a name to a verified file. */
#include <lince/fetch.h>

#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/nearest.h"
#include "core/plain_locale.h"
#include "core/sha256.h"
#include "core/sized.h"
#include "fetch/download.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const uint64_t USUAL_MOST = (uint64_t)4 << 30;

typedef struct fetching {
    const lince_fetch_options *options;
    const lince_observer *observer;
    lince_fetchable wanted;
    char address[LINCE_PATH_MAX], path[LINCE_PATH_MAX];
} fetching;

static void note(const fetching *f, const char *format, ...)
{
    char text[2 * LINCE_PATH_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (f->observer && f->observer->note) f->observer->note(f->observer->context, text);
}

/* --- what and where to ---------------------------------------------------------------------------- */

static bool is_address(const char *what)
{
    static const char *const schemes[] = {"http://", "https://", "file://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (!strncasecmp(what, schemes[i], strlen(schemes[i]))) return true;
    return false;
}

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    const lince_fetchable *f = lince_fetchable_at(index);
    return f ? f->name : NULL;
}

static int find_name(fetching *f)
{
    const char *what = f->options->what;
    for (size_t i = 0; lince_fetchable_at(i); i++)
        if (!strcmp(lince_fetchable_at(i)->name, what)) {
            f->wanted = *lince_fetchable_at(i);
            return 0;
        }
    const char *nearest = lince_nearest(what, name_at, NULL);
    if (nearest) return lince_fail(LINCE_EUSAGE, "%s: not known; did you mean %s?", what, nearest);
    return lince_fail(LINCE_EUSAGE, "%s: not known; 'lince fetch' lists what is", what);
}

static int use_address(fetching *f)
{
    const char *digits = f->options->sha256;
    size_t count = digits ? strspn(digits, "0123456789abcdef") : 0;
    if (!digits || digits[count] || count < 8 || count > LINCE_SHA256_DIGITS)
        return lince_fail(LINCE_EUSAGE,
                          "--sha256: an address needs 8 to 64 hexadecimal digits to verify it by");
    f->wanted = (lince_fetchable){.name = f->options->what, .address = f->options->what, .sha256 = digits};
    return 0;
}

/* Address and paths; the file's name is the last part of the address. */
static int plan(fetching *f)
{
    const lince_fetch_options *o = f->options;
    LINCE_TRY(is_address(o->what) ? use_address(f) : find_name(f));
    const char *name = strrchr(f->wanted.address, '/') + 1;
    size_t length = strcspn(name, "?#"), base = o->url_base ? strlen(o->url_base) : 0;
    char file[256];
    if (!length || length >= sizeof file || name[0] == '.')
        return lince_fail(LINCE_EUSAGE, "%s: the address does not end with a file's name", f->wanted.address);
    snprintf(file, sizeof file, "%.*s", (int)length, name);
    while (base && o->url_base[base - 1] == '/') base--;
    int n = base ? snprintf(f->address, sizeof f->address, "%.*s/%s", (int)base, o->url_base, name)
                 : snprintf(f->address, sizeof f->address, "%s", f->wanted.address);
    if ((size_t)n >= sizeof f->address) return lince_fail(LINCE_EUSAGE, "--url-base: too long");
    if (base && !is_address(f->address))
        return lince_fail(LINCE_EUSAGE, "--url-base %s: expected http://, https:// or file://", o->url_base);
    const char *folder = o->folder ? o->folder : ".";
    LINCE_TRY(lince_make_folder(folder));
    LINCE_TRY(lince_path_join(f->path, folder, file));
    if (!strncmp(f->path, "./", 2) && !o->folder) memmove(f->path, f->path + 2, strlen(f->path) - 1);
    return 0;
}

/* --- verifying ------------------------------------------------------------------------------------ */

/* 0: it is what was wanted; 1: it is not, and `found` has its sum. */
static int verify(const fetching *f, const char *path, char found[LINCE_SHA256_DIGITS + 1])
{
    LINCE_TRY(lince_sha256_file(path, f->observer ? f->observer->stop : NULL, found));
    return strncmp(found, f->wanted.sha256, strlen(f->wanted.sha256)) != 0;
}

static void tell_verified(const fetching *f)
{
    size_t digits = strlen(f->wanted.sha256);
    if (digits == LINCE_SHA256_DIGITS)
        note(f, _("%s: its SHA-256 is the expected one"), f->path);
    else
        note(f, _("%s: its SHA-256 begins with the expected %s; only these %zu digits are known"), f->path,
             f->wanted.sha256, digits);
}

/* 1: there is nothing yet. */
static int look_for_file(const fetching *f)
{
    char found[LINCE_SHA256_DIGITS + 1];
    if (lince_file_is_missing(f->path)) return 1;
    int other = verify(f, f->path, found);
    if (other <= 0) return other;
    return lince_fail(
        LINCE_EDATA,
        "%s: is there already, and is something else: its SHA-256 is %s, expected %s%s; move it away, or "
        "choose another folder with --to",
        f->path, found, f->wanted.sha256, strlen(f->wanted.sha256) < LINCE_SHA256_DIGITS ? "..." : "");
}

/* --- fetching ------------------------------------------------------------------------------------- */

/* Downloads and verifies. What was begun earlier may belong to another file: then once more, from the first
 * byte. 1: what came is not what was wanted. */
static int download(const fetching *f, const lince_part *part)
{
    lince_download d = {.address = f->address,
                        .part = part,
                        .bytes = f->wanted.bytes,
                        .mebibytes = f->wanted.mebibytes,
                        .most = f->options->most_bytes ? f->options->most_bytes : USUAL_MOST,
                        .stall_seconds = f->options->stall_seconds,
                        .patience = f->options->patience,
                        .observer = f->observer};
    char found[LINCE_SHA256_DIGITS + 1];
    uint64_t begun;
    LINCE_TRY(lince_part_size(part, &begun));
    if (begun && !verify(f, part->path, found)) return 0; /* all had come when it was interrupted */
    for (;; begun = 0) {
        LINCE_TRY(lince_download_run(&d));
        int other = verify(f, part->path, found);
        if (other <= 0) return other;
        if (!begun) break;
        note(f, _("%s: what was begun earlier belongs to another file; once more from the start"), f->path);
        LINCE_TRY(lince_part_cut(part, 0));
    }
    lince_fail(LINCE_EDATA, "%s: not what was expected: its SHA-256 is %s, expected %s%s; it was not kept",
               f->address, found, f->wanted.sha256,
               strlen(f->wanted.sha256) < LINCE_SHA256_DIGITS ? "..." : "");
    return 1;
}

/* Another process may have brought the file before this one came to its turn. */
static int bring(const fetching *f)
{
    lince_part part;
    LINCE_TRY(lince_part_open(&part, f->path));
    int code = look_for_file(f), other = 0;
    if (code == 1) {
        note(f, _("from %s"), f->address);
        code = other = download(f, &part);
        if (!code) code = lince_part_finish(&part);
    }
    lince_part_close(&part, other == 1);
    return code == 1 ? LINCE_EDATA : code;
}

static int fetch(const fetching *f)
{
    int missing = look_for_file(f);
    LINCE_TRY(missing ? missing < 0 ? missing : bring(f) : 0);
    tell_verified(f);
    return 0;
}

int lince_fetch(const lince_fetch_options *options, const lince_observer *observer, char *path, size_t size)
{
    LINCE_NEED(path);
    LINCE_PLAIN_LOCALE;
    lince_fetch_options own = LINCE_FETCH_OPTIONS_INIT;
    lince_observer heard = LINCE_OBSERVER_INIT;
    LINCE_TRY(lince_sized_read(&own, options, "lince_fetch_options"));
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    if (!own.what) return lince_fail(LINCE_EUSAGE, "fetch: a name or an address is missing");
    fetching f = {.options = &own, .observer = &heard};
    LINCE_TRY(plan(&f));
    if (curl_global_init(CURL_GLOBAL_DEFAULT)) return lince_fail(LINCE_ENOMEM, "libcurl cannot start");
    int code = fetch(&f);
    curl_global_cleanup();
    if (!code) snprintf(path, size, "%s", f.path);
    return code;
}
