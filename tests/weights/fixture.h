/* Bytes in memory, and PyTorch's files put together by hand. */
#ifndef LINCE_TESTS_WEIGHTS_FIXTURE_H
#define LINCE_TESTS_WEIGHTS_FIXTURE_H

#include "core/file.h"
#include "core/memory.h"
#include "weights/torch/stored_zip_write.h"

#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A literal with its size: NULs count. */
#define BYTES(literal) literal, sizeof(literal) - 1

typedef struct blob {
    char *data;
    size_t size;
} blob;

/* Grows as it is written to; flush before reading. Release data with free. */
typedef struct memory {
    FILE *stream;
    blob to;
} memory;

static inline void memory_open(memory *m)
{
    *m = (memory){0};
    m->stream = open_memstream(&m->to.data, &m->to.size);
    assert_non_null(m->stream);
}

static inline blob memory_close(memory *m)
{
    assert_int_equal(fclose(m->stream), 0);
    return m->to;
}

static inline void put(FILE *stream, const void *data, size_t size)
{
    if (size) assert_int_equal(fwrite(data, 1, size, stream), size);
}

static inline blob read_back(const char *path)
{
    blob b = {0};
    char *read;
    if (lince_file_read(path, 1 << 20, &read, &b.size)) fail_msg("%s", lince_error());
    b.data = malloc(b.size + 1);
    memcpy(b.data, read, b.size);
    lince_free(read);
    return b;
}

/* Kept for the fuzz harness. */
static inline void leave_seed(const char *subject, const char *name, blob b)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/seeds/%s", TEST_SCRATCH, subject);
    assert_int_equal(lince_make_folder(path), 0);
    snprintf(path, sizeof path, "%s/seeds/%s/%s", TEST_SCRATCH, subject, name);
    assert_int_equal(lince_file_write(path, b.data, b.size), 0);
}

/* --- pickles -------------------------------------------------------------------------------------- */

/* The persistent id of a storage of fewer than 256 elements, as PyTorch pickles it. */
#define STORAGE(type, key, elements) "(U\7storagectorch\n" type "\nU\1" key "U\3cpuK" elements "tQ"
/* ... of the legacy form, with a view or None. */
#define STORAGE_VIEW(type, key, elements, view) \
    "(U\7storagectorch\n" type "\nU\1" key "U\3cpuK" elements view "tQ"
/* A tensor; sizes and strides are pickled numbers: "K\2K\3". */
#define TENSOR(storage, offset, sizes, strides) \
    "ctorch._utils\n_rebuild_tensor_v2\n(" storage offset "(" sizes "t(" strides "t\x89}tR"
/* A state dict of one tensor, 'a'. */
#define STATE(tensor) "\x80\2}U\1a" tensor "s."

/* --- files ---------------------------------------------------------------------------------------- */

/* <folder>/data.pkl and, where there is one, <folder>/data/0 */
static inline blob zip_form(const char *object, size_t object_size, const void *storage, size_t size)
{
    memory m;
    memory_open(&m);
    lince_zip_writer w = {.stream = m.stream};
    lince_zip_add(&w, "any name/data.pkl", object, object_size);
    if (storage) lince_zip_add(&w, "any name/data/0", storage, size);
    lince_zip_finish(&w);
    assert_int_equal(w.directory.error, 0);
    lince_buffer_release(&w.directory);
    return memory_close(&m);
}

#define LEGACY_MAGIC    "\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
#define LEGACY_PROTOCOL "\x80\2M\xe9\3."
#define LEGACY_SYSTEM   "\x80\2}U\rlittle_endian\x88s."

/* One storage, "0", of `elements`. */
static inline blob legacy_form(const char *object, size_t object_size, const void *storage, size_t size,
                               uint64_t elements)
{
    memory m;
    memory_open(&m);
    put(m.stream, BYTES(LEGACY_MAGIC LEGACY_PROTOCOL LEGACY_SYSTEM));
    put(m.stream, object, object_size);
    put(m.stream, BYTES("\x80\2]U\1"
                        "0"
                        "a."));
    for (int i = 0; i < 8; i++) fputc((int)(elements >> 8 * i & 255), m.stream);
    put(m.stream, storage, size);
    return memory_close(&m);
}

#endif
