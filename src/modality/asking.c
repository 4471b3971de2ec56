#include "modality/asking.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/sized.h"

#include <string.h>

int lince_answer(const lince_asking *a, const char *input, int code, lince_prediction *p)
{
    code = a->tell(a->context, input, code, p);
    if (p) lince_prediction_release(p);
    return code;
}

static int ask_listed(const lince_asking *a, const lince_asked_input *input, char *list)
{
    int code = 0;
    for (char *line; !code && (line = strsep(&list, "\n"));) {
        line[strcspn(line, "\r")] = '\0';
        if (!*line) continue;
        code = input->path(a, line);
        if (code < 0) code = a->tell(a->context, line, code, NULL);
    }
    return code;
}

int lince_ask_stdin(const lince_asking *a, const lince_asked_input *input)
{
    lince_bytes bytes;
    LINCE_TRY(lince_image_read_stdin(&bytes));
    bool is_one = input->recognised(bytes.data, bytes.size),
         paths = !is_one && bytes.size && !memchr(bytes.data, '\0', bytes.size);
    char *list = paths ? lince_strndup((const char *)bytes.data, bytes.size) : NULL;
    int code = is_one           ? input->one(a, "-", 0, &bytes)
               : paths && !list ? LINCE_ENOMEM
               : paths          ? ask_listed(a, input, list)
                                : lince_fail(LINCE_EFORMAT, "%s", _(input->expected));
    lince_free(list);
    lince_bytes_release(&bytes);
    return code;
}

void lince_prediction_release(lince_prediction *prediction)
{
    lince_prediction none = LINCE_PREDICTION_INIT;
    if (!prediction) return;
    lince_free(prediction->probability);
    lince_sized_write(prediction, &none);
}
