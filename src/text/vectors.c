#include "text/vectors.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/number.h"
#include "text/unpacked.h"
#include "text/words.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum row_state { EMPTY, ALIKE /* has the vector of a word in other letters: Paris for paris */, EXACT };

typedef struct reading {
    const char *path;
    const lince_vocabulary *vocabulary;
    size_t width;
    float *table;
    unsigned char *rows; /* [vocabulary->size], enum row_state */
    lince_map folded;    /* by hash of a word in small letters: the last word of the vocabulary + 1 */
    uint32_t *previous;  /* [vocabulary->size] the one before it that is the same in small letters + 1 */
    size_t line;
    size_t said; /* numbers of a vector, as the first line "words width" says; 0: there is none */
} reading;

static int refuse_zip(const reading *r, const char *line)
{
    if (strncmp(line, "PK\x03\x04", 4) != 0) return 0;
    return lince_fail(LINCE_EFORMAT, "%s: a zip archive; unpack it first: unzip %s", r->path, r->path);
}

/* The hash of a word in small letters; of one that is not UTF-8, or too long to become one of the vocabulary's, it is the
 * word's own. */
static uint64_t folded_hash(const char *word)
{
    enum { LONGEST = 8 * LINCE_WORD_MAX };
    utf8proc_uint8_t *folded = NULL;
    utf8proc_option_t options =
        UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD;
    if (strnlen(word, LONGEST) < LONGEST) utf8proc_map((const utf8proc_uint8_t *)word, 0, &folded, options);
    const char *text = folded ? (const char *)folded : word;
    uint64_t hash = lince_hash(0, text, strlen(text));
    free(folded);
    return hash;
}

static int fold_vocabulary(reading *r)
{
    bool is_new;
    for (size_t i = LINCE_FIRST_WORD; i < r->vocabulary->size; i++) {
        uint32_t *last = lince_map_at(&r->folded, folded_hash(r->vocabulary->words[i]), &is_new);
        if (!last) return LINCE_ENOMEM;
        r->previous[i] = *last;
        *last = (uint32_t)i + 1;
    }
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
    return lince_fail(LINCE_EFORMAT, "%s:%zu: expected a word and a vector of length %zu", r->path, r->line,
                      r->width);
}

/* A text holds no NUL; word2vec's files have such a header, and raw numbers behind it. */
static int refuse_nul(const reading *r)
{
    if (!r->said) return bad_line(r);
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

/* The word's own row, and those of words that differ from it in capitals alone, until their own vectors
 * come. */
static int take_line(reading *r, char *line, size_t length)
{
    char *numbers = last_fields(line, length, r->width), *end = numbers;
    if (!numbers) return bad_line(r);
    while (end > line && (end[-1] == ' ' || end[-1] == '\t')) end--;
    *end = '\0';
    const uint32_t *last = lince_map_find(&r->folded, folded_hash(line));
    for (uint32_t word = last ? *last : 0; word; word = r->previous[word - 1]) {
        enum row_state state = strcmp(r->vocabulary->words[word - 1], line) ? ALIKE : EXACT;
        if (state <= r->rows[word - 1]) continue;
        LINCE_TRY(read_numbers(r, numbers, r->table + (size_t)(word - 1) * r->width));
        r->rows[word - 1] = (unsigned char)state;
    }
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

static int check_width(const reading *r, size_t width)
{
    /* words may hold blanks, where no header says the width */
    if (r->said ? width == r->width : width >= r->width && width <= r->width + 8) return 0;
    return lince_fail(LINCE_EUSAGE, "%s: vectors of length %zu; --embedding is %zu and must be the same",
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

/* A header, or the first vector. */
static int take_first_line(reading *r, char *line, size_t length)
{
    LINCE_TRY(refuse_zip(r, line));
    if (memchr(line, 0, length)) return bad_line(r);
    length = skip_mark(line, length);
    size_t fields = count_fields(line);
    if (fields == 2 && is_header(line, &r->said)) return 0;
    LINCE_TRY(check_width(r, fields ? fields - 1 : 0));
    return length ? take_line(r, line, length) : 0;
}

static int take_other_line(reading *r, char *line, size_t length)
{
    if (memchr(line, 0, length)) return refuse_nul(r);
    if (r->said && r->line == 2) LINCE_TRY(check_width(r, r->said));
    return length ? take_line(r, line, length) : 0;
}

static int read_lines(reading *r, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0, length;
    int code = 0, ended = 0;
    while (!code && !(ended = lince_line_read(file, &line, &capacity, &length))) {
        while (length > 0 && memchr("\r\n \t", line[length - 1], 4)) line[--length] = '\0';
        code = (r->line++ ? take_other_line : take_first_line)(r, line, length);
    }
    lince_free(line);
    return ended < 0 ? lince_fail_in(ended, r->path) : code;
}

static int read_all(reading *r)
{
    lince_unpacked file;
    r->rows = lince_alloc(r->vocabulary->size, sizeof *r->rows);
    r->previous = lince_alloc(r->vocabulary->size, sizeof *r->previous);
    if (!r->rows || !r->previous) return LINCE_ENOMEM;
    LINCE_TRY(fold_vocabulary(r));
    LINCE_TRY(lince_unpacked_open(&file, r->path));
    int code = read_lines(r, file.stream), broken = lince_unpacked_check(&file, r->path);
    if (broken) code = broken;
    if (!code && !r->line) code = lince_fail(LINCE_EFORMAT, "%s: the file is empty (0 bytes)", r->path);
    lince_unpacked_close(&file);
    return code;
}

int lince_vectors_load(const char *path, const lince_vocabulary *vocabulary, int width, float *table,
                       lince_vectors_found *found)
{
    reading r = {.path = path, .vocabulary = vocabulary, .width = (size_t)width, .table = table};
    int code = read_all(&r);
    *found = (lince_vectors_found){0};
    for (size_t i = 0; !code && i < vocabulary->size; i++) {
        found->words += r.rows[i] != EMPTY;
        found->alike += r.rows[i] == ALIKE;
    }
    lince_map_release(&r.folded);
    lince_free(r.previous);
    lince_free(r.rows);
    return code;
}
