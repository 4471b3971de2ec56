/* Flips bits of weights files and checkpoints, and reads them. usage: flips N SEED FILE...
 *
 * N times, of one file after the other: one bit, or up to 16 within 64 bytes, or anywhere, are turned over in memory. What
 * is then read must be refused with a message, or be what the file holds: every tensor, bit for bit, and every text. Prints
 * how often which; 1 where anything was silently different. */
#include "core/random.h"
#include "weights/weights.h"

#include <lince/error.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BITS_MAX = 16, NEAR = 64 * 8 };

typedef struct file {
    const char *path;
    unsigned char *bytes;
    size_t size;
    lince_weights *right; /* of a copy */
    size_t refused, same, different;
} file;

static void *read_all(const char *path, size_t *size)
{
    FILE *stream = fopen(path, "rb");
    if (!stream || fseek(stream, 0, SEEK_END)) return NULL;
    *size = (size_t)ftell(stream);
    rewind(stream);
    unsigned char *bytes = malloc(*size + 1);
    bool read = bytes && fread(bytes, 1, *size, stream) == *size;
    fclose(stream);
    return read ? bytes : NULL;
}

static bool is_same_tensor(const lince_tensor *a, const lince_tensor *b)
{
    return b && a->dtype == b->dtype && a->ndim == b->ndim && a->bytes == b->bytes &&
           !memcmp(a->dims, b->dims, (size_t)a->ndim * sizeof *a->dims) &&
           !memcmp(a->data, b->data, a->bytes);
}

static bool is_same(const lince_weights *right, const lince_weights *found)
{
    if (lince_weights_count(right) != lince_weights_count(found)) return false;
    for (size_t i = 0; i < lince_weights_count(right); i++) {
        const lince_tensor *t = lince_weights_at(right, i);
        if (!is_same_tensor(t, lince_weights_find(found, t->name))) return false;
    }
    const lince_metadata *pair;
    for (size_t i = 0; (pair = lince_weights_metadata_at(right, i)); i++) {
        const char *text = lince_weights_metadata(found, pair->key);
        if (!text || strcmp(text, pair->value) != 0) return false;
    }
    return true;
}

static void flip(file *f, const size_t *bits, int count)
{
    for (int i = 0; i < count; i++) f->bytes[bits[i] / 8] ^= (unsigned char)(1 << bits[i] % 8);
}

/* Three of four times a single bit, else up to 16, near each other or anywhere. */
static int draw(uint64_t seed, uint64_t n, size_t size, size_t bits[BITS_MAX])
{
    lince_random r = lince_random_at(lince_key(seed, LINCE_STREAM_AUGMENT, n, 0));
    uint32_t all = (uint32_t)(size * 8), first = lince_random_below(&r, all);
    bits[0] = first;
    int count = lince_random_below(&r, 4) ? 1 : 2 + (int)lince_random_below(&r, BITS_MAX - 1);
    bool near = lince_random_below(&r, 2);
    for (int i = 1; i < count; i++)
        bits[i] = near ? (first + lince_random_below(&r, NEAR)) % all : lince_random_below(&r, all);
    return count;
}

static void look(file *f, uint64_t seed, uint64_t n)
{
    size_t bits[BITS_MAX];
    lince_weights *found;
    int count = draw(seed, n, f->size, bits);
    flip(f, bits, count);
    int code = lince_weights_parse(&found, f->bytes, f->size, f->path);
    bool same = !code && is_same(f->right, found);
    if (code && *lince_error())
        f->refused++;
    else if (same)
        f->same++;
    else {
        f->different++;
        printf("%s: bit %zu (of %d) turned over, and other weights without a word\n", f->path, bits[0],
               count);
    }
    if (!code) lince_weights_free(found);
    flip(f, bits, count);
}

int main(int argc, char **argv)
{
    enum { FILES = 8 };
    file files[FILES] = {0};
    int count = argc - 3 < FILES ? argc - 3 : FILES;
    size_t different = 0;
    if (argc < 4) return 2;
    uint64_t times = strtoull(argv[1], NULL, 10), seed = strtoull(argv[2], NULL, 10);
    for (int i = 0; i < count; i++) {
        file *f = &files[i];
        size_t size;
        f->path = argv[3 + i];
        f->bytes = read_all(f->path, &f->size);
        void *copy = read_all(f->path, &size);
        if (!f->bytes || !copy || f->size > UINT32_MAX / 8 ||
            lince_weights_parse(&f->right, copy, size, f->path))
            return 2;
        if (!lince_weights_has_checksum(f->right)) return 2;
    }
    for (uint64_t n = 0; n < times; n++) look(&files[n % (uint64_t)count], seed, n);
    for (int i = 0; i < count; i++) {
        const file *f = &files[i];
        printf("%s: %zu bytes; refused %zu, the same %zu, silently different %zu\n", f->path, f->size,
               f->refused, f->same, f->different);
        different += f->different;
    }
    return different != 0;
}
