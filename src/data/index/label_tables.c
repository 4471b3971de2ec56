#include "data/index/label_tables.h"
#include "core/buffer.h"
#include "core/display.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "data/index/part_names.h"
#include "data/index/picture_paths.h"
#include "data/source/table_formats.h"
#include "data/source/unpack.h"
#include "text/encoding.h"
#include "text/label_list.h"
#include "text/marks.h"
#include "text/records.h"
#include "text/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SURVEYED = 200 /* records */, COLUMNS = 512, MOST_CLASSES = 10000 };

static const char *const label_names[] = {"label",    "labels",    "class",     "class_name",
                                          "target",   "category",  "level",     "breed",
                                          "species",  "diagnosis", "dx",        "has_cactus",
                                          "etiqueta", "clase",     "categoria", NULL};
static const char *const split_names[] = {"split", "set", "subset", "partition", "part", "parte", NULL};

/* What is known of a picture from the rows read so far. */
typedef struct row_of {
    uint32_t label; /* + 1, or of several labels their set's; 0: no row has named it */
    lince_part part;
} row_of;

typedef struct table {
    size_t entry; /* of the source */
    char folder[LINCE_WHERE_MAX];
    lince_part part;      /* by its name or its folders; LINCE_PARTS: they do not say */
    char *names[COLUMNS]; /* the first record's fields; owned */
    int columns;
    size_t first_row;      /* the first record's */
    size_t hits[COLUMNS];  /* values that are a picture's name */
    size_t parts[COLUMNS]; /* and a part's */
    size_t flags[COLUMNS]; /* and 0 or 1 */
    size_t rows;           /* below the first, that were looked at */
    bool named, header;    /* the format says the names; the first record holds them */
    bool first_pictured[COLUMNS];
    int image, label, split, group; /* columns; LINCE_NO_COLUMN */
    bool lists;                     /* the label's values hold several */
    bool one_hot;                   /* instead of a label there is a column of 0 and 1 for each class: */
    bool is_class[COLUMNS];
} table;

typedef struct reading {
    lince_dataset *dataset;
    const lince_table_options *options;
    lince_picture_paths paths;
    row_of *rows; /* [entries of the source] */
    table *now;
    char separator;                               /* of lists */
    lince_label_survey survey;                    /* of the label's values */
    lince_map values;                             /* that were surveyed */
    lince_buffer marked;                          /* the classes that a row marks */
    bool flagged;                                 /* several labels are guessed by columns of 0 and 1 alone */
    const char **groups;                          /* [entries]; NULL: none */
    size_t read, unlabelled, lost, unclear, same; /* rows: all; without a label; without a picture; of
                                                     several; of one that had this label already */
    char first_lost[128];
} reading;

static void release_names(table *t)
{
    for (int i = 0; i < t->columns; i++) lince_free(t->names[i]);
}

static long called(const reading *r, const lince_csv_field *f, lince_part part)
{
    return lince_picture_called(&r->paths, f->text, f->size, r->now->folder, part);
}

/* --- what the columns are ------------------------------------------------------------------------- */

static int look(void *context, const lince_csv_record *record)
{
    reading *r = context;
    table *t = r->now;
    bool first = !t->columns;
    if (first) t->first_row = record->row;
    if (first) t->columns = record->count < COLUMNS ? (int)record->count : COLUMNS;
    for (int i = 0; i < t->columns && (size_t)i < record->count; i++) {
        const lince_csv_field *f = &record->fields[i];
        bool is = called(r, f, t->part) != LINCE_NO_PICTURE;
        if (first) {
            t->first_pictured[i] = is;
            if (!(t->names[i] = lince_strdup(f->text))) return LINCE_ENOMEM;
            continue;
        }
        t->hits[i] += is;
        t->parts[i] += lince_part_named(f->text, f->size) < LINCE_PARTS;
        t->flags[i] += lince_flag_of(f->text) >= 0;
    }
    t->rows += !first;
    return t->rows == SURVEYED;
}

static int by_name(const table *t, const char *name)
{
    for (int i = 0; i < t->columns; i++)
        if (!strcasecmp(t->names[i], name)) return i;
    return LINCE_NO_COLUMN;
}

static const char *name_at(const void *context, size_t index)
{
    const table *t = context;
    return index < (size_t)t->columns ? t->names[index] : NULL;
}

/* "id, label, ..." */
static void list_columns(const table *t, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < t->columns && used < size; i++) {
        char name[40];
        lince_name_for_display(name, sizeof name, t->names[i]);
        used += (size_t)snprintf(out + used, size - used, "%s%d (%s)", i ? ", " : "", i + 1, name);
    }
}

static int chosen(const table *t, const char *option, const char *wanted, int *column)
{
    char all[512], *end;
    *column = t->header ? by_name(t, wanted) : LINCE_NO_COLUMN;
    long number = strtol(wanted, &end, 10);
    if (*column == LINCE_NO_COLUMN && !*end && number >= 1 && number <= t->columns) *column = (int)number - 1;
    if (*column != LINCE_NO_COLUMN) return 0;
    const char *nearest = lince_nearest(wanted, name_at, t);
    list_columns(t, all, sizeof all);
    return nearest
               ? lince_fail(LINCE_EUSAGE, "--%s %s: there is no such column; did you mean %s? There are: %s",
                            option, wanted, nearest, all)
               : lince_fail(LINCE_EUSAGE, "--%s %s: there is no such column; there are: %s", option, wanted,
                            all);
}

/* A column with a label's name that is neither the pictures' nor `but`. */
static int named_label(const table *t, int but)
{
    for (const char *const *name = label_names; *name && t->header; name++) {
        int i = by_name(t, *name);
        if (i != LINCE_NO_COLUMN && i != t->image && i != but) return i;
    }
    return LINCE_NO_COLUMN;
}

/* A column of a known name, or the only one that is left. */
static int guess_label(const table *t)
{
    int other = LINCE_NO_COLUMN, left = 0, named = named_label(t, LINCE_NO_COLUMN);
    if (named != LINCE_NO_COLUMN) return named;
    for (int i = 0; i < t->columns; i++)
        if (i != t->image && i != t->split && *t->names[i]) other = i, left++;
    return left == 1 ? other : LINCE_NO_COLUMN;
}

/* A column of a known name, all of whose values name parts. */
static int guess_split(const table *t)
{
    for (const char *const *name = split_names; *name && t->header; name++) {
        int i = by_name(t, *name);
        if (i != LINCE_NO_COLUMN && t->rows && t->parts[i] == t->rows) return i;
    }
    return LINCE_NO_COLUMN;
}

/* --- several labels ------------------------------------------------------------------------------- */

static bool is_asked(const reading *r, const char *how)
{
    return r->options->labels && !strcmp(r->options->labels, how);
}

/* Columns of 0 and 1 beside the pictures', two at least: each is a class. */
static void find_classes(table *t)
{
    int found = 0;
    for (int i = 0; i < t->columns; i++) {
        t->is_class[i] = t->rows && t->flags[i] == t->rows && *t->names[i] && i != t->image &&
                         i != t->split && i != t->group;
        found += t->is_class[i];
    }
    t->one_hot = t->header && found > 1;
}

static int survey_label(void *context, const lince_csv_record *record)
{
    reading *r = context;
    const table *t = r->now;
    bool is_new;
    if ((record->row == t->first_row && t->header) || record->count <= (size_t)t->label) return 0;
    const lince_csv_field *f = &record->fields[t->label];
    if (!lince_map_at(&r->values, lince_hash(0, f->text, f->size), &is_new)) return LINCE_ENOMEM;
    return is_new ? lince_label_survey_add(&r->survey, f->text, r->separator) : 0;
}

/* Whether the column of the labels holds lists of them. */
static int find_lists(reading *r, table *t, const lince_records *records)
{
    t->lists = is_asked(r, "several");
    if (t->lists || is_asked(r, "one")) return 0;
    int code = lince_records_read(records, survey_label, r);
    t->lists = !code && lince_label_survey_says(&r->survey);
    lince_label_survey_release(&r->survey);
    lince_map_release(&r->values);
    r->survey = (lince_label_survey){0};
    return code;
}

/* What labels are, of the first table and all others. */
static int settle(reading *r, const table *t)
{
    bool several = t->lists || t->one_hot, first = true;
    for (size_t i = 0; i < r->dataset->source.count; i++) first = first && !r->rows[i].label;
    if (!first && several != r->dataset->several)
        return lince_fail(LINCE_EDATA,
                          "samples have several labels in one table and one in another; --labels says which: "
                          "one or several");
    r->dataset->several = several;
    r->flagged = first ? t->one_hot && !is_asked(r, "several") : r->flagged && t->one_hot;
    return 0;
}

static int choose_columns(const reading *r, table *t)
{
    const lince_table_options *o = r->options;
    t->image = 0;
    for (int i = 1; i < t->columns; i++)
        if (t->hits[i] > t->hits[t->image]) t->image = i;
    bool asked = o->header && strcmp(o->header, "auto") != 0;
    t->header = t->named || (asked ? !strcmp(o->header, "yes") : !t->first_pictured[t->image]);
    if (o->image_column) LINCE_TRY(chosen(t, "image-column", o->image_column, &t->image));
    t->split = guess_split(t);
    if (o->split_column) LINCE_TRY(chosen(t, "split-column", o->split_column, &t->split));
    t->label = guess_label(t);
    if (o->label_column) LINCE_TRY(chosen(t, "label-column", o->label_column, &t->label));
    t->group = LINCE_NO_COLUMN;
    if (o->group_column) LINCE_TRY(chosen(t, "group-column", o->group_column, &t->group));
    if (t->label == LINCE_NO_COLUMN && !is_asked(r, "one")) find_classes(t);
    return 0;
}

/* Whether a table is one of pictures: half of its values in a column, or of the pictures, are found. */
static bool names_pictures(const reading *r, const table *t)
{
    size_t most = 0, pictures = 0;
    for (int i = 0; i < t->columns; i++)
        if (t->hits[i] > most) most = t->hits[i];
    for (size_t i = 0; i < r->paths.count; i++)
        pictures += !i || r->paths.list[i].entry != r->paths.list[i - 1].entry;
    return most && (2 * most >= t->rows || 2 * most >= pictures);
}

/* --- rows ----------------------------------------------------------------------------------------- */

static int bad_label(const lince_csv_record *record, const table *t)
{
    char place[LINCE_CSV_PLACE_MAX];
    return lince_fail(LINCE_EFORMAT,
                      "%s, column %d: a label of more than %d bytes or with control characters; is this the "
                      "column of the labels?",
                      lince_csv_place(record, place), t->label + 1, LINCE_LABEL_MAX);
}

/* A second label may be a mistake: that pictures have several must be said. */
static int second_label(const reading *r, const lince_csv_record *record, size_t entry, const char *label)
{
    char place[LINCE_CSV_PLACE_MAX];
    return lince_fail(LINCE_EDATA,
                      "%s: %s is labelled %s here and %s in a row before; where samples have several labels, "
                      "--labels several says so",
                      lince_csv_place(record, place), r->dataset->source.entries[entry].name, label,
                      r->dataset->classes[r->rows[entry].label - 1]);
}

/* To the labels of rows before. */
static int join_sets(reading *r, uint32_t before, uint32_t *set)
{
    lince_label_sets *sets = &r->dataset->sets;
    const int32_t *a, *b;
    size_t n = lince_label_set(sets, before, &a), m = lince_label_set(sets, *set, &b);
    int32_t *all = lince_alloc(n + m + 1, sizeof *all);
    if (!all) return LINCE_ENOMEM;
    for (size_t i = 0; i < n + m; i++) all[i] = i < n ? a[i] : b[i - n];
    int code = lince_label_sets_add(sets, all, n + m, set);
    lince_free(all);
    return code;
}

/* The number of what a row says, a label or a set of them. */
static int number_of(reading *r, const lince_csv_record *record, size_t entry, const char *label,
                     uint32_t *number)
{
    const row_of *row = &r->rows[entry];
    if (r->dataset->several) {
        char separator = r->now->one_hot ? LINCE_LABEL_UNIT : r->separator;
        LINCE_TRY(lince_dataset_add_labels(r->dataset, label, separator, number));
        return row->label ? join_sets(r, row->label - 1, number) : 0;
    }
    int class;
    LINCE_TRY(lince_dataset_add_class(r->dataset, label, strlen(label), &class));
    *number = (uint32_t) class;
    return row->label && row->label != *number + 1 ? second_label(r, record, entry, label) : 0;
}

static int keep(reading *r, const lince_csv_record *record, size_t entry, const char *label, lince_part part)
{
    uint32_t number;
    LINCE_TRY(number_of(r, record, entry, label, &number));
    if (r->dataset->class_count > MOST_CLASSES)
        return lince_fail(LINCE_EDATA,
                          "%s: more than %d different labels; name the column of the labels with "
                          "--label-column",
                          r->dataset->source.path, MOST_CLASSES);
    row_of *row = &r->rows[entry];
    r->same += row->label == number + 1;
    *row = (row_of){number + 1, part};
    if (r->now->group == LINCE_NO_COLUMN) return 0;
    r->groups[entry] = lince_names_add(&r->dataset->names, record->fields[r->now->group].text);
    return r->groups[entry] ? 0 : LINCE_ENOMEM;
}

/* The part that a row says: its own column's, else its table's. */
static int part_of_row(const table *t, const lince_csv_record *record, lince_part *part)
{
    char place[LINCE_CSV_PLACE_MAX];
    *part = t->part;
    if (t->split == LINCE_NO_COLUMN) return 0;
    const lince_csv_field *f = &record->fields[t->split];
    *part = lince_part_named(f->text, f->size);
    if (*part < LINCE_PARTS) return 0;
    return lince_fail(LINCE_EFORMAT, "%s, column %d: '%.40s' is no part; expected train, val or test",
                      lince_csv_place(record, place), t->split + 1, f->text);
}

/* What a row says of its picture, with its length. */
static int label_of_row(reading *r, const lince_csv_record *record, const char **label, size_t *length)
{
    const table *t = r->now;
    if (t->one_hot) {
        int code = lince_marks_read(t->names, t->is_class, t->columns, record, &r->marked);
        *label = r->marked.data;
        *length = r->marked.size;
        return code < 0 ? code : 0;
    }
    *label = record->fields[t->label].text + strspn(record->fields[t->label].text, " \t\r\n");
    *length = strlen(*label);
    while (*length && strchr(" \t\r\n", (*label)[*length - 1])) --*length;
    return *length > LINCE_LABEL_MAX && !t->lists ? bad_label(record, t) : 0;
}

static int take(void *context, const lince_csv_record *record)
{
    reading *r = context;
    const table *t = r->now;
    char place[LINCE_CSV_PLACE_MAX];
    const char *text;
    size_t length;
    lince_part part;
    if (record->row == t->first_row && t->header) return 0;
    r->read++;
    if ((int)(record->count < COLUMNS ? record->count : COLUMNS) != t->columns)
        return lince_fail(
            LINCE_EFORMAT,
            "%s: columns: %zu; expected %d, as in the first row; is a quote or a separator missing?",
            lince_csv_place(record, place), record->count, t->columns);
    LINCE_TRY(part_of_row(t, record, &part));
    LINCE_TRY(label_of_row(r, record, &text, &length));
    char *label = lince_strndup(text, length);
    if (!label) return LINCE_ENOMEM;
    int code = t->one_hot || lince_name_is_clean(label) ? 0 : bad_label(record, t);
    long entry = called(r, &record->fields[t->image], part);
    if (entry == LINCE_NO_PICTURE && !r->lost++)
        lince_name_for_display(r->first_lost, sizeof r->first_lost, record->fields[t->image].text);
    if (entry == LINCE_SEVERAL_PICTURES) r->unclear++;
    bool labelled = length || r->dataset->several; /* none may be meant */
    if (entry >= 0 && !labelled) r->unlabelled++;
    if (!code && entry >= 0 && labelled) code = keep(r, record, (size_t)entry, label, part);
    lince_free(label);
    return code;
}

/* --- tables --------------------------------------------------------------------------------------- */

static bool is_submission(const char *name)
{
    return strcasestr(name, "submission") != NULL;
}

/* "trainLabels.csv", "data/test/metadata.csv" */
static lince_part part_of_table(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    lince_named_part own = lince_part_in(name, strcspn(name, "."));
    return own.part < LINCE_PARTS ? own.part : lince_part_of_path(path);
}

/* What they are called: "pictures". */
static const char *samples(const lince_dataset *d)
{
    return _(d->layout->files->plural);
}

static int refuse_columns(const reading *r, const table *t)
{
    char all[512];
    list_columns(t, all, sizeof all);
    return lince_fail(LINCE_EDATA,
                      "%s: %s names %s, but which of its columns has their labels? --label-column says; "
                      "there are: %s",
                      r->dataset->source.path, r->dataset->source.entries[t->entry].name, samples(r->dataset),
                      all);
}

enum { SHOWN = 48 };

/* "2 (label)", into out. */
static const char *column(const table *t, int index, char out[SHOWN])
{
    char name[32];
    lince_name_for_display(name, sizeof name, t->names[index]);
    snprintf(out, SHOWN, t->header ? "%d (%s)" : "%d", index + 1, name);
    return out;
}

/* A guess that could have been another one. */
static int tell_guess(const reading *r, const table *t)
{
    char taken[SHOWN], other[SHOWN];
    int label = r->options->label_column ? LINCE_NO_COLUMN : named_label(t, t->label);
    if (label == LINCE_NO_COLUMN) return 0;
    return lince_dataset_add_note(
        r->dataset,
        _("labels are read from column %s; they could be those of column %s, too: --label-column chooses"),
        column(t, t->label, taken), column(t, label, other));
}

static int tell_classes(const reading *r, const table *t)
{
    char image[SHOWN];
    int classes = 0;
    for (int i = 0; i < t->columns; i++) classes += t->is_class[i];
    return lince_dataset_add_note(
        r->dataset, _("labels from %s: %s in column %s; columns of 0 and 1 that are classes: %d"),
        r->dataset->source.entries[t->entry].name, samples(r->dataset), column(t, t->image, image), classes);
}

/* 1: the table's rows were taken. */
static int read_records(reading *r, table *t, const lince_records *records)
{
    lince_dataset *d = r->dataset;
    const char *name = d->source.entries[t->entry].name;
    char image[SHOWN], label[SHOWN];
    t->named = records->format->named;
    LINCE_TRY(lince_records_read(records, look, r));
    if (!names_pictures(r, t)) return 0;
    LINCE_TRY(choose_columns(r, t));
    bool alone = t->columns == 1 + (t->split != LINCE_NO_COLUMN);
    if (t->label == LINCE_NO_COLUMN && !t->one_hot && !alone) return refuse_columns(r, t);
    if (alone)
        return lince_dataset_add_note(d, _("%s names %s without labels; it was left out"), name, samples(d));
    if (t->group != LINCE_NO_COLUMN) d->grouped = true;
    if (!t->one_hot) LINCE_TRY(find_lists(r, t, records));
    LINCE_TRY(settle(r, t));
    LINCE_TRY(lince_records_read(records, take, r));
    if (t->one_hot) {
        LINCE_TRY(tell_classes(r, t));
        return 1;
    }
    LINCE_TRY(lince_dataset_add_note(d, _("labels from %s: %s in column %s, labels in column %s"), name,
                                     samples(d), column(t, t->image, image), column(t, t->label, label)));
    if (t->lists && !is_asked(r, "several"))
        LINCE_TRY(lince_dataset_add_note(
            d,
            _("column %s holds lists of labels, so that a sample has several; --labels one takes them for names"),
            column(t, t->label, label)));
    LINCE_TRY(tell_guess(r, t));
    return 1;
}

static int read_table(reading *r, size_t index)
{
    lince_source *source = &r->dataset->source;
    const lince_entry *entry = &source->entries[index];
    table t = {.entry = index, .part = part_of_table(entry->name)};
    const char *slash = strrchr(entry->name, '/'), *encoding = r->options->encoding;
    char where[LINCE_WHERE_MAX], *text = NULL;
    size_t size;
    lince_bytes packed, bytes = {0};
    lince_records records = {0};
    snprintf(t.folder, sizeof t.folder, "%.*s", slash ? (int)(slash - entry->name) + 1 : 0, entry->name);
    LINCE_TRY(lince_source_read(source, entry, &packed));
    r->now = &t;
    int code = lince_bytes_unpack(&packed, &source->bounds, &bytes);
    if (!code) code = lince_decode(bytes.data, bytes.size, encoding ? encoding : "utf-8", &text, &size);
    if (!code) code = lince_records_open(&records, text, size, lince_table_dialect(r->options, NULL));
    if (!code) code = read_records(r, &t, &records);
    lince_records_close(&records);
    lince_free(text);
    lince_bytes_release(&bytes);
    lince_bytes_release(&packed);
    release_names(&t);
    return code < 0 ? lince_fail_in(code, lince_source_where(source, entry, where)) : code;
}

/* Whether each folder's pictures have one label, and there are several: class folders, which a table
 * repeats. */
static int folders_say_it(const reading *r, bool *same)
{
    lince_map labels = {0};
    int code = 0;
    *same = true;
    for (size_t i = 0; i < r->dataset->source.count && *same && !code; i++) {
        const char *path = r->dataset->source.entries[i].name, *end = strrchr(path, '/'), *begin = end;
        if (!r->rows[i].label || !end) {
            *same = *same && !r->rows[i].label;
            continue;
        }
        while (begin > path && begin[-1] != '/') begin--;
        bool is_new;
        uint32_t *label = lince_map_at(&labels, lince_hash(0, begin, (size_t)(end - begin)), &is_new);
        if (!label)
            code = LINCE_ENOMEM;
        else if (is_new)
            *label = r->rows[i].label;
        else
            *same = *label == r->rows[i].label;
    }
    *same = *same && labels.count > 1;
    lince_map_release(&labels);
    return code;
}

static int tell(const reading *r, size_t without, const char *first_without)
{
    lince_dataset *d = r->dataset;
    if (r->lost)
        LINCE_TRY(lince_dataset_add_note(d,
                                         _("rows that name no file that is here: %zu of %zu, the first: %s"),
                                         r->lost, r->read, r->first_lost));
    if (r->unclear)
        LINCE_TRY(lince_dataset_add_note(
            d, _("rows left out, because they name several files in different folders: %zu of %zu"),
            r->unclear, r->read));
    if (r->unlabelled)
        LINCE_TRY(lince_dataset_add_note(d, _("rows left out, because they have no label: %zu of %zu"),
                                         r->unlabelled, r->read));
    if (r->same)
        LINCE_TRY(
            lince_dataset_add_note(d, _("rows that repeat an earlier one: %zu of %zu"), r->same, r->read));
    if (!without) return 0;
    return lince_dataset_add_note(d, _("%s left out, because no row names them: %zu, the first: %s"),
                                  samples(d), without, first_without);
}

static int add_samples(reading *r, const bool *pictured)
{
    lince_dataset *d = r->dataset;
    size_t without = 0;
    const char *first = NULL;
    for (size_t i = 0; i < d->source.count; i++) {
        const row_of *row = &r->rows[i];
        if (!pictured[i]) continue;
        if (!row->label) {
            if (!without++) first = d->source.entries[i].name;
            continue;
        }
        lince_part part = row->part < LINCE_PARTS ? row->part : lince_part_of_path(d->source.entries[i].name);
        lince_sample sample = {.name = d->source.entries[i].name, .entry = i, .group = r->groups[i]};
        if (d->several)
            sample.set = row->label - 1;
        else
            sample.label = (int32_t)row->label - 1;
        LINCE_TRY(lince_dataset_add_sample(d, part < LINCE_PARTS ? part : LINCE_TRAIN, sample));
    }
    return tell(r, without, first);
}

/* Columns of 0 and 1 of which each row marks exactly one say one label a picture. */
static void make_single(reading *r)
{
    lince_dataset *d = r->dataset;
    const int32_t *labels;
    bool single = d->several && r->flagged;
    for (size_t i = 0; i < d->source.count && single; i++)
        single = !r->rows[i].label || lince_label_set(&d->sets, r->rows[i].label - 1, &labels) == 1;
    for (size_t i = 0; i < d->source.count && single; i++) {
        if (!r->rows[i].label) continue;
        lince_label_set(&d->sets, r->rows[i].label - 1, &labels);
        r->rows[i].label = (uint32_t)labels[0] + 1;
    }
    if (single) d->several = false;
}

static bool may_hold_labels(const lince_entry *entry)
{
    return !entry->folder && lince_is_table_name(entry->name) && !is_submission(entry->name);
}

static bool has_tables(const lince_source *source)
{
    for (size_t i = 0; i < source->count; i++)
        if (may_hold_labels(&source->entries[i])) return true;
    return false;
}

static int read_tables(reading *r, bool *taken)
{
    lince_source *source = &r->dataset->source;
    for (size_t i = 0; i < source->count; i++) {
        const lince_entry *entry = &source->entries[i];
        if (!may_hold_labels(entry)) continue;
        int code = read_table(r, i);
        if (code < 0) return code;
        *taken = *taken || code;
    }
    return 0;
}

/* Undoes what the tables said; the notes before them stay. */
static void forget(lince_dataset *d, size_t notes)
{
    d->class_count = 0;
    d->note_count = notes;
    d->grouped = d->several = false;
    lince_label_sets_release(&d->sets);
}

static int index_pictures(reading *r, const bool *pictured)
{
    bool taken = false, same = false;
    size_t notes = r->dataset->note_count;
    if (!has_tables(&r->dataset->source)) return 0;
    LINCE_TRY(lince_picture_paths_init(&r->paths, &r->dataset->source, pictured));
    if (!r->paths.count) return 0;
    LINCE_TRY(read_tables(r, &taken));
    make_single(r);
    if (taken && !r->dataset->several) LINCE_TRY(folders_say_it(r, &same));
    if (!taken || same) {
        forget(r->dataset, notes);
        return 0;
    }
    LINCE_TRY(add_samples(r, pictured));
    return 1;
}

int lince_label_tables_index(lince_dataset *dataset, const bool *pictured)
{
    size_t entries = dataset->source.count + 1;
    reading r = {.dataset = dataset,
                 .options = dataset->options,
                 .separator = lince_table_separator(dataset->options)};
    r.rows = lince_alloc(entries, sizeof *r.rows);
    r.groups = lince_alloc(entries, sizeof *r.groups);
    int code = r.rows && r.groups ? index_pictures(&r, pictured) : LINCE_ENOMEM;
    lince_picture_paths_release(&r.paths);
    lince_buffer_release(&r.marked);
    lince_free(r.rows);
    lince_free(r.groups);
    return code;
}
