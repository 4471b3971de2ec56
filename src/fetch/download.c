#include "fetch/download.h"
#include "core/error.h"
#include "core/i18n.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <lince/version.h>
#include <stdbool.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 30, USUAL_STALL = 30, USUAL_PATIENCE = 3, REDIRECTIONS = 10 };

/* One attempt. */
typedef struct attempt {
    const lince_download *d;
    CURL *curl;
    uint64_t begin;       /* byte asked for: what there was before */
    uint64_t have;        /* bytes in the file now */
    uint64_t range_begin; /* as the server says it */
    uint64_t total;       /* of the whole file, as the server says it; 0: it does not */
    bool started;         /* the first byte of a body that is wanted has come */
    int failure;          /* a code, with the message set, from a callback */
} attempt;

static int stall_seconds(const lince_download *d)
{
    return d->stall_seconds > 0 ? d->stall_seconds : USUAL_STALL;
}

/* --- what the server says ------------------------------------------------------------------------- */

/* "Content-Range: bytes 100-199/200" */
static size_t take_header(char *line, size_t size, size_t count, void *context)
{
    static const char name[] = "content-range:";
    attempt *a = context;
    char text[128];
    size_t length = size * count;
    snprintf(text, sizeof text, "%.*s", (int)(length < 127 ? length : 127), line);
    if (!strncasecmp(text, name, sizeof name - 1)) {
        uint64_t begin = 0, end, total = 0;
        int found =
            sscanf(text + sizeof name - 1, " bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64, &begin, &end, &total);
        a->range_begin = found >= 2 ? begin : UINT64_MAX;
        a->total = found == 3 ? total : 0;
    }
    if (!strncasecmp(text, "HTTP/", 5)) a->range_begin = UINT64_MAX, a->total = 0; /* behind a redirection */
    return length;
}

static int check_total(attempt *a)
{
    const lince_download *d = a->d;
    double about = d->mebibytes * 0x1p20;
    if (!a->total) return 0;
    if (d->bytes ? a->total == d->bytes
                 : !about || ((double)a->total > 0.98 * about && (double)a->total < 1.02 * about))
        return 0;
    return lince_fail(LINCE_EDATA, "%s: the server offers %zu bytes; expected %s%zu", d->address, a->total,
                      d->bytes ? "" : _("about "), d->bytes ? d->bytes : (uint64_t)about);
}

/* What there is cannot be used. */
static int start_again(attempt *a)
{
    a->begin = a->have = 0;
    return lince_part_cut(a->d->part, 0);
}

/* The first byte: is it the one that was asked for? */
static int start_body(attempt *a)
{
    long status = 0;
    curl_off_t length = -1;
    curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(a->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    a->started = true;
    if (status == 206 && a->range_begin != a->begin)
        return lince_fail(LINCE_EDATA, "%s: the server sends another part than byte %zu and what follows",
                          a->d->address, (size_t)a->begin);
    bool whole = status == 200; /* it knows no ranges; a file: address does */
    if (whole && a->begin) LINCE_TRY(start_again(a));
    if (!a->total && length > 0) a->total = (uint64_t)length + a->begin;
    return check_total(a);
}

/* Of a file whose length nobody says, no more than is asked for. */
static int check_length(const attempt *a, uint64_t have)
{
    const lince_download *d = a->d;
    uint64_t told = d->bytes ? d->bytes : a->total ? a->total : (uint64_t)(1.02 * d->mebibytes * 0x1p20);
    if (told && have > told)
        return lince_fail(LINCE_EDATA, "%s: the server sends more than the %zu bytes that are expected",
                          d->address, (size_t)told);
    if (!told && have > d->most)
        return lince_fail(LINCE_EDATA,
                          "%s: more than %zu bytes, and the server does not say how many there are; "
                          "--max-mb takes more",
                          d->address, (size_t)d->most);
    return 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    attempt *a = context;
    size_t length = size * count;
    long status = 0;
    curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300) return length; /* an error's page */
    if (!a->started && (a->failure = start_body(a))) return 0;
    if ((a->failure = check_length(a, a->have + length))) return 0;
    for (size_t at = 0; at < length;) {
        ssize_t wrote = write(a->d->part->fd, bytes + at, length - at);
        if (wrote < 0 && errno != EINTR) {
            a->failure = lince_fail(LINCE_EIO, "%s: cannot write: %s", a->d->part->path, lince_reason(errno));
            return 0;
        }
        at += wrote > 0 ? (size_t)wrote : 0;
    }
    a->have += length;
    return length;
}

static bool stopped(const lince_download *d)
{
    return d->observer && d->observer->stop && *d->observer->stop;
}

static int tell_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                         curl_off_t up_now)
{
    const attempt *a = context;
    const lince_observer *o = a->d->observer;
    (void)total, (void)now, (void)up_total, (void)up_now;
    lince_progress progress = {.size = sizeof progress,
                               .phase = LINCE_FETCHING,
                               .step = a->have,
                               .steps = a->d->bytes ? a->d->bytes : a->total,
                               .eta = -1};
    if (o && o->progress) o->progress(o->context, &progress);
    return stopped(a->d);
}

/* --- an attempt ----------------------------------------------------------------------------------- */

static void set_options(attempt *a, char error[CURL_ERROR_SIZE])
{
    const lince_download *d = a->d;
    CURL *c = a->curl;
    curl_easy_setopt(c, CURLOPT_URL, d->address);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https,file");
    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(c, CURLOPT_MAXREDIRS, (long)REDIRECTIONS);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)stall_seconds(d));
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "lince/" LINCE_VERSION);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, a);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, tell_progress);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, a);
    /* CURLOPT_RESUME_FROM would fail where the server has no ranges; this lets take_body decide. */
    char range[32];
    snprintf(range, sizeof range, "%" PRIu64 "-", a->begin);
    if (a->begin) curl_easy_setopt(c, CURLOPT_RANGE, range);
}

/* What an attempt came to: 0 all is there, 1 to be tried again, or a code. */
static int judge(attempt *a, CURLcode result, const char *error)
{
    const lince_download *d = a->d;
    long status = 0;
    curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
    if (a->failure) return a->failure;
    if (result == CURLE_ABORTED_BY_CALLBACK)
        return a->have ? lince_fail(LINCE_EINTERRUPTED,
                                    "%s: interrupted; %zu bytes are kept in %s, and the same command goes on "
                                    "from there",
                                    d->address, (size_t)a->have, d->part->path)
                       : lince_fail(LINCE_EINTERRUPTED, "%s: interrupted", d->address);
    if (!result &&
        status == 416) { /* no such part: the file that is offered is no longer than what there is */
        if (!a->begin) return lince_fail(LINCE_EDATA, "%s: the server answers HTTP %ld", d->address, status);
        LINCE_TRY(start_again(a));
        return 1;
    }
    if (!result && status >= 300)
        return status >= 500
                   ? (lince_fail(LINCE_EIO, "%s: the server answers HTTP %ld", d->address, status), 1)
                   : lince_fail(LINCE_EIO, "%s: the server answers HTTP %ld", d->address, status);
    uint64_t wanted = d->bytes ? d->bytes : a->total;
    if (!result && (!wanted || a->have == wanted)) return 0;
    const char *why = !result ? _("the transfer ended early") : *error ? error : curl_easy_strerror(result);
    const char *hint = result == CURLE_COULDNT_RESOLVE_HOST || result == CURLE_COULDNT_CONNECT
                           ? _(" (is there a network? --url-base names a mirror)")
                           : "";
    if (a->have)
        lince_fail(LINCE_EIO, "%s: %s%s; %zu bytes are kept in %s, and the same command goes on from there",
                   d->address, why, hint, (size_t)a->have, d->part->path);
    else
        lince_fail(LINCE_EIO, "%s: %s%s", d->address, why, hint);
    switch (result) {
    case CURLE_OK:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING: return 1;
    default: return LINCE_EIO;
    }
}

/* `have`: bytes in the file before and after. */
static int attempt_once(const lince_download *d, uint64_t *have)
{
    char error[CURL_ERROR_SIZE] = "";
    attempt a = {.d = d, .curl = curl_easy_init(), .begin = *have, .have = *have, .range_begin = UINT64_MAX};
    if (!a.curl) return lince_fail(LINCE_ENOMEM, "%s: out of memory", d->address);
    set_options(&a, error);
    CURLcode result = curl_easy_perform(a.curl);
    int code = judge(&a, result, error);
    curl_easy_cleanup(a.curl);
    *have = a.have;
    return code;
}

/* --- several -------------------------------------------------------------------------------------- */

/* After each attempt that brought nothing, longer each time: a tenth of the patience for a silent server. In
 * small steps: a signal is answered at once. */
static void wait_for(const lince_download *d, int idle)
{
    for (int i = 0; i < idle * stall_seconds(d) && !stopped(d); i++) usleep(100000);
}

static int attempt_all(const lince_download *d, uint64_t have)
{
    int patience = d->patience > 0 ? d->patience : USUAL_PATIENCE, code = 1;
    if (d->bytes && have == d->bytes) return 0;
    for (int idle = 0; code == 1 && idle < patience;) {
        uint64_t before = have;
        if (idle) wait_for(d, idle);
        code = attempt_once(d, &have);
        idle = have > before ? 0 : idle + 1;
    }
    return code == 1 ? LINCE_EIO : code;
}

int lince_download_run(const lince_download *d)
{
    uint64_t have;
    LINCE_TRY(lince_part_size(d->part, &have));
    if (d->bytes && have > d->bytes) have = 0;
    LINCE_TRY(lince_part_cut(d->part, have));
    return attempt_all(d, have);
}
