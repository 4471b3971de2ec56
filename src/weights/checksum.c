#include "weights/checksum.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static const char KEY[] = "lince.checksum", BEGIN[] = "xxh3";
enum { DIGITS = 16, WORD = DIGITS + 1 }; /* with the blank before it */

static void put_word(lince_buffer *out, uint64_t sum)
{
    lince_buffer_printf(out, " %016llx", (unsigned long long)sum);
}

/* --- what is summed --------------------------------------------------------------------------------- */

/* A text with its end, so that two cannot be taken for one. */
static void put_text(lince_buffer *out, const char *text)
{
    lince_buffer_put(out, text, strlen(text) + 1);
}

static void put_tensor(lince_buffer *out, const lince_tensor *t)
{
    put_text(out, t->name);
    put_text(out, lince_dtype_name(t->dtype));
    for (int i = 0; i < t->ndim; i++) lince_buffer_printf(out, "%lld ", (long long)t->dims[i]);
    put_text(out, "");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const lince_tensor *)a)->name, ((const lince_tensor *)b)->name);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const lince_metadata *)a)->key, ((const lince_metadata *)b)->key);
}

/* A copy in the order of names; NULL: out of memory. */
static void *sorted(const void *list, size_t count, size_t size, int (*order)(const void *a, const void *b))
{
    void *copy = lince_alloc(count + 1, size);
    if (!copy || !count) return copy;
    memcpy(copy, list, count * size);
    qsort(copy, count, size, order);
    return copy;
}

static void put_header(lince_buffer *out, const lince_tensor *tensors, size_t tensor_count,
                       const lince_metadata *metadata, size_t count)
{
    lince_buffer header = {0};
    for (size_t i = 0; i < tensor_count; i++) put_tensor(&header, &tensors[i]);
    put_text(&header, "");
    for (size_t i = 0; i < count; i++) {
        put_text(&header, metadata[i].key);
        put_text(&header, metadata[i].value);
    }
    lince_buffer_puts(out, BEGIN);
    put_word(out, lince_hash_content(lince_buffer_part(out, &header), header.size));
    lince_buffer_release(&header);
}

/* The text that the metadata have, or, without `data`, its beginning; *names (or NULL) gets the tensors in its order,
 * lince_alloc'ed. */
static int sums(lince_buffer *out, lince_tensor **names, const lince_tensor *tensors, size_t tensor_count,
                const lince_metadata *metadata, size_t count, bool data)
{
    lince_tensor *t = sorted(tensors, tensor_count, sizeof *t, by_name);
    lince_metadata *m = sorted(metadata, count, sizeof *m, by_key);
    if (t && m) put_header(out, t, tensor_count, m, count);
    for (size_t i = 0; t && m && data && i < tensor_count; i++)
        put_word(out, lince_hash_content(t[i].data, t[i].bytes));
    int code = t && m ? out->error : LINCE_ENOMEM;
    lince_free(m);
    if (names) *names = t;
    if (!names) lince_free(t);
    return code;
}

/* --- writing ---------------------------------------------------------------------------------------- */

int lince_checksum_add(lince_metadata **list, const lince_tensor *tensors, size_t tensor_count,
                       const lince_metadata *metadata, size_t count)
{
    lince_buffer text = {0};
    lince_metadata *all = *list = lince_alloc(count + 1, sizeof *all);
    if (!all) return LINCE_ENOMEM;
    if (count) memcpy(all, metadata, count * sizeof *all);
    int code = sums(&text, NULL, tensors, tensor_count, metadata, count, true);
    all[count] = (lince_metadata){KEY, code ? NULL : lince_strdup(text.data)};
    lince_buffer_release(&text);
    if (!code && !all[count].value) code = LINCE_ENOMEM;
    if (code) lince_checksum_release(all, count);
    if (code) *list = NULL;
    return code;
}

void lince_checksum_release(lince_metadata *list, size_t count)
{
    if (list) lince_free((char *)list[count].value);
    lince_free(list);
}

/* --- reading ---------------------------------------------------------------------------------------- */

static int refuse_header(const char *file)
{
    return lince_fail(
        LINCE_EFORMAT,
        "%s: damaged: its header is not what was written, by its checksum; take a copy of the file (a "
        "program that changed it on purpose has to leave out the metadata 'lince.checksum')",
        file);
}

static int refuse_tensor(const char *file, const char *name)
{
    return lince_fail(
        LINCE_EFORMAT,
        "%s: damaged: tensor '%.100s' is not what was written, by its checksum; take a copy of the "
        "file (a program that changed it on purpose has to leave out the metadata 'lince.checksum')",
        file, name);
}

/* `said` is what the file says, `are` what it is, perhaps without the tensors' bytes. */
static int compare(const char *file, const char *said, const char *are, const lince_tensor *tensors,
                   size_t count)
{
    const size_t header = sizeof BEGIN - 1 + WORD, length = strlen(are);
    if (strlen(said) != header + WORD * count || strncmp(said, are, header) != 0) return refuse_header(file);
    for (size_t i = 0, at = header; at < length; i++, at += WORD)
        if (memcmp(said + at, are + at, WORD) != 0) return refuse_tensor(file, tensors[i].name);
    return 0;
}

/* By its key, also where that was damaged itself, in half of its letters or less: no other text is as long as this. */
static bool is_checksum(const lince_metadata *pair, size_t tensors)
{
    const size_t length = sizeof KEY - 1;
    size_t wrong = 0;
    if (!strcmp(pair->key, KEY)) return true;
    if (strlen(pair->key) != length || strlen(pair->value) != sizeof BEGIN - 1 + WORD * (tensors + 1))
        return false;
    for (size_t i = 0; i < length; i++) wrong += pair->key[i] != KEY[i];
    return wrong <= length / 2;
}

/* Takes the metadata's text out; NULL: there is none. It is the caller's. */
static char *take_text(lince_weights *w)
{
    for (size_t i = 0; i < w->metadata_count; i++) {
        if (!is_checksum(&w->metadata[i], w->count)) continue;
        char *text = (char *)w->metadata[i].value;
        lince_free((char *)w->metadata[i].key);
        w->metadata_count--;
        memmove(&w->metadata[i], &w->metadata[i + 1], (w->metadata_count - i) * sizeof *w->metadata);
        return text;
    }
    return NULL;
}

static int check(lince_weights *w, const char *file, bool data)
{
    lince_buffer are = {0};
    lince_tensor *tensors = NULL;
    char *said = take_text(w);
    if (!said) return 0;
    int code = sums(&are, &tensors, w->tensors, w->count, w->metadata, w->metadata_count, data);
    if (!code) code = compare(file, said, are.data, tensors, w->count);
    w->has_checksum = !code && data;
    lince_buffer_release(&are);
    lince_free(tensors);
    lince_free(said);
    return code == LINCE_ENOMEM ? lince_fail_in(code, file) : code;
}

int lince_checksum_check(lince_weights *w, const char *file)
{
    return check(w, file, true);
}

int lince_checksum_check_header(lince_weights *w, const char *file)
{
    return check(w, file, false);
}
