/* lince_model_predict_all: all that a path leads to. */
#include "core/error.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "data/source/source.h"
#include "picture/decode/codec.h"
#include "train/ask/model_internal.h"

#include <string.h>

int lince_answer(const lince_asking *a, const char *input, int code, lince_prediction *p)
{
    code = a->tell(a->context, input, code, p);
    if (p) lince_prediction_release(p);
    return code;
}

static int ask_bytes(const lince_asking *a, const char *name, int code, const lince_bytes *bytes)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    if (!code) code = lince_model_predict_named(a->model, bytes->data, bytes->size, name, &p);
    return lince_answer(a, name, code, &p);
}

static int ask_path(const lince_asking *a, const char *path)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    if (lince_source_holds_files(path)) return lince_ask_pictures(a, path);
    return lince_answer(a, path, lince_model_predict_path(a->model, path, &p), &p);
}

/* A path a line; one that leads nowhere is an answer, too. */
static int ask_listed(const lince_asking *a, char *list)
{
    int code = 0;
    for (char *line; !code && (line = strsep(&list, "\n"));) {
        line[strcspn(line, "\r")] = '\0';
        if (!*line) continue;
        code = ask_path(a, line);
        if (code < 0) code = a->tell(a->context, line, code, NULL);
    }
    return code;
}

/* A picture, or paths. */
static int ask_stdin(const lince_asking *a)
{
    lince_bytes bytes;
    LINCE_TRY(lince_image_read_stdin(&bytes));
    bool picture = lince_image_recognised(bytes.data, bytes.size),
         paths = bytes.size && !memchr(bytes.data, '\0', bytes.size);
    char *list = paths ? lince_strndup((const char *)bytes.data, bytes.size) : NULL;
    int code = picture          ? ask_bytes(a, "-", 0, &bytes)
               : paths && !list ? LINCE_ENOMEM
               : paths          ? ask_listed(a, list)
                                : lince_fail(LINCE_EFORMAT, "standard input: expected a picture, or paths of "
                                                                     "pictures, one a line");
    lince_free(list);
    lince_bytes_release(&bytes);
    return code;
}

int lince_model_predict_all(lince_model *model, const char *path, lince_answer_fn tell, void *context)
{
    LINCE_PLAIN_LOCALE;
    lince_asking a = {model, tell, context};
    if (lince_model_is_text(model)) return lince_ask_texts(&a, path);
    return strcmp(path, "-") ? ask_path(&a, path) : ask_stdin(&a);
}
