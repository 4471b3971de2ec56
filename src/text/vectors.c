#include "text/vectors.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/number.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reading {
    const char *path;
    const lince_vocabulary *vocabulary;
    size_t width;
    float *table;
    bool *filled; /* [vocabulary->size] */
    size_t line, found;
    bool header; /* the first line was "words width" */
} reading;

/* How files begin that are packed. */
static const struct {
    const char *magic, *name, *unpack;
} packed[] = {{"\x1f\x8b", "gzip", "gunzip"},
              {"BZh", "bzip2", "bunzip2"},
              {"\xfd"
               "7zXZ",
               "xz", "unxz"},
              {"\x28\xb5\x2f\xfd", "zstd", "unzstd"},
              {"PK\x03\x04", "zip", "unzip"}};

static int refuse_packed(const reading *r, const char *line, size_t length)
{
    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++)
        if (length >= strlen(packed[i].magic) && !memcmp(line, packed[i].magic, strlen(packed[i].magic)))
            return lince_fail(LINCE_EFORMAT, "%s: packed by %s; unpack it first: %s %s", r->path,
                              packed[i].name, packed[i].unpack, r->path);
    return 0;
}

/* Fields that blanks separate. */
static size_t count_fields(const char *line)
{
    size_t count = 0;
    for (; *(line += strspn(line, " \t")); line += strcspn(line, " \t")) count++;
    return count;
}

/* Where the last `count` fields begin; NULL: there are fewer, or nothing stands before them. */
static char *last_fields(char *line, size_t length, size_t count)
{
    char *at = line + length;
    while (count--) {
        while (at > line && (at[-1] == ' ' || at[-1] == '\t')) at--;
        while (at > line && at[-1] != ' ' && at[-1] != '\t') at--;
    }
    return at > line ? at : NULL;
}

static int bad_line(const reading *r)
{
    return lince_fail(LINCE_EFORMAT, "%s:%zu: expected a word and %zu numbers", r->path, r->line, r->width);
}

/* A text holds no NUL; word2vec's files have such a header, and raw numbers behind it. */
static int refuse_nul(const reading *r)
{
    if (!r->header) return bad_line(r);
    return lince_fail(
        LINCE_EFORMAT,
        "%s: vectors in binary, as word2vec writes them; expected text: a word and its numbers a "
        "line, as save_word2vec_format(..., binary=False) of gensim writes them",
        r->path);
}

static int read_numbers(const reading *r, const char *text, float *out)
{
    for (size_t i = 0; i < r->width; i++) {
        double value;
        text += strspn(text, " \t");
        const char *end = lince_number_read(text, &value);
        if (end == text || !isfinite((float)value) || (*end && !strchr(" \t", *end))) return bad_line(r);
        out[i] = (float)value;
        text = end;
    }
    return 0;
}

static int take_line(reading *r, char *line, size_t length)
{
    char *numbers = last_fields(line, length, r->width), *end = numbers;
    if (!numbers) return bad_line(r);
    while (end > line && (end[-1] == ' ' || end[-1] == '\t')) end--;
    *end = '\0';
    int32_t word = lince_vocabulary_find(r->vocabulary, line);
    if (word < LINCE_FIRST_WORD || r->filled[word]) return 0;
    LINCE_TRY(read_numbers(r, numbers, r->table + (size_t)word * r->width));
    r->filled[word] = true;
    r->found++;
    return 0;
}

/* "400000 300", which fastText's files begin with. */
static bool is_header(const char *line, size_t *width)
{
    unsigned long words, numbers;
    int end = 0;
    if (sscanf(line, "%lu %lu %n", &words, &numbers, &end) != 2 || line[end]) return false;
    *width = numbers;
    return true;
}

/* What the first line tells of the width; 1 where it is a header. */
static int check_width(const reading *r, const char *line)
{
    size_t width = count_fields(line);
    bool header = width == 2 && is_header(line, &width);
    if (!header && width) width--;
    if (header ? width == r->width : width >= r->width && width <= r->width + 8) return header;
    return lince_fail(LINCE_EUSAGE, "%s: vectors of %zu numbers; --embedding is %zu and must be the same",
                      r->path, width, r->width);
}

/* Takes away a byte order mark; the length that is left. */
static size_t skip_mark(char *line, size_t length)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t size = sizeof mark - 1;
    if (length < size || memcmp(line, mark, size) != 0) return length;
    memmove(line, line + size, length - size + 1);
    return length - size;
}

static int read_lines(reading *r, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    int code = 0;
    while (!code && (length = getline(&line, &capacity, file)) >= 0) {
        while (length > 0 && memchr("\r\n \t", line[length - 1], 4)) line[--length] = '\0';
        bool first = !r->line++;
        if (first) code = refuse_packed(r, line, (size_t)length);
        if (!code && memchr(line, 0, (size_t)length)) code = refuse_nul(r);
        if (code) break;
        if (first) length = (ssize_t)skip_mark(line, (size_t)length);
        int header = first ? check_width(r, line) : 0;
        if (header < 0) code = header;
        if (first) r->header = header > 0;
        if (!header && length) code = take_line(r, line, (size_t)length);
    }
    free(line);
    if (!code && ferror(file)) code = lince_fail(LINCE_EIO, "%s: cannot read: %s", r->path, strerror(errno));
    if (!code && !r->line) code = lince_fail(LINCE_EFORMAT, "%s: the file is empty (0 bytes)", r->path);
    return code;
}

int lince_vectors_load(const char *path, const lince_vocabulary *vocabulary, int width, float *table,
                       size_t *found)
{
    reading r = {.path = path, .vocabulary = vocabulary, .width = (size_t)width, .table = table};
    FILE *file = fopen(path, "rbe");
    if (!file) return lince_fail_missing(path);
    r.filled = lince_alloc(vocabulary->size, sizeof *r.filled);
    int code = r.filled ? read_lines(&r, file) : LINCE_ENOMEM;
    fclose(file);
    lince_free(r.filled);
    *found = r.found;
    return code;
}
