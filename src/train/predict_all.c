/* lince_model_predict_all: every picture that a path leads to, or every text of a file. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "data/codec.h"
#include "train/model_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct asking {
    lince_model *model;
    lince_answer_fn tell;
    void *context;
} asking;

static int pass_on(const asking *a, const char *input, int code, lince_prediction *p)
{
    code = a->tell(a->context, input, code, p);
    lince_prediction_release(p);
    return code;
}

/* --- texts ---------------------------------------------------------------------------------------- */

static int ask_lines(const asking *a, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    int code = 0;
    while (!code && (length = getline(&line, &capacity, file)) >= 0) {
        lince_prediction p;
        while (length > 0 && strchr("\r\n", line[length - 1])) line[--length] = '\0';
        if (length) code = pass_on(a, line, lince_model_predict_text(a->model, line, &p), &p);
    }
    free(line);
    return code;
}

static int ask_texts(const asking *a, const char *path)
{
    if (!strcmp(path, "-")) return ask_lines(a, stdin);
    FILE *file = fopen(path, "rbe");
    if (!file) return lince_fail(LINCE_EIO, "%s: cannot read: %s", path, strerror(errno));
    int code = ask_lines(a, file);
    fclose(file);
    return code;
}

/* --- pictures ------------------------------------------------------------------------------------- */

static int ask_bytes(const asking *a, const char *name, int code, const lince_bytes *bytes)
{
    lince_prediction p = {0};
    if (!code) code = lince_model_predict_named(a->model, bytes->data, bytes->size, name, &p);
    return pass_on(a, name, code, &p);
}

static bool is_archive(const char *path)
{
    unsigned char head[264] = {0};
    FILE *file = fopen(path, "rbe");
    size_t size = file ? fread(head, 1, sizeof head, file) : 0;
    if (file) fclose(file);
    return size == sizeof head && (!memcmp(head, "PK\3\4", 4) || !memcmp(head, "\37\213", 2) ||
                                   !memcmp(head, "\3757zXZ", 6) || !memcmp(head + 257, "ustar", 5));
}

static int ask_path(const asking *a, const char *path)
{
    struct stat status;
    if (!stat(path, &status) && (S_ISDIR(status.st_mode) || is_archive(path)))
        return lince_model_predict_source(a->model, path, a->tell, a->context);
    lince_prediction p;
    return pass_on(a, path, lince_model_predict_file(a->model, path, &p), &p);
}

/* A path a line; one that leads nowhere is an answer, too. */
static int ask_listed(const asking *a, char *list)
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
static int ask_stdin(const asking *a)
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
    asking a = {model, tell, context};
    if (lince_model_is_text(model)) return ask_texts(&a, path);
    return strcmp(path, "-") ? ask_path(&a, path) : ask_stdin(&a);
}
