/* Tables of texts: what is found in them, what is left out, and what is said where they are not as they
 * should be. */
#include "data/dataset_fixture.h"
#include "modality/modality.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

/* A file of its own with this content. The path stays valid until the next call. */
static const char *table(const char *name, const void *bytes, size_t size)
{
    static char path[LINCE_PATH_MAX];
    const char *folder = fresh_folder("texts");
    put_file(folder, name, bytes, size);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static lince_dataset *open_with(const char *path, lince_table_options options)
{
    lince_dataset *dataset;
    if (lince_dataset_open_table(&dataset, path, &options, NULL) < 0) fail_msg("%s", lince_error());
    return dataset;
}

static lince_dataset *open_csv(const char *csv)
{
    return open_with(table("tweets.csv", csv, strlen(csv)), (lince_table_options){0});
}

static void assert_refused(const void *bytes, size_t size, lince_table_options options, int code,
                           const char *why)
{
    lince_dataset *dataset;
    const char *path = table("tweets.csv", bytes, size);
    assert_int_equal(lince_dataset_open_table(&dataset, path, &options, NULL), code);
    assert_null(dataset);
    assert_message(why);
}

static void refuse(const char *csv, const char *why)
{
    assert_refused(csv, strlen(csv), (lince_table_options){0}, LINCE_EFORMAT, why);
    assert_message("tweets.csv: ");
}

/* "name label text group" of each sample, a line each. */
static void assert_samples(const lince_dataset *d, lince_part part, const char *expected)
{
    char found[1024] = "";
    for (size_t i = 0; i < lince_dataset_count(d, part); i++) {
        const char *group = lince_dataset_group(d, part, i);
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s %s %s %s\n",
                 lince_dataset_name(d, part, i), lince_dataset_class(d, lince_dataset_label(d, part, i)),
                 lince_dataset_text(d, part, i), group ? group : "-");
    }
    assert_string_equal(found, expected);
}

/* --- what is found -------------------------------------------------------------------------------- */

static void test_a_header_names_the_columns(void **state)
{
    (void)state;
    lince_dataset *d = open_csv("Sentiment,Text\nPositive,so good\nNegative,so bad\n");
    assert_ptr_equal(lince_modality_of_data(d), &lince_modality_texts);
    assert_string_equal(lince_dataset_kind(d), "csv");
    assert_samples(d, LINCE_TRAIN, "3 Negative so bad -\n2 Positive so good -\n");
    assert_string_equal(lince_dataset_table(d)->text_column, "2 (Text)");
    assert_string_equal(lince_dataset_table(d)->label_column, "1 (Sentiment)");
    lince_dataset_free(d);
}

/* As the course's file: id, entity, label, text, and no header. */
static const char course[] = "2401,Borough,Positive,\"a good day, really\"\n"
                             "2401,Borough,Positive,what a good day it was\n"
                             "2402,Borough,Positive,a day of the good ones\n"
                             "7,Harbour,Negative,\"the boat\nsank\"\n"
                             "7,Harbour,Negative,that boat has sunk\n"
                             "9,Market,Neutral,a boat is a boat\n"
                             "10,Lake,Neutral,boats will be boats\n";

static void test_without_a_header_the_content_tells_the_columns(void **state)
{
    (void)state;
    lince_dataset *d = open_csv(course);
    keep_seed(lince_dataset_path(d), "course.csv");
    assert_int_equal(lince_dataset_classes(d), 3);
    assert_string_equal(lince_dataset_table(d)->text_column, "4");
    assert_string_equal(lince_dataset_table(d)->label_column, "3");
    assert_string_equal(lince_dataset_table(d)->group_column, "1");
    assert_false(lince_dataset_grouped(d));
    assert_string_equal(lince_dataset_text(d, LINCE_TRAIN, 0), "the boat\nsank");
    assert_string_equal(lince_dataset_group(d, LINCE_TRAIN, 0), "7");
    assert_string_equal(lince_dataset_name(d, LINCE_TRAIN, 0), "4");
    lince_dataset_free(d);
}

static void test_columns_are_chosen_by_name_or_number(void **state)
{
    (void)state;
    static const char csv[] = "a,b,c,d\n1,x,one text,u\n2,y,two texts,v\n3,x,three,u\n";
    const char *path = table("t.csv", csv, strlen(csv));
    lince_dataset *d =
        open_with(path, (lince_table_options){.text_column = "c", .label_column = "2", .group_column = "D"});
    assert_samples(d, LINCE_TRAIN, "1 x one text u\n3 x three u\n2 y two texts v\n");
    assert_true(lince_dataset_grouped(d));
    lince_dataset_free(d);
}

static void test_a_guess_that_could_be_another_is_told(void **state)
{
    (void)state;
    char csv[4096] = "title,text,tweet,label,sentiment\n", same[4096] = "first,second,kind\n";
    for (int i = 0; i < 12; i++) {
        snprintf(csv + strlen(csv), 128, "t%d,some words %d,other words %d,%d,%c\n", i, i, i, i % 2,
                 "ab"[i % 2]);
        snprintf(same + strlen(same), 128, "some words %d,other words %d,%d\n", i, i, i % 2);
    }
    lince_dataset *d = open_csv(csv);
    assert_noted(d, "texts are read from column 2 (text); they could be those of column 3 (tweet), too");
    assert_noted(d,
                 "labels are read from column 4 (label); they could be those of column 5 (sentiment), too");
    lince_dataset_free(d);
    d = open_csv(same);
    assert_noted(d, "texts are read from column 2 (second); they could be those of column 1 (first), too");
    lince_dataset_free(d);
    d = open_with(table("t.csv", same, strlen(same)), (lince_table_options){.text_column = "first"});
    assert_int_equal(lince_dataset_notes(d), 0);
    lince_dataset_free(d);
}

static void test_a_number_asks_for_a_place_whatever_the_first_row_holds(void **state)
{
    (void)state;
    static const char csv[] = "3,x,some words,u\n5,y,more words,u\n";
    lince_dataset *d = open_with(table("t.csv", csv, strlen(csv)),
                                 (lince_table_options){.text_column = "3", .label_column = "2"});
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 2);
    assert_string_equal(lince_dataset_text(d, LINCE_TRAIN, 0), "some words");
    lince_dataset_free(d);
}

static void test_a_header_can_be_said_to_be_one_or_none(void **state)
{
    (void)state;
    static const char csv[] = "left,right\nx,some words\ny,more words\n";
    const char *path = table("t.csv", csv, strlen(csv));
    lince_dataset *d = open_with(path, (lince_table_options){.header = "yes"});
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 2);
    lince_dataset_free(d);
    d = open_with(path, (lince_table_options){.header = "no"});
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 3);
    lince_dataset_free(d);
}

static void test_tabs_marks_and_line_ends_of_all_kinds(void **state)
{
    (void)state;
    static const char tsv[] = "\xef\xbb\xbflabel\ttext\r\n1\tni\xc3\xb1o, s\xc3\xad\r\n0\t\"no\r\nno\"\r\n";
    lince_dataset *d = open_with(table("t.tsv", tsv, strlen(tsv)), (lince_table_options){0});
    keep_seed(lince_dataset_path(d), "tabs.tsv");
    assert_string_equal(lince_dataset_kind(d), "tsv");
    assert_samples(d, LINCE_TRAIN, "3 0 no\r\nno -\n2 1 niño, sí -\n");
    lince_dataset_free(d);
}

static void test_lines_of_fasttext(void **state)
{
    (void)state;
    static const char lines[] = "__label__good  what a day\r\n\n__label__bad none of it\n";
    lince_dataset *d = open_with(table("train.txt", lines, strlen(lines)), (lince_table_options){0});
    keep_seed(lince_dataset_path(d), "lines.txt");
    assert_string_equal(lince_dataset_kind(d), "fasttext");
    assert_samples(d, LINCE_TRAIN, "3 bad none of it -\n1 good what a day -\n");
    lince_dataset_free(d);
    static const char odd[] = "__label__good yes\nno label here\n";
    assert_refused(odd, strlen(odd), (lince_table_options){0}, LINCE_EFORMAT,
                   "row 2 (line 2): expected a line of the form '__label__name text'");
    static const char two[] = "__label__good yes\n__label__a __label__b no\n";
    assert_refused(two, strlen(two), (lince_table_options){.labels = "one"}, LINCE_EFORMAT,
                   "row 2 (line 2): two labels");
}

/* --- quotes ----------------------------------------------------------------------------------------- */

/* 40 rows of two labels; each second text begins with a quote, which goes on behind its end, or has none. */
static const char *quotes(char out[4096], const char *first)
{
    out[0] = '\0';
    for (int i = 0; i < 40; i++)
        snprintf(out + strlen(out), 4096 - strlen(out), i % 2 ? "y\tplain %d\n" : first, i);
    return out;
}

static void test_texts_that_begin_with_a_quote_swallow_no_rows(void **state)
{
    (void)state;
    static const char *const first[] = {"x\t\"a\" b %d\n", "x\t\"a b %d\n"};
    char tsv[4096];
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        quotes(tsv, first[i]);
        lince_dataset *d = open_with(table("t.tsv", tsv, strlen(tsv)), (lince_table_options){0});
        assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 40);
        assert_int_equal(lince_dataset_table(d)->rows, 40);
        assert_int_equal(lince_dataset_table(d)->lines, 40);
        lince_dataset_free(d);
    }
}

static void test_quoting_is_told_where_it_is_guessed_and_as_the_option_says(void **state)
{
    (void)state;
    char tsv[4096];
    quotes(tsv, "x\t\"a b %d\n");
    lince_dataset *d = open_with(table("t.tsv", tsv, strlen(tsv)), (lince_table_options){0});
    assert_noted(d, "t.tsv: its quotes are read as characters of the texts, each line as a row");
    assert_string_equal(lince_dataset_text(d, LINCE_TRAIN, 0), "\"a b 0");
    lince_dataset_free(d);
    d = open_with(table("t.tsv", tsv, strlen(tsv)), (lince_table_options){.quoting = "none"});
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 40);
    assert_int_equal(lince_dataset_notes(d), 0);
    lince_dataset_free(d);
    d = open_with(table("t.tsv", tsv, strlen(tsv)), (lince_table_options){.quoting = "minimal"});
    assert_int_equal(lince_dataset_table(d)->rows, 20);
    assert_int_equal(lince_dataset_table(d)->lines, 40);
    lince_dataset_free(d);
}

static void test_quotes_that_are_characters_in_one_file_are_so_in_the_others(void **state)
{
    (void)state;
    const char *folder = fresh_folder("texts-quotes");
    char tsv[4096];
    put_text(folder, "train.tsv", quotes(tsv, "x\t\"a b %d\n"));
    put_text(folder, "test.tsv", "x\t\"a\"\ny\tb\n");
    lince_dataset *d = open_with(folder, (lince_table_options){0});
    assert_samples(d, LINCE_TEST, "test.tsv:1 x \"a\" -\ntest.tsv:2 y b -\n");
    lince_dataset_free(d);
}

static void test_a_field_of_many_lines_is_told(void **state)
{
    (void)state;
    char csv[4096] = "x,one\ny,\"two\n";
    for (int i = 0; i < 40; i++) strcat(csv, "and so on\n");
    strcat(csv, "\"\nx,three\n");
    lince_dataset *d = open_csv(csv);
    assert_int_equal(lince_dataset_table(d)->rows, 3);
    assert_int_equal(lince_dataset_table(d)->lines, 44);
    assert_noted(d, "tweets.csv, row 2 (line 2): a field of 42 lines; if the end of a quote is missing");
    lince_dataset_free(d);
}

static void test_files_are_parts_by_their_names(void **state)
{
    (void)state;
    const char *folder = fresh_folder("texts-parts");
    put_text(folder, "tweets_validation.csv", "label,text\na,one\nb,two\n");
    put_text(folder, "tweets_training.csv", "text,label\nthree,a\nfour,b\nfive,c\n");
    put_text(folder, "notes.csv", "x,y\n1,2\n");
    put_text(folder, "test/tweets.csv", "label,text\na,six\n");
    lince_dataset *d = open_with(folder, (lince_table_options){0});
    assert_samples(d, LINCE_TRAIN,
                   "tweets_training.csv:2 a three -\ntweets_training.csv:3 b four -\n"
                   "tweets_training.csv:4 c five -\n");
    assert_samples(d, LINCE_VAL, "tweets_validation.csv:2 a one -\ntweets_validation.csv:3 b two -\n");
    assert_samples(d, LINCE_TEST, "test/tweets.csv:2 a six -\n");
    assert_noted(d, "notes.csv is no part by its name");
    assert_noted(d, "classes that the test part lacks: 2 (b, c)");
    lince_dataset_free(d);
}

static void test_a_part_without_labels_is_left_out(void **state)
{
    (void)state;
    const char *folder = fresh_folder("texts-unlabelled");
    put_text(folder, "train.csv", "id,label,text\n1,a,three\n2,b,four\n");
    put_text(folder, "test.csv", "id,text\n3,one\n4,two\n");
    lince_dataset *d = open_with(folder, (lince_table_options){0});
    assert_int_equal(lince_dataset_count(d, LINCE_TEST), 0);
    assert_noted(d, "left out: ");
    assert_noted(d, "test.csv: columns: 2, none of which is column 2 (label) of the training file");
    lince_dataset_free(d);
}

static void test_a_zip_is_read_in_place_and_has_the_same_fingerprint(void **state)
{
    (void)state;
    static const char csv[] = "label,text\na,one\nb,two\n";
    const char *folder = fresh_folder("texts-zip");
    char path[LINCE_PATH_MAX], content[LINCE_PATH_MAX];
    put_text(folder, "content/train.csv", csv);
    snprintf(content, sizeof content, "%s/content", folder);
    snprintf(path, sizeof path, "%s/texts.zip", folder);
    zip_t *zip = new_zip(path);
    zip_put(zip, "train.csv", csv, strlen(csv));
    assert_int_equal(zip_close(zip), 0);
    lince_dataset *packed = open_with(path, (lince_table_options){0}),
                  *plain = open_with(content, (lince_table_options){0});
    assert_samples(packed, LINCE_TRAIN, "2 a one -\n3 b two -\n");
    assert_string_equal(lince_dataset_fingerprint(packed), lince_dataset_fingerprint(plain));
    lince_dataset_free(packed);
    lince_dataset_free(plain);
}

static void test_pictures_with_a_table_beside_them_are_pictures(void **state)
{
    (void)state;
    const char *folder = fresh_folder("texts-pictures");
    put_text(folder, "labels.csv", "label,text\na,one\nb,two\n");
    put_png(folder, "a/1.png", 1);
    put_png(folder, "b/2.png", 2);
    lince_dataset *d = open_with(folder, (lince_table_options){0});
    assert_ptr_equal(lince_modality_of_data(d), &lince_modality_pictures);
    assert_null(lince_dataset_table(d));
    assert_null(lince_dataset_text(d, LINCE_TRAIN, 0));
    lince_dataset_free(d);
}

static void test_other_encodings_are_read_when_they_are_named(void **state)
{
    (void)state;
    static const char csv[] = "label,text\n1,ni\xf1o\n0,no\n";
    assert_refused(csv, strlen(csv), (lince_table_options){0}, LINCE_EFORMAT,
                   "row 2 (line 2), column 2 (text): byte 0xF1 at offset 2 is not UTF-8; encoding latin-1");
    lince_dataset *d =
        open_with(table("t.csv", csv, strlen(csv)), (lince_table_options){.encoding = "latin-1"});
    assert_samples(d, LINCE_TRAIN, "3 0 no -\n2 1 niño -\n");
    lince_dataset_free(d);
}

/* --- what is left out ----------------------------------------------------------------------------- */

static void test_empty_copied_unlabelled_and_unwanted_rows_are_left_out_and_counted(void **state)
{
    (void)state;
    static const char csv[] = "label,text\nA,one\nB,\nA,one\nC,three\n,four\n B ,two\nA,one \n";
    lince_dataset *d =
        open_with(table("t.csv", csv, strlen(csv)), (lince_table_options){.drop_labels = "C,"});
    assert_samples(d, LINCE_TRAIN, "2 A one -\n8 A one  -\n7 B two -\n");
    const lince_table_facts *f = lince_dataset_table(d);
    assert_int_equal(f->rows, 7);
    assert_int_equal(f->empty, 1);
    assert_int_equal(f->duplicates, 1);
    assert_int_equal(f->unlabelled, 1);
    assert_int_equal(f->dropped, 1);
    lince_dataset_free(d);
}

static void test_a_dropped_label_that_no_row_has_is_refused(void **state)
{
    (void)state;
    static const char csv[] = "label,text\nIrrelevant,one\nGood,two\nBad,three\n";
    assert_refused(csv, strlen(csv), (lince_table_options){.drop_labels = "Irelevant"}, LINCE_EUSAGE,
                   "drop-label Irelevant: no row has this label; did you mean Irrelevant?");
}

static void test_bad_rows_can_be_left_out(void **state)
{
    (void)state;
    static const char csv[] = "label,text\na,one\nb\nb,t\xff\nb,two\n";
    lince_dataset *d = open_with(table("t.csv", csv, strlen(csv)), (lince_table_options){.skip_bad = true});
    assert_samples(d, LINCE_TRAIN, "2 a one -\n5 b two -\n");
    assert_int_equal(lince_dataset_table(d)->bad, 2);
    assert_noted(d, "row 3 (line 3): columns: 1; expected 2");
    assert_noted(d, "row 4 (line 4), column 2 (text): byte 0xFF");
    lince_dataset_free(d);
}

static void test_rows_left_out_are_kept_with_their_reason(void **state)
{
    (void)state;
    static const struct {
        const char *name, *class, *reason;
        bool unreadable;
    } expected[] = {{"3", NULL, "without a text", false},
                    {"4", NULL, "a copy of a row before it", false},
                    {"5", NULL, "without a label", false},
                    {"6", "odd", "of a dropped label", false},
                    {"7", NULL, "row 7 (line 7): columns: 1; expected 2", true}};
    static const char csv[] = "label,text\na,one\nb,\na,one\n,three\nodd,four\nb\nb,two\n";
    lince_dataset *d = open_with(table("t.csv", csv, strlen(csv)),
                                 (lince_table_options){.skip_bad = true, .drop_labels = "odd"});
    assert_int_equal(lince_dataset_left_out(d), 5);
    for (size_t i = 0; i < 5; i++) {
        const lince_left_out *row = lince_dataset_left_out_at(d, i);
        assert_string_equal(row->name, expected[i].name);
        assert_non_null(strstr(row->reason, expected[i].reason));
        assert_int_equal(row->part, LINCE_TRAIN);
        assert_int_equal(row->unreadable, expected[i].unreadable);
        if (expected[i].class) assert_string_equal(row->class, expected[i].class);
    }
    lince_dataset_free(d);
}

/* Where the columns are not shifted, their part is the row's. */
static void test_a_bad_row_is_listed_in_the_part_that_its_split_column_says(void **state)
{
    (void)state;
    static const char csv[] = "label,text,split\na,one,train\nb,two,train\na,three,test\nb,four,test\n"
                              "b,\xff,test\nb,test\n";
    lince_dataset *d = open_with(table("t.csv", csv, strlen(csv)),
                                 (lince_table_options){.skip_bad = true, .split_column = "split"});
    assert_int_equal(lince_dataset_left_out(d), 2);
    assert_int_equal(lince_dataset_left_out_at(d, 0)->part, LINCE_TEST);
    assert_int_equal(lince_dataset_left_out_at(d, 1)->part, LINCE_TRAIN);
    lince_dataset_free(d);
}

/* --- labels that look like a mistake --------------------------------------------------------------- */

static void test_labels_that_look_like_a_mistake_are_told_and_kept(void **state)
{
    (void)state;
    lince_dataset *d =
        open_csv("label,text\npositive,one\npositive,two\nPositive,three\nPositive,four\nNaN,five\n"
                 "NaN,six\nnull,seven\nnull,eight\n1,nine\n1,ten\n1.0,eleven\n1.0,twelve\nrare,x\n");
    assert_int_equal(lince_dataset_classes(d), 7);
    assert_int_equal(lince_dataset_notes(d), 5);
    assert_noted(d, "texts with the label NaN, which often means that there is none: 2; drop-label NaN "
                    "leaves them out");
    assert_noted(d, "texts with the label null, which often means that there is none: 2");
    assert_noted(d, "the labels positive and Positive differ in capitals only, and are two classes");
    assert_noted(d, "the labels 1 and 1.0 are the same number, and two classes");
    assert_noted(d, "classes of one text, which cannot be both learned and tested: 1 (rare)");
    lince_dataset_free(d);
    d = open_csv("label,text\n1,one\n1,two\n10,three\n10,four\n01x,five\n01x,six\nnonesuch,y\nnonesuch,z\n");
    assert_int_equal(lince_dataset_notes(d), 0);
    lince_dataset_free(d);
}

/* --- what is refused ------------------------------------------------------------------------------ */

static void test_rows_that_cannot_be_read_are_named_with_their_place(void **state)
{
    (void)state;
    refuse("label,text\na,one\nb,two,three\n", "row 3 (line 3): columns: 3; expected 2, as in the first row");
    refuse("label,text\na,\"one\nand\"\nb\n", "row 3 (line 4): columns: 1; expected 2");
    refuse("label,text\na,\"one\"\nb,\"two\n",
           "row 3 (line 3), column 2: the quoted field that begins in line 3");
    refuse("label,text\na,one\nb,\xed\xa0\x80\n",
           "row 3 (line 3), column 2 (text): byte 0xED at offset 0 is half of a surrogate pair");
    static const char nul[] = "label,text\na,one\nb,t\0o\n";
    assert_refused(nul, sizeof nul - 1, (lince_table_options){0}, LINCE_EFORMAT,
                   "row 3 (line 3), column 2 (text): a NUL byte at offset 1");
}

static void test_a_wrong_column_names_the_nearest_and_all_there_are(void **state)
{
    (void)state;
    static const char csv[] = "id,sentiment,tweet\n1,good,one\n2,bad,two\n";
    assert_refused(csv, strlen(csv), (lince_table_options){.text_column = "twet"}, LINCE_EUSAGE,
                   "text-column twet: there is no such column; did you mean tweet? There are: 1 (id), 2 "
                   "(sentiment), 3 (tweet)");
    assert_refused(csv, strlen(csv), (lince_table_options){.label_column = "4"}, LINCE_EUSAGE,
                   "label-column 4: there is no such column; there are: 1 (id)");
    assert_refused(csv, strlen(csv), (lince_table_options){.label_column = "3", .text_column = "tweet"},
                   LINCE_EUSAGE, "column 3 (tweet) cannot be both text and label");
    static const char plain[] = "1,good,one\n2,bad,two\n";
    assert_refused(plain, strlen(plain), (lince_table_options){.group_column = "id"}, LINCE_EUSAGE,
                   "there are: 1 ('1'), 2 ('good'), 3 ('one')");
}

static void test_tables_that_cannot_be_learned_from_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *csv;
        int code;
        const char *why;
    } cases[] = {
        {"label,text\na,one\na,two\n", LINCE_EDATA, "only one class, a; a classifier needs two or more"},
        {"label,text\n", LINCE_EDATA, "no text is left. Rows: 0;"},
        {"label,text\na,\nb,\n", LINCE_EDATA, "no text is left. Rows: 2; without a text: 2"},
        {"", LINCE_EFORMAT, "the file is empty (0 bytes)"},
        {"\n\n", LINCE_EDATA, "the file is empty: it has no rows"},
        {"only texts\nof one column\n", LINCE_EDATA, "one column only"},
        {"1,a b c\n2,d e f\n3,g h i\n4,j\n5,k\n6,l\n7,m\n8,n\n9,o\n10,p\n11,q\n12,r\n13,s\n14,t\n15,u\n16,v\n"
         "17,w\n18,x\n19,y\n20,z\n21,!\n22,?\n",
         LINCE_EDATA, "no column looks like labels"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].csv, strlen(cases[i].csv), (lince_table_options){0}, cases[i].code,
                       cases[i].why);
}

static void test_a_label_that_only_a_later_part_has_is_refused(void **state)
{
    (void)state;
    const char *folder = fresh_folder("texts-later");
    put_text(folder, "train.csv", "label,text\na,one\nb,two\n");
    put_text(folder, "test.csv", "label,text\na,three\nc,four\n");
    lince_dataset *dataset;
    assert_int_equal(lince_dataset_open(&dataset, folder), LINCE_EDATA);
    assert_message("classes of the test part that the training part lacks: 1 (c), the first at test.csv:3");
}

/* --- the course's file ---------------------------------------------------------------------------- */

static void test_the_courses_file_gives_as_many_tweets_as_in_the_notebook(void **state)
{
    (void)state;
    char path[LINCE_PATH_MAX];
    const char *data = getenv("LINCE_DATA");
    snprintf(path, sizeof path, "%s/twitter-entity-sentiment-analysis.zip",
             data ? data : TEST_SOURCE_DIR "/../shared/data");
    if (access(path, R_OK)) {
        print_message("skipped: %s is not there (LINCE_DATA names the folder)\n", path);
        skip();
    }
    lince_dataset *d = open_with(path, (lince_table_options){.drop_labels = "Irrelevant"});
    assert_int_equal(lince_dataset_classes(d), 3);
    assert_int_equal(lince_dataset_count(d, LINCE_TRAIN), 59119);
    assert_int_equal(lince_dataset_class_count(d, LINCE_TRAIN, 0), 21698);
    assert_int_equal(lince_dataset_class_count(d, LINCE_TRAIN, 1), 17708);
    assert_int_equal(lince_dataset_class_count(d, LINCE_TRAIN, 2), 19713);
    assert_int_equal(lince_dataset_count(d, LINCE_VAL), 828);
    assert_string_equal(lince_dataset_table(d)->text_column, "4");
    assert_string_equal(lince_dataset_table(d)->label_column, "3");
    assert_string_equal(lince_dataset_table(d)->group_column, "1");
    lince_dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_header_names_the_columns),
        cmocka_unit_test(test_without_a_header_the_content_tells_the_columns),
        cmocka_unit_test(test_columns_are_chosen_by_name_or_number),
        cmocka_unit_test(test_a_guess_that_could_be_another_is_told),
        cmocka_unit_test(test_a_number_asks_for_a_place_whatever_the_first_row_holds),
        cmocka_unit_test(test_a_header_can_be_said_to_be_one_or_none),
        cmocka_unit_test(test_tabs_marks_and_line_ends_of_all_kinds),
        cmocka_unit_test(test_lines_of_fasttext),
        cmocka_unit_test(test_texts_that_begin_with_a_quote_swallow_no_rows),
        cmocka_unit_test(test_quoting_is_told_where_it_is_guessed_and_as_the_option_says),
        cmocka_unit_test(test_quotes_that_are_characters_in_one_file_are_so_in_the_others),
        cmocka_unit_test(test_a_field_of_many_lines_is_told),
        cmocka_unit_test(test_files_are_parts_by_their_names),
        cmocka_unit_test(test_a_part_without_labels_is_left_out),
        cmocka_unit_test(test_a_zip_is_read_in_place_and_has_the_same_fingerprint),
        cmocka_unit_test(test_pictures_with_a_table_beside_them_are_pictures),
        cmocka_unit_test(test_other_encodings_are_read_when_they_are_named),
        cmocka_unit_test(test_empty_copied_unlabelled_and_unwanted_rows_are_left_out_and_counted),
        cmocka_unit_test(test_a_dropped_label_that_no_row_has_is_refused),
        cmocka_unit_test(test_bad_rows_can_be_left_out),
        cmocka_unit_test(test_labels_that_look_like_a_mistake_are_told_and_kept),
        cmocka_unit_test(test_rows_left_out_are_kept_with_their_reason),
        cmocka_unit_test(test_a_bad_row_is_listed_in_the_part_that_its_split_column_says),
        cmocka_unit_test(test_rows_that_cannot_be_read_are_named_with_their_place),
        cmocka_unit_test(test_a_wrong_column_names_the_nearest_and_all_there_are),
        cmocka_unit_test(test_tables_that_cannot_be_learned_from_are_refused),
        cmocka_unit_test(test_a_label_that_only_a_later_part_has_is_refused),
        cmocka_unit_test(test_the_courses_file_gives_as_many_tweets_as_in_the_notebook),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
