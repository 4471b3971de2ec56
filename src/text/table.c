#include "text/table.h"
#include "core/buffer.h"
#include "core/display.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "text/label_list.h"
#include "text/marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SURVEYED = 100000 /* records */, MOST_LABELS = 1000 };

static const char *const text_names[] = {"text",    "tweet", "message", "content", "review",    "sentence",
                                         "comment", "body",  "texto",   "mensaje", "contenido", NULL};
static const char *const label_names[] = {
    "label",    "labels",      "sentiment", "class",     "category",          "target", "polarity", "emotion",
    "etiqueta", "sentimiento", "clase",     "categoria", "airline_sentiment", NULL};

/* What was seen of a column below the first record. */
typedef struct column_seen {
    lince_map values; /* how often each occurs */
    uint64_t first;   /* the first record's value, hashed */
    size_t bytes, filled;
    size_t flags; /* values that are 0 or 1 */
    bool barred;  /* some could be lists of labels */
} column_seen;

typedef struct survey {
    lince_table *table;
    column_seen *columns; /* [table->columns] */
    size_t rows;          /* below the first record, of as many columns */
    bool named;           /* the format says that the first record holds the columns' names */
    char separator;       /* of labels */
    lince_label_survey lists;
    lince_map labels; /* that were looked at for lists */
    lince_buffer marked;
} survey;

void lince_table_release(lince_table *t)
{
    for (int i = 0; t->names && i < t->columns; i++) lince_free(t->names[i]);
    lince_free(t->names);
    lince_free(t->is_class);
    *t = (lince_table){0};
}

/* --- looking -------------------------------------------------------------------------------------- */

static int take_first(survey *s, const lince_csv_record *record)
{
    lince_table *t = s->table;
    size_t n = record->count;
    t->names = lince_alloc(n, sizeof *t->names);
    t->is_class = lince_alloc(n, sizeof *t->is_class);
    s->columns = lince_alloc(n, sizeof *s->columns);
    if (!t->names || !t->is_class || !s->columns) return LINCE_ENOMEM;
    t->columns = (int)n;
    t->first_row = record->row;
    for (size_t i = 0; i < n; i++) {
        s->columns[i].first = lince_hash(0, record->fields[i].text, record->fields[i].size);
        if (!(t->names[i] = lince_strdup(record->fields[i].text))) return LINCE_ENOMEM;
    }
    return 0;
}

static int look(void *context, const lince_csv_record *record)
{
    survey *s = context;
    if (!s->columns) return take_first(s, record);
    if (record->count != (size_t)s->table->columns) return 0;
    for (size_t i = 0; i < record->count; i++) {
        column_seen *c = &s->columns[i];
        const lince_csv_field *f = &record->fields[i];
        bool is_new;
        uint32_t *times = lince_map_at(&c->values, lince_hash(0, f->text, f->size), &is_new);
        if (!times) return LINCE_ENOMEM;
        (*times)++;
        c->barred = c->barred || (is_new && lince_label_may_be_list(f->text, f->size, s->separator));
        c->bytes += f->size;
        c->filled += f->size > 0;
        c->flags += lince_flag_of(f->text) >= 0;
    }
    s->rows++;
    return s->rows == SURVEYED;
}

/* --- columns by name and number ------------------------------------------------------------------- */

static const char *name_at(const void *context, size_t index)
{
    const lince_table *t = context;
    return index < (size_t)t->columns ? t->names[index] : NULL;
}

const char *lince_table_column(const lince_table *t, int column, char out[LINCE_COLUMN_MAX])
{
    char name[64];
    lince_name_for_display(name, sizeof name, t->names[column]);
    snprintf(out, LINCE_COLUMN_MAX, t->header ? "%d (%s)" : "%d", column + 1, name);
    return out;
}

/* "1 (id), 2 (text)"; without a header what the first row holds stands in quotes. */
static void list_columns(const lince_table *t, lince_buffer *out)
{
    enum { SHOWN = 20 };
    for (int i = 0; i < t->columns && i < SHOWN; i++) {
        char name[28];
        lince_name_for_display(name, sizeof name, t->names[i]);
        lince_buffer_printf(out, t->header ? "%s%d (%s)" : "%s%d ('%s')", i ? ", " : "", i + 1, name);
    }
    if (t->columns > SHOWN) lince_buffer_puts(out, ", ...");
}

static int no_column(const lince_table *t, const char *option, const char *wanted)
{
    lince_buffer all = {0};
    const char *nearest = t->header ? lince_nearest(wanted, name_at, t) : NULL;
    list_columns(t, &all);
    int code =
        nearest ? lince_fail(LINCE_EUSAGE, "--%s %s: there is no such column; did you mean %s? There are: %s",
                             option, wanted, nearest, all.data)
                : lince_fail(LINCE_EUSAGE, "--%s %s: there is no such column; there are: %s", option, wanted,
                             all.data);
    lince_buffer_release(&all);
    return code;
}

static int by_name(const lince_table *t, const char *name)
{
    for (int pass = 0; pass < 2; pass++) /* the exact name before one in other letters */
        for (int i = 0; i < t->columns; i++)
            if (!(pass ? strcasecmp : strcmp)(t->names[i], name)) return i;
    return LINCE_NO_COLUMN;
}

static int times_named(const lince_table *t, const char *name)
{
    int times = 0;
    for (int i = 0; i < t->columns; i++) times += !strcmp(t->names[i], name);
    return times;
}

static int several_columns(const lince_table *t, const char *option, const char *wanted)
{
    lince_buffer all = {0};
    list_columns(t, &all);
    int code =
        lince_fail(LINCE_EUSAGE, "--%s %s: several columns are called so; give the number. There are: %s",
                   option, wanted, all.data);
    lince_buffer_release(&all);
    return code;
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* From 0 on; LINCE_NO_COLUMN where it is no column's number. */
static int by_number(const lince_table *t, const char *wanted)
{
    long number = is_number(wanted) ? strtol(wanted, NULL, 10) : 0;
    return number >= 1 && number <= t->columns ? (int)number - 1 : LINCE_NO_COLUMN;
}

/* The column that an option asks for; LINCE_NO_COLUMN where it asks for none. */
static int find_column(const lince_table *t, const char *option, const char *wanted, int *column)
{
    *column = LINCE_NO_COLUMN;
    if (!wanted) return 0;
    if (t->header) *column = by_name(t, wanted);
    if (t->header && times_named(t, wanted) > 1) return several_columns(t, option, wanted);
    if (*column == LINCE_NO_COLUMN) *column = by_number(t, wanted);
    return *column == LINCE_NO_COLUMN ? no_column(t, option, wanted) : 0;
}

/* The first name of "title,body" into `name`; what stands behind its comma, NULL at the end. */
static const char *next_name(const char *list, char name[LINCE_COLUMN_MAX])
{
    size_t length = strcspn(list, ",");
    int room = lince_cut(list, LINCE_COLUMN_MAX - 1);
    snprintf(name, LINCE_COLUMN_MAX, "%.*s", (size_t)room < length ? room : (int)length, list);
    return list[length] ? list + length + 1 : NULL;
}

/* The columns of "title,body"; a column may itself be called so. */
static int find_texts(lince_table *t, const char *wanted)
{
    char name[LINCE_COLUMN_MAX];
    bool one = wanted && t->header && by_name(t, wanted) != LINCE_NO_COLUMN;
    while (wanted) {
        const char *rest = next_name(wanted, name);
        if (t->text_count == LINCE_TEXT_COLUMNS_MAX)
            return lince_fail(LINCE_EUSAGE, "--text-column: more than %d columns", LINCE_TEXT_COLUMNS_MAX);
        LINCE_TRY(find_column(t, "text-column", one ? wanted : name, &t->texts[t->text_count]));
        t->text_count++;
        wanted = one ? NULL : rest;
    }
    return 0;
}

/* --- guessing ------------------------------------------------------------------------------------- */

static int known_name(const lince_table *t, const char *const *names, int but)
{
    for (; *names; names++) {
        int i = by_name(t, *names);
        if (i != LINCE_NO_COLUMN && i != but) return i;
    }
    return LINCE_NO_COLUMN;
}

static int longest(const survey *s, int but)
{
    int best = LINCE_NO_COLUMN;
    for (int i = 0; i < s->table->columns; i++)
        if (i != but && (best == LINCE_NO_COLUMN || s->columns[i].bytes > s->columns[best].bytes)) best = i;
    return best;
}

/* The column of the fewest different values, two or more before one; the last of them, which is the nearest
 * to the text in most tables. */
static int fewest_values(const survey *s, int but)
{
    int best = LINCE_NO_COLUMN;
    size_t fewest = 0, bound = s->rows < 20 ? s->rows : s->rows / 2;
    for (int i = 0; i < s->table->columns; i++) {
        size_t n = s->columns[i].values.count;
        if (i == but || n > bound || n > MOST_LABELS || !s->columns[i].filled) continue;
        size_t rank = n == 1 ? MOST_LABELS + 1 : n;
        if (best == LINCE_NO_COLUMN || rank <= fewest) best = i, fewest = rank;
    }
    return best;
}

static bool holds_text(const lince_table *t, int i)
{
    for (int k = 0; k < t->text_count; k++)
        if (t->texts[k] == i) return true;
    return false;
}

static bool is_taken(const lince_table *t, int i)
{
    return holds_text(t, i) || t->is_class[i] || i == t->label || i == t->group || i == t->split;
}

/* --- guesses that are close ----------------------------------------------------------------------- */

static bool is_named(const char *column, const char *const *names)
{
    for (; *names; names++)
        if (!strcasecmp(column, *names)) return true;
    return false;
}

/* Beside a text that is known by its name one that could be, too; else one that is three quarters as long. */
static bool close_text(const survey *s, int best, int other)
{
    const lince_table *t = s->table;
    if (t->header && is_named(t->names[best], text_names)) return is_named(t->names[other], text_names);
    return 4 * s->columns[other].bytes >= 3 * s->columns[best].bytes;
}

/* Likewise; else one of as few values. */
static bool close_label(const survey *s, int best, int other)
{
    const lince_table *t = s->table;
    if (t->header && is_named(t->names[best], label_names)) return is_named(t->names[other], label_names);
    return s->columns[other].filled && s->columns[other].values.count == s->columns[best].values.count;
}

/* In a table of a few rows all guesses are close. */
static int find_close(const survey *s, bool (*close)(const survey *s, int best, int other), int best)
{
    enum { FEW = 10 };
    const lince_table *t = s->table;
    for (int i = 0; i < t->columns && s->rows >= FEW && best != LINCE_NO_COLUMN; i++)
        if (!is_taken(t, i) && close(s, best, i)) return i;
    return LINCE_NO_COLUMN;
}

static bool occurs_again(const survey *s, int column)
{
    return lince_map_find(&s->columns[column].values, s->columns[column].first) != NULL;
}

/* "4" asks for the fourth column, and not for one whose first value is 4. */
static bool names_a_column(const lince_table *t, const lince_table_options *o)
{
    char first[LINCE_COLUMN_MAX];
    if (o->text_column) next_name(o->text_column, first);
    const char *const wanted[] = {o->text_column ? first : NULL, o->text_column, o->label_column,
                                  o->group_column, o->split_column};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (wanted[i] && by_number(t, wanted[i]) == LINCE_NO_COLUMN &&
            by_name(t, wanted[i]) != LINCE_NO_COLUMN)
            return true;
    return false;
}

static bool looks_like_header(const survey *s, const lince_table_options *o)
{
    const lince_table *t = s->table;
    if (o->header && strcmp(o->header, "auto") != 0) return !strcmp(o->header, "yes");
    if (names_a_column(t, o) || known_name(t, text_names, LINCE_NO_COLUMN) != LINCE_NO_COLUMN ||
        known_name(t, label_names, LINCE_NO_COLUMN) != LINCE_NO_COLUMN)
        return true;
    int label = fewest_values(s, longest(s, LINCE_NO_COLUMN));
    return s->rows >= 10 && label != LINCE_NO_COLUMN && !occurs_again(s, label) &&
           !is_number(t->names[label]);
}

/* Many values, which rows share: between a fiftieth and nine tenths of the rows. */
static int find_kin(const survey *s)
{
    int best = LINCE_NO_COLUMN;
    for (int i = 0; i < s->table->columns; i++) {
        size_t n = s->columns[i].values.count;
        if (is_taken(s->table, i) || 50 * n < s->rows || 10 * n > 9 * s->rows) continue;
        if (best == LINCE_NO_COLUMN || n > s->columns[best].values.count) best = i;
    }
    return best;
}

static int find_id(const survey *s)
{
    const lince_table *t = s->table;
    for (int i = 0; i < t->columns; i++) {
        const column_seen *c = &s->columns[i];
        if (is_taken(t, i) || c->filled < s->rows || c->values.count < s->rows) continue;
        if (t->header || !occurs_again(s, i)) return i;
    }
    return LINCE_NO_COLUMN;
}

/* --- deciding ------------------------------------------------------------------------------------- */

/* Where the other table's column is in this one: by name where both have names. */
static int follow(const lince_table *t, const lince_table *like, int column, int *here)
{
    char shown[LINCE_COLUMN_MAX];
    *here = LINCE_NO_COLUMN;
    if (column == LINCE_NO_COLUMN) return 0;
    if (t->header && like->header)
        *here = by_name(t, like->names[column]);
    else if (t->columns == like->columns)
        *here = column;
    if (*here != LINCE_NO_COLUMN) return 0;
    return lince_fail(LINCE_EDATA, "columns: %d, none of which is column %s of the training file", t->columns,
                      lince_table_column(like, column, shown));
}

static int follow_marks(lince_table *t, const lince_table *like)
{
    int here;
    t->marks = like->marks;
    for (int i = 0; i < like->columns && like->marks; i++) {
        if (!like->is_class[i]) continue;
        LINCE_TRY(follow(t, like, i, &here));
        t->is_class[here] = true;
    }
    return 0;
}

static int find_split(lince_table *t, const lince_table_options *o)
{
    const char *wanted = o->split_column;
    bool there = wanted && (by_number(t, wanted) != LINCE_NO_COLUMN ||
                            (t->header && by_name(t, wanted) != LINCE_NO_COLUMN));
    return there || !o->split_optional ? find_column(t, "split-column", wanted, &t->split) : 0;
}

/* Two columns of 0 and 1 at least, where no label is known by its name: each is a class. */
static void find_marks(survey *s)
{
    lince_table *t = s->table;
    int found = 0;
    for (int i = 0; i < t->columns; i++) {
        t->is_class[i] = s->rows && s->columns[i].flags == s->rows && *t->names[i] && !is_taken(t, i);
        found += t->is_class[i];
    }
    t->marks = found > 1;
    for (int i = t->columns - 1; i >= 0 && t->marks; i--)
        if (!is_taken(t, i) && 4 * s->columns[i].flags >= 3 * s->rows) t->near_class = i;
    for (int i = 0; i < t->columns && !t->marks; i++) t->is_class[i] = false;
}

static int guess(survey *s, const lince_table_options *o)
{
    lince_table *t = s->table;
    LINCE_TRY(find_texts(t, o->text_column));
    LINCE_TRY(find_column(t, "label-column", o->label_column, &t->label));
    LINCE_TRY(find_column(t, "group-column", o->group_column, &t->group));
    LINCE_TRY(find_split(t, o));
    int text = t->text_count ? t->texts[0] : LINCE_NO_COLUMN;
    if (text == LINCE_NO_COLUMN && t->header) text = known_name(t, text_names, t->label);
    if (text == LINCE_NO_COLUMN) text = longest(s, t->label);
    if (!t->text_count && text != LINCE_NO_COLUMN) t->texts[t->text_count++] = text;
    if (t->label == LINCE_NO_COLUMN && t->header) t->label = known_name(t, label_names, text);
    bool single = o->labels && !strcmp(o->labels, "one");
    if (t->label == LINCE_NO_COLUMN && t->header && !single && !o->unlabelled) find_marks(s);
    if (t->label == LINCE_NO_COLUMN && !t->marks) t->label = fewest_values(s, text);
    return 0;
}

static int check(const lince_table *t, bool unlabelled)
{
    char shown[LINCE_COLUMN_MAX];
    if (t->label != LINCE_NO_COLUMN && holds_text(t, t->label))
        return lince_fail(LINCE_EUSAGE, "column %s cannot be both text and label",
                          lince_table_column(t, t->label, shown));
    if (t->text_count && (t->label != LINCE_NO_COLUMN || t->marks || unlabelled)) return 0;
    lince_buffer all = {0};
    list_columns(t, &all);
    int code = lince_fail(LINCE_EDATA,
                          "no column looks like labels, which many rows share; name it with --label-column. "
                          "There are: %s",
                          all.data);
    lince_buffer_release(&all);
    return code;
}

static int decide(survey *s, const lince_table_options *o, const lince_table *like)
{
    lince_table *t = s->table;
    if (!t->columns) return lince_fail(LINCE_EDATA, "the file is empty: it has no rows");
    t->header = s->named || looks_like_header(s, o);
    if (like) {
        for (; t->text_count < like->text_count; t->text_count++)
            LINCE_TRY(follow(t, like, like->texts[t->text_count], &t->texts[t->text_count]));
        LINCE_TRY(follow(t, like, like->label, &t->label));
        LINCE_TRY(follow_marks(t, like));
        LINCE_TRY(follow(t, like, like->split, &t->split));
        LINCE_TRY(follow(t, like, like->group, &t->group));
        LINCE_TRY(follow(t, like, like->id, &t->id));
        return follow(t, like, like->kin, &t->kin);
    }
    if (t->columns == 1 && !o->unlabelled)
        return lince_fail(LINCE_EDATA, "one column only; expected labels and texts, in columns that commas, "
                                       "tabs, semicolons or bars separate");
    LINCE_TRY(guess(s, o));
    LINCE_TRY(check(t, o->unlabelled));
    if (!o->text_column) t->other_text = find_close(s, close_text, t->texts[0]);
    if (!o->label_column) t->other_label = find_close(s, close_label, t->label);
    t->kin = t->group == LINCE_NO_COLUMN ? find_kin(s) : LINCE_NO_COLUMN;
    t->id = find_id(s);
    return 0;
}

/* --- several labels ------------------------------------------------------------------------------- */

char lince_table_separator(const lince_table_options *o)
{
    return o->label_separator && *o->label_separator ? *o->label_separator : '|';
}

static int look_for_lists(void *context, const lince_csv_record *record)
{
    survey *s = context;
    const lince_table *t = s->table;
    bool is_new;
    if (record->count != (size_t)t->columns || lince_table_is_header(t, record)) return 0;
    const lince_csv_field *f = &record->fields[t->label];
    if (!lince_map_at(&s->labels, lince_hash(0, f->text, f->size), &is_new)) return LINCE_ENOMEM;
    return is_new ? lince_label_survey_add(&s->lists, f->text, s->separator) : 0;
}

/* What cannot be read is told when it is. */
static int look_for_others(void *context, const lince_csv_record *record)
{
    survey *s = context;
    const lince_table *t = s->table;
    if (record->count != (size_t)t->columns || lince_table_is_header(t, record)) return 0;
    int marks = lince_marks_read(t->names, t->is_class, t->columns, record, &s->marked);
    s->table->several = s->table->several || (marks >= 0 && marks != 1);
    return marks == LINCE_ENOMEM ? marks : s->table->several;
}

/* Where each row marks exactly one class, samples have one label. */
static int find_several_marks(survey *s, const lince_records *records, const lince_table_options *o,
                              const lince_table *like)
{
    s->table->several = like ? like->several : o->labels && !strcmp(o->labels, "several");
    return like || s->table->several ? 0 : lince_records_read(records, look_for_others, s);
}

static int find_lists(survey *s, const lince_records *records, const lince_table_options *o,
                      const lince_table *like)
{
    lince_table *t = s->table;
    bool asked = o->labels && strcmp(o->labels, "auto") != 0;
    if (t->marks) return find_several_marks(s, records, o, like);
    t->lists = like ? like->lists : asked && !strcmp(o->labels, "several");
    if (like || asked || t->label == LINCE_NO_COLUMN || !s->columns[t->label].barred) return 0;
    LINCE_TRY(lince_records_read(records, look_for_lists, s));
    t->lists = lince_label_survey_says(&s->lists);
    return 0;
}

static int find_several(survey *s, const lince_records *records, const lince_table_options *o,
                        const lince_table *like)
{
    LINCE_TRY(find_lists(s, records, o, like));
    s->table->several = s->table->several || s->table->lists;
    return 0;
}

/* --- records -------------------------------------------------------------------------------------- */

const char *lince_table_text(const lince_table *t, const lince_csv_record *record, lince_buffer *joined)
{
    if (t->text_count == 1) return record->fields[t->texts[0]].text;
    joined->size = 0;
    lince_buffer_puts(joined, "");
    for (int i = 0; i < t->text_count; i++) {
        const lince_csv_field *f = &record->fields[t->texts[i]];
        if (f->size && joined->size) lince_buffer_puts(joined, " ");
        lince_buffer_put(joined, f->text, f->size);
    }
    return joined->error ? NULL : joined->data;
}

bool lince_table_is_header(const lince_table *t, const lince_csv_record *record)
{
    if (!t->header || record->count != (size_t)t->columns) return false;
    for (int i = 0; i < t->columns; i++)
        if (strcmp(record->fields[i].text, t->names[i]) != 0) return false;
    return true;
}

/* --- all of it ------------------------------------------------------------------------------------ */

lince_csv_dialect lince_table_dialect(const lince_table_options *o, const lince_table *like)
{
    lince_csv_dialect known = {0};
    if (like) known.delimiter = like->dialect.delimiter;
    if (like && like->dialect.quoting == LINCE_QUOTING_NONE) known.quoting = LINCE_QUOTING_NONE;
    if (o->quoting && !strcmp(o->quoting, "minimal")) known.quoting = LINCE_QUOTING_MINIMAL;
    if (o->quoting && !strcmp(o->quoting, "none")) known.quoting = LINCE_QUOTING_NONE;
    return known;
}

int lince_table_survey(lince_table *table, const lince_records *records, const lince_table_options *options,
                       const lince_table *like)
{
    *table = (lince_table){.dialect = records->dialect,
                           .label = LINCE_NO_COLUMN,
                           .near_class = LINCE_NO_COLUMN,
                           .other_text = LINCE_NO_COLUMN,
                           .other_label = LINCE_NO_COLUMN,
                           .split = LINCE_NO_COLUMN,
                           .group = LINCE_NO_COLUMN,
                           .id = LINCE_NO_COLUMN,
                           .kin = LINCE_NO_COLUMN};
    survey s = {.table = table, .named = records->format->named, .separator = lince_table_separator(options)};
    int code = lince_records_read(records, look, &s);
    if (!code) code = decide(&s, options, like);
    if (!code) code = find_several(&s, records, options, like);
    lince_buffer_release(&s.marked);
    lince_label_survey_release(&s.lists);
    lince_map_release(&s.labels);
    for (int i = 0; s.columns && i < table->columns; i++) lince_map_release(&s.columns[i].values);
    lince_free(s.columns);
    if (code) lince_table_release(table);
    return code;
}
