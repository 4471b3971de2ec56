/* How texts lie in files: tables in folders, a text a file, a file a class, packed, in formats not read. */
#include "data/dataset_fixture.h"
#include "modality/modality.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static lince_dataset *open_with(const char *path, lince_table_options options)
{
    lince_dataset *dataset;
    if (lince_dataset_open_table(&dataset, path, &options, NULL) < 0) fail_msg("%s", lince_error());
    return dataset;
}

static lince_dataset *open_folder(const char *path)
{
    return open_with(path, (lince_table_options){0});
}

/* "name label text; " of each sample of a part. */
static void assert_samples(const lince_dataset *d, lince_part part, const char *expected)
{
    char found[1024] = "";
    assert_ptr_equal(lince_modality_of_data(d), &lince_modality_texts);
    for (size_t i = 0; i < lince_dataset_count(d, part); i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s %s %s; ",
                 lince_dataset_name(d, part, i), lince_dataset_class(d, lince_dataset_label(d, part, i)),
                 lince_dataset_text(d, part, i));
    assert_string_equal(found, expected);
}

static void refuse(const char *path, int code, const char *why)
{
    lince_dataset *dataset;
    assert_int_equal(lince_dataset_open(&dataset, path), code);
    assert_message(why);
}

/* --- tables --------------------------------------------------------------------------------------- */

static void test_tables_may_be_called_txt(void **state)
{
    (void)state;
    const char *folder = fresh_folder("text-files-txt");
    put_text(folder, "README.txt", "Some words on these data.\n");
    put_text(folder, "train.txt", "so glad;joy\nso sad;sadness\nwell;joy\n");
    put_text(folder, "val.txt", "oh;joy\nno;sadness\n");
    put_text(folder, "test.txt", "yes;joy\nhm;sadness\n");
    lince_dataset *d = open_folder(folder);
    assert_samples(d, LINCE_TRAIN,
                   "train.txt:1 joy so glad; train.txt:3 joy well; train.txt:2 sadness so sad; ");
    assert_samples(d, LINCE_VAL, "val.txt:1 joy oh; val.txt:2 sadness no; ");
    assert_samples(d, LINCE_TEST, "test.txt:1 joy yes; test.txt:2 sadness hm; ");
    lince_dataset_free(d);
}

static void test_json_is_a_table_and_not_beside_others(void **state)
{
    (void)state;
    const char *folder = fresh_folder("text-files-json");
    put_text(folder, "train.jsonl", "{\"text\": \"one\", \"label\": 0}\n{\"text\": \"two\", \"label\": 1}\n");
    put_text(folder, "test.jsonl", "{\"label\": 0, \"text\": \"three\"}\n");
    put_text(folder, "dataset_info.json", "{\"size\": 3}");
    lince_dataset *d = open_folder(folder);
    assert_string_equal(lince_dataset_kind(d), "json");
    assert_samples(d, LINCE_TRAIN, "train.jsonl:1 0 one; train.jsonl:2 1 two; ");
    assert_samples(d, LINCE_TEST, "test.jsonl:1 0 three; ");
    lince_dataset_free(d);
    folder = fresh_folder("text-files-json");
    put_text(folder, "all.json", "[{\"text\": \"one\", \"label\": 0}, {\"text\": \"two\", \"label\": 1}]");
    d = open_folder(folder);
    assert_samples(d, LINCE_TRAIN, "1 0 one; 2 1 two; ");
    lince_dataset_free(d);
}

static void pack(const char *folder, const char *name, int filter, const char *text)
{
    char path[LINCE_PATH_MAX];
    struct archive_entry *entry = archive_entry_new();
    struct archive *archive = archive_write_new();
    snprintf(path, sizeof path, "%s/%s", folder, name);
    archive_write_add_filter(archive, filter);
    archive_write_set_format_raw(archive);
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(archive, entry);
    assert_int_equal(archive_write_data(archive, text, strlen(text)), strlen(text));
    archive_entry_free(entry);
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
}

static void test_packed_tables_are_read_alone_and_in_folders(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int filter;
    } cases[] = {{"a.csv.gz", ARCHIVE_FILTER_GZIP},
                 {"a.csv.bz2", ARCHIVE_FILTER_BZIP2},
                 {"a.csv.xz", ARCHIVE_FILTER_XZ},
                 {"a.csv.zst", ARCHIVE_FILTER_ZSTD}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *folder = fresh_folder("text-files-packed");
        char path[LINCE_PATH_MAX];
        pack(folder, cases[i].name, cases[i].filter, "label,text\na,one\nb,two\n");
        snprintf(path, sizeof path, "%s/%s", folder, cases[i].name);
        const char *const places[] = {path, folder};
        for (size_t k = 0; k < 2; k++) {
            lince_dataset *d = open_folder(places[k]);
            assert_string_equal(lince_dataset_kind(d), "csv");
            assert_samples(d, LINCE_TRAIN, "2 a one; 3 b two; ");
            lince_dataset_free(d);
        }
    }
}

static void test_a_packed_table_that_is_cut_is_refused(void **state)
{
    (void)state;
    const char *folder = fresh_folder("text-files-cut");
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    pack(folder, "a.csv.gz", ARCHIVE_FILTER_GZIP, "label,text\na,one\nb,two\n");
    snprintf(path, sizeof path, "%s/a.csv.gz", folder);
    assert_done(lince_file_read(path, 4096, &bytes, &size));
    assert_done(lince_file_write(path, bytes, size - 12));
    lince_free(bytes);
    refuse(path, LINCE_EFORMAT, "a.csv.gz: packed, and truncated or damaged");
}

static void test_formats_that_are_not_read_are_named_with_the_way_out(void **state)
{
    (void)state;
    const char *folder = fresh_folder("text-files-foreign");
    char path[LINCE_PATH_MAX];
    put_text(folder, "train-00000-of-00001.parquet", "PAR1....");
    refuse(folder, LINCE_EUNSUPPORTED,
           "train-00000-of-00001.parquet: a Parquet table, which lince does not read; save it as CSV");
    assert_message("pandas.read_parquet(");
    put_text(folder, "unnamed", "PAR1....");
    snprintf(path, sizeof path, "%s/unnamed", folder);
    refuse(path, LINCE_EUNSUPPORTED, "unnamed: a Parquet table");
    snprintf(path, sizeof path, "%s/book.xlsx", folder);
    zip_t *zip = zip_open(path, ZIP_CREATE, NULL);
    assert_non_null(zip);
    assert_true(zip_file_add(zip, "xl/workbook.xml", zip_source_buffer(zip, "<x/>", 4, 0), 0) >= 0);
    assert_int_equal(zip_close(zip), 0);
    refuse(path, LINCE_EUNSUPPORTED, "book.xlsx: an Excel workbook, which lince does not read");
    folder = fresh_folder("text-files-foreign");
    put_text(folder, "book.xlsx", "PK");
    put_text(folder, "data.csv", "label,text\na,one\nb,two\n");
    lince_dataset *d = open_folder(folder);
    assert_noted(d, "tables left out, because their format is not read: 1, the first: book.xlsx");
    lince_dataset_free(d);
}

/* --- what a table says ---------------------------------------------------------------------------- */

static lince_dataset *open_csv(const char *csv, lince_table_options options)
{
    const char *folder = fresh_folder("text-files-csv");
    put_text(folder, "t.csv", csv);
    return open_with(folder, options);
}

static void test_a_column_says_which_part_a_row_belongs_to(void **state)
{
    (void)state;
    static const char csv[] =
        "label,text,split\na,one,train\nb,two,Train\na,three,test\nb,four,validation\nb,five,extra\n"
        "a,six,test\n";
    lince_dataset *d = open_csv(csv, (lince_table_options){.split_column = "split"});
    assert_samples(d, LINCE_TRAIN, "2 a one; 3 b two; ");
    assert_samples(d, LINCE_VAL, "5 b four; ");
    assert_samples(d, LINCE_TEST, "4 a three; 7 a six; ");
    assert_int_equal(lince_dataset_table(d)->elsewhere, 1);
    lince_dataset_free(d);
    d = open_csv("label,text,split\na,one,train\nb,two,test\n", (lince_table_options){0});
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 2);
    assert_noted(d, "t.csv: column 3 (split) names parts and is not read; split-column 3 takes them from it");
    lince_dataset_free(d);
    d = open_csv("label,text\na,one\nb,two\n",
                 (lince_table_options){.split_column = "split", .split_optional = true});
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 2);
    lince_dataset_free(d);
}

static void test_texts_of_several_columns_are_joined(void **state)
{
    (void)state;
    static const char csv[] = "label,title,body\na,One,two three\nb,,four\nb,five,\n";
    lince_dataset *d = open_csv(csv, (lince_table_options){.text_column = "title,body"});
    assert_samples(d, LINCE_TRAIN, "2 a One two three; 3 b four; 4 b five; ");
    assert_string_equal(lince_dataset_table(d)->text_column, "2 (title) + 3 (body)");
    lince_dataset_free(d);
    d = open_csv("label,\"a,b\"\nx,one\ny,two\n", (lince_table_options){.text_column = "a,b"});
    assert_samples(d, LINCE_TRAIN, "2 x one; 3 y two; ");
    lince_dataset_free(d);
}

static void test_the_separator_may_stand_in_the_first_line(void **state)
{
    (void)state;
    lince_dataset *d = open_csv("sep=;\r\nlabel;text\r\na;one, two\r\nb;three\r\n", (lince_table_options){0});
    assert_samples(d, LINCE_TRAIN, "2 a one, two; 3 b three; ");
    lince_dataset_free(d);
}

static void test_headers_between_the_rows_are_no_rows(void **state)
{
    (void)state;
    lince_dataset *d = open_csv("label,text\na,one\nlabel,text\nb,two\n", (lince_table_options){0});
    assert_samples(d, LINCE_TRAIN, "2 a one; 4 b two; ");
    assert_noted(d, "t.csv: its header occurs 2 times");
    lince_dataset_free(d);
}

/* --- a text a file -------------------------------------------------------------------------------- */

static void test_a_text_a_file_in_class_folders_of_parts(void **state)
{
    (void)state;
    static const char *const parts[] = {"train", "test"}, *const classes[] = {"pos", "neg"};
    const char *folder = fresh_folder("text-files-imdb");
    for (int i = 0; i < 8; i++) {
        char name[64], text[64];
        snprintf(name, sizeof name, "aclImdb/%s/%s/%d_9.txt", parts[i / 4], classes[i / 2 % 2], i % 2);
        snprintf(text, sizeof text, "\n%s film %d\nof two lines\n", classes[i / 2 % 2], i);
        put_text(folder, name, text);
    }
    put_text(folder, "aclImdb/README", "Words on the data\n");
    put_text(folder, "aclImdb/train/unsup/0_0.txt", "unlabelled\n");
    put_text(folder, "aclImdb/train/urls_pos.txt", "an address\n");
    lince_dataset *d = open_folder(folder);
    assert_string_equal(lince_dataset_kind(d), "files");
    assert_samples(
        d, LINCE_TEST,
        "aclImdb/test/neg/0_9.txt neg neg film 6\nof two lines; aclImdb/test/neg/1_9.txt neg neg film 7\nof "
        "two lines; aclImdb/test/pos/0_9.txt pos pos film 4\nof two lines; aclImdb/test/pos/1_9.txt pos pos "
        "film 5\nof two lines; ");
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 4);
    assert_noted(d, "texts left out, because they are in no class folder, or in one for texts without a "
                    "label: 2, the first: aclImdb/train/unsup/0_0.txt");
    lince_dataset_free(d);
}

static void test_files_without_an_ending_in_folders_that_name_their_part(void **state)
{
    (void)state;
    static const char *const names[] = {
        "20news-bydate-train/alt.atheism/49960", "20news-bydate-train/alt.atheism/51060",
        "20news-bydate-train/sci.space/60820",   "20news-bydate-train/sci.space/60821",
        "20news-bydate-test/alt.atheism/53068",  "20news-bydate-test/sci.space/61016"};
    const char *folder = fresh_folder("text-files-news");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) put_text(folder, names[i], names[i]);
    lince_dataset *d = open_folder(folder);
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 4);
    assert_int_equal(lince_dataset_count(d, LINCE_TEST), 2);
    assert_string_equal(lince_dataset_class(d, 0), "alt.atheism");
    lince_dataset_free(d);
}

static void test_class_folders_without_parts(void **state)
{
    (void)state;
    const char *folder = fresh_folder("text-files-bbc");
    put_text(folder, "bbc/README.TXT", "Words on the data\n");
    put_text(folder, "bbc/sport/001.txt", "a goal");
    put_text(folder, "bbc/sport/002.txt", "a\xff match");
    put_text(folder, "bbc/tech/001.txt", "a chip");
    put_text(folder, "bbc/tech/002.txt", "");
    refuse(folder, LINCE_EFORMAT, "bbc/sport/002.txt: ");
    assert_message("byte 0xFF at offset 1 is not UTF-8; encoding latin-1");
    lince_dataset *d = open_with(folder, (lince_table_options){.skip_bad = true});
    assert_samples(d, LINCE_TRAIN, "bbc/sport/001.txt sport a goal; bbc/tech/001.txt tech a chip; ");
    assert_int_equal(lince_dataset_table(d)->bad, 1);
    assert_int_equal(lince_dataset_table(d)->empty, 1);
    lince_dataset_free(d);
}

/* --- a file a class ------------------------------------------------------------------------------- */

static void test_a_file_of_lines_for_each_class(void **state)
{
    (void)state;
    const char *folder = fresh_folder("text-files-polarity");
    put_text(folder, "rt-polarity.pos", "a joy\r\n\r\nfine, really\r\n");
    put_text(folder, "rt-polarity.neg", "dull\n");
    lince_dataset *d = open_folder(folder);
    assert_string_equal(lince_dataset_kind(d), "lines");
    assert_samples(
        d, LINCE_TRAIN,
        "rt-polarity.neg:1 neg dull; rt-polarity.pos:1 pos a joy; rt-polarity.pos:3 pos fine, really; ");
    assert_noted(d, "each file is read as a class, each of its lines as a text");
    lince_dataset_free(d);
    folder = fresh_folder("text-files-polarity");
    put_text(folder, "train_pos.txt", "good\n");
    put_text(folder, "train_neg.txt", "bad\n");
    put_text(folder, "test_pos.txt", "better\n");
    put_text(folder, "test_neg.txt", "worse\n");
    d = open_folder(folder);
    assert_samples(d, LINCE_TRAIN, "train_neg.txt:1 neg bad; train_pos.txt:1 pos good; ");
    assert_samples(d, LINCE_TEST, "test_neg.txt:1 neg worse; test_pos.txt:1 pos better; ");
    lince_dataset_free(d);
}

static void test_pieces_of_a_text_are_no_classes(void **state)
{
    (void)state;
    const char *folder = fresh_folder("text-files-pieces");
    put_text(folder, "part1.txt", "one\n");
    put_text(folder, "part2.txt", "two\n");
    refuse(folder, LINCE_EDATA, "one column only");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_may_be_called_txt),
        cmocka_unit_test(test_json_is_a_table_and_not_beside_others),
        cmocka_unit_test(test_packed_tables_are_read_alone_and_in_folders),
        cmocka_unit_test(test_a_packed_table_that_is_cut_is_refused),
        cmocka_unit_test(test_formats_that_are_not_read_are_named_with_the_way_out),
        cmocka_unit_test(test_a_column_says_which_part_a_row_belongs_to),
        cmocka_unit_test(test_texts_of_several_columns_are_joined),
        cmocka_unit_test(test_the_separator_may_stand_in_the_first_line),
        cmocka_unit_test(test_headers_between_the_rows_are_no_rows),
        cmocka_unit_test(test_a_text_a_file_in_class_folders_of_parts),
        cmocka_unit_test(test_files_without_an_ending_in_folders_that_name_their_part),
        cmocka_unit_test(test_class_folders_without_parts),
        cmocka_unit_test(test_a_file_of_lines_for_each_class),
        cmocka_unit_test(test_pieces_of_a_text_are_no_classes),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
