#include "train/measure/annotate.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "weights/formats/safetensors.h"

#include <string.h>

static const char BEST[] = "weights/best.safetensors", LAST[] = "weights/last.safetensors";

static bool is_among(const char *key, const lince_metadata *pairs, size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(pairs[i].key, key) != 0) i++;
    return i < count;
}

/* The weights with their metadata, but for the values of `pairs`. */
static int write_with(const lince_weights *w, const char *folder, const char *name,
                      const lince_metadata *pairs, size_t others)
{
    size_t count = 0, kept = 0;
    while (lince_weights_metadata_at(w, count)) count++;
    lince_metadata *metadata = lince_alloc(count + others, sizeof *metadata);
    if (!metadata) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const lince_metadata *pair = lince_weights_metadata_at(w, i);
        if (!is_among(pair->key, pairs, others)) metadata[kept++] = *pair;
    }
    for (size_t i = 0; i < others; i++) metadata[kept++] = pairs[i];
    size_t tensors = lince_weights_count(w);
    int code = lince_safetensors_write_in(folder, name, tensors ? lince_weights_at(w, 0) : NULL, tensors,
                                          metadata, kept);
    lince_free(metadata);
    return code;
}

static bool are_equal(const lince_weights *a, const lince_weights *b)
{
    bool equal = lince_weights_count(a) == lince_weights_count(b);
    for (size_t i = 0; equal && i < lince_weights_count(a); i++) {
        const lince_tensor *x = lince_weights_at(a, i), *y = lince_weights_find(b, x->name);
        equal = y && x->bytes == y->bytes && !memcmp(x->data, y->data, x->bytes);
    }
    return equal;
}

/* Whether the last epoch is the best one, by its weights: a process that was ended between the two steps below has left two
 * files of what was one. */
static int is_last(const lince_weights *best, const char *path, bool *same)
{
    lince_weights *last;
    *same = false;
    if (lince_file_is_missing(path)) return 0;
    LINCE_TRY(lince_safetensors_open(&last, path));
    *same = are_equal(best, last);
    lince_weights_free(last);
    return 0;
}

/* last.safetensors stays the same file where it was, or says the same where the file system knows no links. */
int lince_annotate_best(const char *folder, const lince_metadata *pairs, size_t count)
{
    char best[LINCE_PATH_MAX], last[LINCE_PATH_MAX];
    lince_weights *w;
    LINCE_TRY(lince_path_join(best, folder, BEST));
    LINCE_TRY(lince_path_join(last, folder, LAST));
    bool one;
    LINCE_TRY(lince_safetensors_open(&w, best));
    int code = is_last(w, last, &one);
    if (!code) code = write_with(w, folder, BEST, pairs, count);
    if (!code && one) code = lince_file_link(folder, "weights", "best.safetensors", "last.safetensors");
    if (code == 1) code = write_with(w, folder, LAST, pairs, count);
    lince_weights_free(w);
    return code;
}
