/* What the tests of src/data/ share: scratch files, small pictures, archives. */
#ifndef TESTS_DATA_FIXTURE_H
#define TESTS_DATA_FIXTURE_H

#include "core/file.h"
#include "core/memory.h"
#include "picture/decode/image.h"

#include <lince/error.h>

#include <archive.h>
#include <archive_entry.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include <cmocka.h>

/* The message of the last failure contains `text`. */
#define assert_message(text)                                                                                \
    do {                                                                                                    \
        if (!strstr(lince_error(), text)) fail_msg("message: %s; expected in it: %s", lince_error(), text); \
    } while (0)

#define assert_done(call)                                                      \
    do {                                                                       \
        int code_of_call = (call);                                             \
        if (code_of_call < 0) fail_msg("%s failed: %s", #call, lince_error()); \
    } while (0)

static inline int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

/* An empty folder below TEST_SCRATCH; the path stays valid. */
static inline const char *fresh_folder(const char *name)
{
    static char path[8][LINCE_PATH_MAX];
    static int next;
    char *folder = path[next++ % 8];
    snprintf(folder, LINCE_PATH_MAX, "%s/%s", TEST_SCRATCH, name);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(lince_make_folder(folder), 0);
    return folder;
}

static inline void put_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[LINCE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    assert_int_equal(lince_make_folder(path), 0);
    *slash = '/';
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
}

static inline void put_text(const char *folder, const char *name, const char *text)
{
    put_file(folder, name, text, strlen(text));
}

/* The caller's (lince_free). */
static inline char *get_text(const char *folder, const char *name)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    assert_int_equal(lince_path_join(path, folder, name), 0);
    assert_done(lince_file_read(path, 16 << 20, &bytes, &size));
    return bytes;
}

/* A PNG of 4 x 3 pixels, all of one shade. The bytes stay valid until the next call. */
static inline const void *shade_png(int shade, size_t *size)
{
    static uint8_t kept[512];
    lince_image image;
    uint8_t *bytes;
    assert_int_equal(lince_image_init(&image, 4, 3), 0);
    memset(image.pixels, shade, 4 * 3 * 3);
    assert_int_equal(lince_image_encode_png(&image, &bytes, size), 0);
    assert_true(*size <= sizeof kept);
    memcpy(kept, bytes, *size);
    lince_free(bytes);
    lince_image_release(&image);
    return kept;
}

static inline void put_png(const char *folder, const char *name, int shade)
{
    size_t size;
    const void *bytes = shade_png(shade, &size);
    put_file(folder, name, bytes, size);
}

/* A zip that is written entry by entry; a name that ends in '/' is a folder's. */
static inline zip_t *new_zip(const char *path)
{
    int error;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    return zip;
}

static inline zip_int64_t zip_put(zip_t *zip, const char *name, const void *bytes, size_t size)
{
    if (name[strlen(name) - 1] == '/') return zip_dir_add(zip, name, ZIP_FL_ENC_UTF_8);
    void *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    zip_source_t *source = zip_source_buffer(zip, copy, size, 1);
    zip_int64_t index = zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8);
    assert_true(index >= 0);
    return index;
}

static inline zip_int64_t zip_put_png(zip_t *zip, const char *name, int shade)
{
    size_t size;
    const void *bytes = shade_png(shade, &size);
    return zip_put(zip, name, bytes, size);
}

/* A tar, compressed by `filter` (ARCHIVE_FILTER_...). */
static inline struct archive *new_tar(const char *path, int filter)
{
    struct archive *tar = archive_write_new();
    assert_int_equal(archive_write_set_format_pax_restricted(tar), ARCHIVE_OK);
    assert_int_equal(archive_write_add_filter(tar, filter), ARCHIVE_OK);
    assert_int_equal(archive_write_open_filename(tar, path), ARCHIVE_OK);
    return tar;
}

static inline void tar_put(struct archive *tar, const char *name, const void *bytes, size_t size)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    assert_true(archive_write_header(tar, entry) >= ARCHIVE_WARN); /* which odd names raise */
    assert_int_equal(archive_write_data(tar, bytes, size), size);
    archive_entry_free(entry);
}

static inline void tar_put_png(struct archive *tar, const char *name, int shade)
{
    size_t size;
    const void *bytes = shade_png(shade, &size);
    tar_put(tar, name, bytes, size);
}

static inline void tar_close(struct archive *tar)
{
    assert_int_equal(archive_write_close(tar), ARCHIVE_OK);
    archive_write_free(tar);
}

/* Keeps a file as a seed of tests/fuzz/fuzz_dataset.c. */
static inline void keep_seed(const char *path, const char *name)
{
    char *bytes, kept[LINCE_PATH_MAX];
    size_t size;
    assert_int_equal(lince_make_folder(TEST_SCRATCH "/seeds/dataset"), 0);
    snprintf(kept, sizeof kept, "%s/seeds/dataset/%s", TEST_SCRATCH, name);
    assert_int_equal(lince_file_read(path, 1 << 20, &bytes, &size), 0);
    assert_int_equal(lince_file_write(kept, bytes, size), 0);
    lince_free(bytes);
}

#endif
