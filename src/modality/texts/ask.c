/* All the texts that a path leads to: a text a line, of standard input, of a file, or of all files of a folder or an
 * archive. */
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "data/source/source.h"
#include "data/source/table_formats.h"
#include "data/source/unpack.h"
#include "modality/texts/texts.h"
#include "picture/decode/image.h"
#include "settings/reading.h"
#include "text/encoding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- one text ------------------------------------------------------------------------------------- */

int lince_texts_check(const char *text, size_t size)
{
    char why[256];
    const char *nul = memchr(text, '\0', size);
    size_t at = lince_utf8_check(text, size);
    if (nul)
        return lince_fail(LINCE_EFORMAT, "text: a NUL byte at offset %zu; a text holds none",
                          (size_t)(nul - text));
    if (at == size) return 0;
    lince_utf8_explain(text, size, at, why, sizeof why);
    return lince_fail(LINCE_EFORMAT, "text: %s", why);
}

void lince_texts_count(const lince_encoder *words, const lince_encoded *seen, lince_prediction *p)
{
    size_t most = (size_t)words->options.max_tokens;
    p->words = seen->words;
    p->read = seen->words < most ? seen->words : most;
    p->unknown = seen->unknown;
}

/* With tokens [max_tokens] as scratch. */
static int answer_tokens(const lince_asking *a, const char *text, int32_t *tokens, lince_prediction *p)
{
    lince_encoder *words = &lince_text_encoder_of(a->encoder)->words;
    lince_encoded seen;
    int32_t length = lince_encode(words, text, tokens, &seen);
    if (length < 0) return length;
    lince_input input = {.token = tokens, .length = &length, .steps = length};
    LINCE_TRY(a->answer(a->model, &input, 1, 1, p));
    lince_texts_count(words, &seen, p);
    return 0;
}

int lince_texts_answer(const lince_asking *a, const char *text, size_t size, lince_prediction *prediction)
{
    LINCE_TRY(lince_texts_check(text, size));
    int32_t *tokens =
        lince_alloc((size_t)lince_text_encoder_of(a->encoder)->words.options.max_tokens, sizeof *tokens);
    if (!tokens) return LINCE_ENOMEM;
    int code = answer_tokens(a, text, tokens, prediction);
    lince_free(tokens);
    return code;
}

/* --- many ----------------------------------------------------------------------------------------- */

/* Lines are UTF-8, whatever the table was that the model learned from. */
static const char *encoding(const lince_asking *a)
{
    return a->said.encoding ? a->settings->encoding : "utf-8";
}

/* Without its end; how many bytes are left. */
static size_t end_line(char *line, size_t size)
{
    while (size > 0 && (line[size - 1] == '\r' || line[size - 1] == '\n')) size--;
    line[size] = '\0';
    return size;
}

/* The answer to a line, or its error; NULs in it are shown as blanks. */
static int tell_line(const lince_asking *a, int code, const char *where, size_t number, char *line,
                     size_t size, lince_prediction *p)
{
    if (code) {
        char place[LINCE_WHERE_MAX + 64];
        snprintf(place, sizeof place, _("%s, line %zu"), where, number);
        lince_fail_in(code, place);
    }
    for (size_t i = 0; i < size; i++)
        if (!line[i]) line[i] = ' ';
    return lince_answer(a, line, code, p);
}

/* A line in UTF-8, or the error of making it so. */
static int ask_line(const lince_asking *a, int code, const char *where, size_t number, char *line,
                    size_t size)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    size = end_line(line, size);
    if (!code) code = lince_texts_answer(a, line, size, &p);
    return tell_line(a, code, where, number, line, size, &p);
}

/* As they come. */
static int ask_stdin(const lince_asking *a)
{
    char *line = NULL, *text;
    size_t capacity = 0, number = 0, size, length;
    int code = 0;
    while (!code && !(code = lince_line_read(stdin, &line, &capacity, &length))) {
        int decoded = lince_decode(line, length, encoding(a), &text, &size);
        code = decoded ? ask_line(a, decoded, _("standard input"), ++number, line, length)
                       : ask_line(a, 0, _("standard input"), ++number, text, size);
        lince_free(text);
    }
    lince_free(line);
    return code < 0 ? lince_fail_in(code, _("standard input")) : 0;
}

enum { LINES_TOGETHER = 32 };

/* Lines of a file that are answered together. */
typedef struct lines {
    char *line[LINES_TOGETHER];
    size_t size[LINES_TOGETHER], before; /* lines before the first */
    int count;
} lines;

static int ask_together(const lince_asking *a, const char *where, lines *l)
{
    lince_given given[LINES_TOGETHER] = {{.size = 0}};
    lince_given_answer outcomes[LINES_TOGETHER];
    int code = 0;
    for (int i = 0; i < l->count; i++) {
        l->size[i] = end_line(l->line[i], l->size[i]);
        given[i] = lince_given_text(l->line[i], l->size[i]);
        outcomes[i] = (lince_given_answer)LINCE_GIVEN_ANSWER_INIT;
    }
    lince_texts_answer_many(a, given, l->count, LINES_TOGETHER, outcomes);
    for (int i = 0; i < l->count; i++) {
        lince_given_answer *o = &outcomes[i];
        if (!code)
            code = tell_line(a, lince_given_failure(o), where, l->before + (size_t)i + 1, l->line[i],
                             l->size[i], &o->prediction);
        lince_given_answer_release(o);
    }
    l->before += (size_t)l->count;
    l->count = 0;
    return code;
}

/* The lines that are left; a single one by the net for one. */
static int ask_rest(const lince_asking *a, const char *where, lines *l)
{
    if (l->count == 1 && !l->before) return ask_line(a, 0, where, 1, l->line[0], l->size[0]);
    return l->count ? ask_together(a, where, l) : 0;
}

/* Every line of a file; its last one need not end. */
static int ask_lines(const lince_asking *a, const char *where, const void *bytes, size_t count)
{
    char *text, *end;
    size_t size;
    lines l = {.count = 0};
    int code = lince_decode(bytes, count, encoding(a), &text, &size);
    if (code) return lince_fail_in(code, where);
    for (size_t at = 0; !code && at < size; at = (size_t)(end - text) + 1) {
        end = memchr(text + at, '\n', size - at);
        if (!end) end = text + size;
        l.line[l.count] = text + at;
        l.size[l.count++] = (size_t)(end - text) - at;
        if (l.count == LINES_TOGETHER) code = ask_together(a, where, &l);
    }
    if (!code) code = ask_rest(a, where, &l);
    lince_free(text);
    return code;
}

/* A file's content, packed or not. */
static int ask_content(const lince_asking *a, const char *where, const lince_bytes *packed)
{
    lince_bytes bytes;
    lince_bounds bounds = lince_within_settings(a->settings, NULL).bounds;
    int code = lince_bytes_unpack(packed, &bounds, &bytes);
    if (code) return lince_fail_in(code, where);
    code = lince_is_table_name(where) ? lince_texts_ask_table(a, where, bytes.data, bytes.size)
                                      : ask_lines(a, where, bytes.data, bytes.size);
    lince_bytes_release(&bytes);
    return code;
}

static int ask_entry(const lince_asking *a, lince_source *source, const lince_entry *entry)
{
    char where[LINCE_WHERE_MAX];
    lince_bytes bytes;
    lince_source_where(source, entry, where);
    int code = lince_source_read(source, entry, &bytes);
    if (!code && !lince_is_packed(bytes.data, bytes.size) && !lince_looks_like_text(bytes.data, bytes.size)) {
        const char *found = lince_looks_like(bytes.data, bytes.size);
        code = lince_fail(LINCE_EFORMAT, "%s: expected texts, one a line; this is %s", where,
                          !bytes.size ? _("an empty file")
                          : found     ? found
                                      : _("something else"));
    }
    if (!code) code = ask_content(a, where, &bytes);
    lince_bytes_release(&bytes);
    return code < 0 ? lince_answer(a, where, code, NULL) : code;
}

static int ask_source(const lince_asking *a, const char *path)
{
    lince_source source;
    size_t files = 0;
    lince_within within = lince_within_settings(a->settings, a->observer);
    LINCE_TRY(lince_source_open(&source, path, &within));
    lince_share own = lince_group_share(a->group, source.count);
    int code = 0;
    for (size_t i = 0; !code && i < source.count; i++) {
        if (source.entries[i].folder) continue;
        files++;
        if (i - own.begin < own.count) code = ask_entry(a, &source, &source.entries[i]);
    }
    if (!code && !files) code = lince_fail(LINCE_EDATA, "%s: no files in it", path);
    lince_source_close(&source);
    return code;
}

int lince_texts_ask(const lince_asking *a, const char *path)
{
    enum { LARGEST = 1 << 30 };
    char *content;
    lince_bytes bytes = {0};
    if (!strcmp(path, "-")) return ask_stdin(a);
    if (lince_source_holds_files(path)) return ask_source(a, path);
    LINCE_TRY(lince_file_read(path, LARGEST, &content, &bytes.size));
    bytes.data = bytes.owned = (uint8_t *)content;
    int code = bytes.size ? ask_content(a, path, &bytes)
                          : lince_fail(LINCE_EFORMAT,
                                       "%s: the file is empty (0 bytes); expected texts, one a line", path);
    lince_bytes_release(&bytes);
    return code;
}
