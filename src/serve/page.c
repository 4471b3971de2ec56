#include "serve/page.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/sha256.h"
#include "serve/request.h"

#include <string.h>

extern const unsigned char lince_serve_page_html[];
extern const size_t lince_serve_page_html_size;

/* "'sha256-...'" of what stands between two marks. */
static void put_sum(lince_buffer *out, const char *begin, const char *end)
{
    const char *page = (const char *)lince_serve_page_html;
    const char *from = memmem(page, lince_serve_page_html_size, begin, strlen(begin));
    unsigned char sum[SHA256_DIGEST_LENGTH];
    if (!from) return;
    from += strlen(begin);
    const char *to = memmem(from, lince_serve_page_html_size - (size_t)(from - page), end, strlen(end));
    if (!to) return;
    SHA256((const unsigned char *)from, (size_t)(to - from), sum);
    lince_buffer_puts(out, " 'sha256-");
    lince_buffer_base64(out, sum, sizeof sum);
    lince_buffer_puts(out, "'");
}

int lince_page_policy(char **policy)
{
    lince_buffer out = {0};
    lince_buffer_puts(&out, "default-src 'none'; connect-src 'self'; img-src blob: data:; media-src blob:; "
                            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src");
    put_sum(&out, "<script>", "</script>");
    lince_buffer_puts(&out, "; style-src");
    put_sum(&out, "<style>", "</style>");
    *policy = out.data;
    if (!out.error) return 0;
    lince_buffer_release(&out);
    *policy = NULL;
    return LINCE_ENOMEM;
}

int lince_serve_page(lince_request *r, lince_reply *reply)
{
    lince_reply_fixed(reply, "text/html; charset=utf-8", lince_serve_page_html, lince_serve_page_html_size);
    reply->policy = r->server->page_policy;
    return 0;
}
