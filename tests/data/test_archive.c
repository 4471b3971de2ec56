/* Archives: read in place, and refused where they are broken, locked or up to something. */
#include "data/dataset.h"
#include "data/fixture.h"
#include "data/source/source.h"
#include "modality/modality.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static const char *archive_path(const char *name)
{
    static char path[LINCE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", fresh_folder("archive"), name);
    return path;
}

static void assert_refused(const char *path, int code, const char *why)
{
    lince_dataset *dataset;
    int found = lince_dataset_open(&dataset, path);
    if (found != code) fail_msg("%d: %s", found, found ? lince_error() : "");
    assert_null(dataset);
    assert_message(path);
    assert_message(why);
}

/* Two classes, two parts; shades 1 to 4. */
static const char *const good_names[] = {"data/train/cat/1.png", "data/train/dog/2.png",
                                         "data/test/cat/3.png", "data/test/dog/4.png"};

static void assert_good(const char *path, const char *kind)
{
    lince_dataset *dataset;
    if (lince_dataset_open(&dataset, path) < 0) fail_msg("%s", lince_error());
    assert_string_equal(lince_dataset_kind(dataset), kind);
    assert_int_equal(lince_dataset_classes(dataset), 2);
    for (int i = 0; i < 4; i++) {
        lince_part part = i < 2 ? LINCE_TRAIN : LINCE_TEST;
        lince_image image;
        assert_string_equal(lince_dataset_name(dataset, part, (size_t)i % 2), good_names[i]);
        assert_int_equal(lince_dataset_read(dataset, part, (size_t)i % 2, &image), 0);
        assert_int_equal(image.pixels[0], i + 1);
        lince_image_release(&image);
    }
    lince_dataset_free(dataset);
}

static zip_t *good_zip(const char *path)
{
    zip_t *zip = new_zip(path);
    zip_put(zip, "data/", NULL, 0);
    for (int i = 0; i < 4; i++) zip_put_png(zip, good_names[i], i + 1);
    return zip;
}

static void test_a_zip_is_read_in_place_packed_or_stored(void **state)
{
    (void)state;
    const char *path = archive_path("data.zip");
    zip_t *zip = good_zip(path);
    zip_set_file_compression(zip, 1, ZIP_CM_STORE, 0);
    zip_set_file_compression(zip, 2, ZIP_CM_DEFLATE, 9);
    assert_int_equal(zip_close(zip), 0);
    assert_good(path, "zip");
    keep_seed(path, "classes.zip");
}

static void test_the_content_decides_what_is_an_archive(void **state)
{
    (void)state;
    const char *path = archive_path("data.png");
    assert_int_equal(zip_close(good_zip(path)), 0);
    assert_good(path, "zip");
}

static void test_a_tar_is_read_plain_and_compressed(void **state)
{
    (void)state;
    static const int filters[] = {ARCHIVE_FILTER_NONE, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ};
    for (size_t f = 0; f < 3; f++) {
        const char *path = archive_path("data.tar");
        struct archive *tar = new_tar(path, filters[f]);
        for (int i = 0; i < 4; i++) {
            char dotted[64]; /* as `tar -C data -c .` names them */
            snprintf(dotted, sizeof dotted, "./%s", good_names[i]);
            tar_put_png(tar, dotted, i + 1);
        }
        tar_close(tar);
        assert_good(path, "tar");
        char name[32];
        snprintf(name, sizeof name, "classes%zu.tar", f);
        keep_seed(path, name);
    }
}

/* A member that is a link: a hard one to the path of another member, or a symbolic one. */
static void tar_put_link(struct archive *tar, const char *name, const char *target, bool hard)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_filetype(entry, hard ? AE_IFREG : AE_IFLNK);
    if (hard)
        archive_entry_set_hardlink(entry, target);
    else
        archive_entry_set_symlink(entry, target);
    assert_true(archive_write_header(tar, entry) >= ARCHIVE_WARN);
    archive_entry_free(entry);
}

static void test_links_of_a_tar_are_their_targets_and_lost_ones_are_unreadable(void **state)
{
    (void)state;
    const char *path = archive_path("links.tar");
    struct archive *tar = new_tar(path, ARCHIVE_FILTER_NONE);
    tar_put_link(tar, "cat/0.png", "4.png", false); /* to a link that comes later */
    tar_put_png(tar, "cat/1.png", 7);
    tar_put_png(tar, "dog/1.png", 8);
    tar_put_link(tar, "dog/2.png", "./cat/1.png", true);
    tar_put_link(tar, "cat/4.png", "../dog/./1.png", false);
    tar_put_link(tar, "dog/5.png", "/etc/passwd", false);
    tar_put_link(tar, "dog/6.png", "../../x.png", false);
    tar_put_link(tar, "dog/7.png", "7.png", false);
    tar_close(tar);
    static const int shades[] = {8, 7, 8, 8, 7, -1, -1, -1}; /* -1: it cannot be read */
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, path));
    assert_int_equal(lince_dataset_count(dataset, LINCE_TRAIN), 8);
    for (size_t i = 0; i < 8; i++) {
        lince_image image;
        int code = lince_dataset_read(dataset, LINCE_TRAIN, i, &image);
        assert_int_equal(code < 0 ? -1 : image.pixels[0], shades[i]);
        if (code == 0) lince_image_release(&image);
    }
    lince_dataset_free(dataset);
    keep_seed(path, "links.tar");
}

/* A tree with class folders that are links, packed by tar without -h: nine of ten classes would pass for all. */
static void test_a_link_to_a_folder_or_to_nothing_is_an_error_that_names_it(void **state)
{
    (void)state;
    static const struct {
        const char *name, *target;
    } links[] = {
        {"wolf", "dog"}, {"./wolf", "../elsewhere/wolf"}, {"wolf", "/mnt/disk/wolf"}, {"wolf", "wolf"}};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        const char *path = archive_path("linked.tar");
        struct archive *tar = new_tar(path, ARCHIVE_FILTER_NONE);
        tar_put_png(tar, "cat/1.png", 7);
        tar_put_png(tar, "dog/1.png", 8);
        tar_put_link(tar, ".hidden", "nowhere", false);
        tar_put_link(tar, links[i].name, links[i].target, false);
        tar_close(tar);
        lince_dataset *dataset;
        assert_int_equal(lince_dataset_open(&dataset, path), LINCE_EFORMAT);
        assert_non_null(strstr(lince_error(), "linked.tar: links to folders, or to nothing: 1 ("));
        assert_non_null(strstr(lince_error(), "wolf); what they lead to"));
        assert_non_null(strstr(lince_error(), "tar -h"));
    }
}

static void test_backslashes_of_powershell_are_slashes(void **state)
{
    (void)state;
    static const char *const names[] = {"cat\\1.png", "cat\\2.png", "dog\\1.png", "@eaDir\\1.png"};
    const char *path = archive_path("powershell.zip");
    int error;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &error);
    for (int i = 0; i < 4; i++) zip_put_png(zip, names[i], i);
    assert_int_equal(zip_close(zip), 0);
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, path));
    assert_int_equal(lince_dataset_classes(dataset), 2);
    assert_int_equal(lince_dataset_count(dataset, LINCE_TRAIN), 3);
    lince_dataset_free(dataset);
}

static void test_a_strange_name_of_what_is_no_sample_refuses_nothing(void **state)
{
    (void)state;
    const char *path = archive_path("names.tar");
    struct archive *tar = new_tar(path, ARCHIVE_FILTER_NONE);
    tar_put_png(tar, "cat/1.png", 1);
    tar_put_png(tar, "dog/1.png", 2);
    tar_put(tar, "cat/Icon\r", "", 0);
    tar_put(tar, "dog/a\x01o.txt", "x", 1);
    tar_close(tar);
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, path));
    assert_int_equal(lince_dataset_count(dataset, LINCE_TRAIN), 2);
    lince_dataset_free(dataset);
}

static void test_an_entry_that_climbs_out_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"../x.png", "cat/../../x.png", "cat/..", "..\\x.png",
                                        "cat\\..\\..\\x.png"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = archive_path("climb.zip");
        zip_t *zip = good_zip(path);
        zip_put_png(zip, names[i], 0);
        assert_int_equal(zip_close(zip), 0);
        assert_refused(path, LINCE_EFORMAT, "climbs out of the archive");
        if (!strchr(names[i], '\\')) assert_message(names[i]); /* those become slashes */
    }
    const char *path = archive_path("climb.tar");
    struct archive *tar = new_tar(path, ARCHIVE_FILTER_GZIP);
    tar_put_png(tar, "cat/../../x.png", 0);
    tar_close(tar);
    assert_refused(path, LINCE_EFORMAT, "climbs out of the archive");
}

static void test_an_absolute_entry_is_refused(void **state)
{
    (void)state;
    const char *path = archive_path("absolute.zip");
    zip_t *zip = good_zip(path);
    zip_put_png(zip, "/etc/x.png", 0);
    assert_int_equal(zip_close(zip), 0);
    assert_refused(path, LINCE_EFORMAT, "\"/etc/x.png\" has an absolute path");
}

static void test_names_that_would_upset_a_terminal_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"cat/\x1b[2J.png", "cat/\n.png", "cat/\xff\xfe.png",
                                        "cat/\xc0\xae.png"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = archive_path("names.tar");
        struct archive *tar = new_tar(path, ARCHIVE_FILTER_NONE);
        tar_put_png(tar, names[i], 0);
        tar_close(tar);
        assert_refused(path, LINCE_EFORMAT, "not plain UTF-8 text");
        assert_null(strchr(lince_error(), '\x1b'));
    }
}

static void test_an_encrypted_zip_is_refused_when_it_is_opened(void **state)
{
    (void)state;
    const char *path = archive_path("locked.zip");
    zip_t *zip = good_zip(path);
    assert_int_equal(zip_file_set_encryption(zip, 2, ZIP_EM_AES_256, "secret"), 0);
    assert_int_equal(zip_close(zip), 0);
    assert_refused(path, LINCE_EFORMAT, "data/train/dog/2.png is encrypted");
}

static void test_two_entries_of_one_name_are_refused(void **state)
{
    (void)state;
    const char *path = archive_path("twice.zip");
    zip_t *zip = good_zip(path);
    zip_put_png(zip, "data/train/cat//1.png", 9);
    assert_int_equal(zip_close(zip), 0);
    assert_refused(path, LINCE_EFORMAT, "two entries are named data/train/cat/1.png");
}

/* Every so many bytes: the directory at a zip's end is missing, and a tar's last members are. */
static void test_a_truncated_archive_is_refused_wherever_it_ends(void **state)
{
    (void)state;
    static const char *const names[] = {"cut.zip", "cut.tar.gz", "cut.tar.xz", "cut.tar"};
    for (size_t kind = 0; kind < 4; kind++) {
        const char *path = archive_path(names[kind]);
        if (kind == 0)
            assert_int_equal(zip_close(good_zip(path)), 0);
        else {
            static const int filters[] = {0, ARCHIVE_FILTER_GZIP, ARCHIVE_FILTER_XZ, ARCHIVE_FILTER_NONE};
            struct archive *tar = new_tar(path, filters[kind]);
            for (int i = 0; i < 4; i++) tar_put_png(tar, good_names[i], i + 1);
            tar_close(tar);
        }
        char *whole;
        size_t size;
        assert_int_equal(lince_file_read(path, 1 << 20, &whole, &size), 0);
        size_t last = kind < 3 ? size - 1
                               : 3 * 1024 + 512 + 70; /* in the fourth member; a plain tar's end is padding */
        for (size_t cut = last; cut > 100; cut -= cut / 7) {
            assert_int_equal(lince_file_write(path, whole, cut), 0);
            lince_dataset *dataset;
            if (lince_dataset_open(&dataset, path) == 0)
                fail_msg("%s: %zu of %zu bytes were taken", names[kind], cut, size);
            assert_message(names[kind]);
        }
        lince_free(whole);
    }
}

static void test_a_damaged_entry_is_one_bad_picture(void **state)
{
    (void)state;
    const char *path = archive_path("damaged.zip");
    assert_int_equal(zip_close(good_zip(path)), 0);
    char *bytes;
    size_t size;
    assert_int_equal(lince_file_read(path, 1 << 20, &bytes, &size), 0);
    char *entry = memmem(bytes, size, "data/train/dog/2.png", 20);
    entry[30] ^= 0x55;
    assert_int_equal(lince_file_write(path, bytes, size), 0);
    lince_free(bytes);
    lince_dataset *dataset;
    lince_image image;
    assert_int_equal(lince_dataset_open(&dataset, path), 0);
    assert_int_equal(lince_dataset_read(dataset, LINCE_TRAIN, 1, &image), LINCE_EFORMAT);
    assert_message("damaged.zip: data/train/dog/2.png: ");
    assert_int_equal(lince_dataset_read(dataset, LINCE_TRAIN, 0, &image), 0);
    lince_image_release(&image);
    lince_dataset_free(dataset);
}

/* A zip bomb of one entry: 300 MB of zeros in 300 KB. */
static void test_an_entry_beyond_the_limit_is_refused_before_it_is_unpacked(void **state)
{
    (void)state;
    enum { SIZE = 300 << 20 };
    const char *path = archive_path("bomb.zip");
    zip_t *zip = good_zip(path);
    void *zeros = calloc(SIZE, 1);
    zip_source_t *source = zip_source_buffer(zip, zeros, SIZE, 1);
    zip_int64_t index = zip_file_add(zip, "data/train/cat/bomb.png", source, 0);
    zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, 1);
    assert_int_equal(zip_close(zip), 0);
    lince_dataset *dataset;
    lince_image image;
    assert_int_equal(lince_dataset_open(&dataset, path), 0);
    assert_string_equal(lince_dataset_name(dataset, LINCE_TRAIN, 1), "data/train/cat/bomb.png");
    assert_int_equal(lince_dataset_read(dataset, LINCE_TRAIN, 1, &image), LINCE_EFORMAT);
    assert_message("314572800 bytes or more; at most 268435456 of one file are read");
    lince_dataset_free(dataset);
}

static void test_what_is_no_archive_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *why;
    } cases[] = {
        {"", 0, "empty (0 bytes); expected a folder, .zip, .tar"},
        {"<!DOCTYPE html>\n<p>", 19, "looks like an HTML page"},
        {"Rar!\x1a\7", 6, "looks like a RAR archive"},
        {"\x89PNG\r\n\x1a\n", 8, "looks like PNG"},
        {"\x1f\x8b\x08\0\0\0\0\0\0\3\x4b\x4c\4\0\x43\xbe\xb7\xe8\1\0\0\0", 22, "one column only"},
        {"PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, "empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = archive_path("thing.zip");
        assert_int_equal(lince_file_write(path, cases[i].bytes, cases[i].size), 0);
        lince_dataset *dataset;
        assert_true(lince_dataset_open(&dataset, path) < 0);
        assert_message(path);
        assert_message(cases[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_zip_is_read_in_place_packed_or_stored),
        cmocka_unit_test(test_the_content_decides_what_is_an_archive),
        cmocka_unit_test(test_links_of_a_tar_are_their_targets_and_lost_ones_are_unreadable),
        cmocka_unit_test(test_a_link_to_a_folder_or_to_nothing_is_an_error_that_names_it),
        cmocka_unit_test(test_backslashes_of_powershell_are_slashes),
        cmocka_unit_test(test_a_strange_name_of_what_is_no_sample_refuses_nothing),
        cmocka_unit_test(test_a_tar_is_read_plain_and_compressed),
        cmocka_unit_test(test_an_entry_that_climbs_out_is_refused),
        cmocka_unit_test(test_an_absolute_entry_is_refused),
        cmocka_unit_test(test_names_that_would_upset_a_terminal_are_refused),
        cmocka_unit_test(test_an_encrypted_zip_is_refused_when_it_is_opened),
        cmocka_unit_test(test_two_entries_of_one_name_are_refused),
        cmocka_unit_test(test_a_truncated_archive_is_refused_wherever_it_ends),
        cmocka_unit_test(test_a_damaged_entry_is_one_bad_picture),
        cmocka_unit_test(test_an_entry_beyond_the_limit_is_refused_before_it_is_unpacked),
        cmocka_unit_test(test_what_is_no_archive_is_named),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
