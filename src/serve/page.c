#include "serve/page.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/sha256.h"
#include "serve/request.h"

#include <string.h>

/* "'sha256-...'" of what stands between two marks. */
static void put_sum(lince_buffer *out, const char *page, size_t size, const char *begin, const char *end)
{
    const char *from = memmem(page, size, begin, strlen(begin));
    unsigned char sum[SHA256_DIGEST_LENGTH];
    lince_sha256 state;
    if (!from) return;
    from += strlen(begin);
    const char *to = memmem(from, size - (size_t)(from - page), end, strlen(end));
    if (!to) return;
    lince_sha256_begin(&state);
    lince_sha256_add(&state, from, (size_t)(to - from));
    SHA256_Final(sum, &state);
    lince_buffer_puts(out, " 'sha256-");
    lince_buffer_base64(out, sum, sizeof sum);
    lince_buffer_puts(out, "'");
}

int lince_page_policy(const void *page, size_t size, char **policy)
{
    lince_buffer out = {0};
    lince_buffer_puts(&out,
                      "default-src 'none'; connect-src 'self'; img-src 'self' blob: data:; media-src blob:; "
                      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src");
    put_sum(&out, page, size, "<script>", "</script>");
    lince_buffer_puts(&out, "; style-src");
    put_sum(&out, page, size, "<style>", "</style>");
    *policy = out.data;
    if (!out.error) return 0;
    lince_buffer_release(&out);
    *policy = NULL;
    return LINCE_ENOMEM;
}

int lince_serve_page(lince_request *r, lince_reply *reply)
{
    const lince_server *s = r->server;
    lince_reply_fixed(reply, "text/html; charset=utf-8", s->page, s->page_size);
    reply->policy = s->page_policy;
    return 0;
}
