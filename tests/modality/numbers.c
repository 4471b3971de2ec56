/* A third kind of samples, for the tests: rows of numbers, from a CSV file whose columns are numbers but for the
 * last one, called label. All that the program must know of them is in this file, and its row is one line of the
 * list of kinds (tests/CMakeLists.txt). */
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/number.h"
#include "data/loader/content.h"
#include "modality/modality.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 16 /* at most */ };

/* What a net sees of a row's number x in column i: (x - mean[i]) / deviation[i] of the training part. */
typedef struct encoder {
    int columns;
    float mean[COLUMNS], deviation[COLUMNS];
} encoder;

/* --- rows of text --------------------------------------------------------------------------------- */

/* "1.5,2,-3,cat" into numbers; what follows them goes to *rest (or NULL: nothing may). -1: it is no such row. */
static int parse_row(const char *line, float numbers[COLUMNS], const char **rest)
{
    int count = 0;
    double value;
    for (const char *end; (end = lince_number_read(line, &value)) != line; line = end + 1) {
        if (count == COLUMNS || (*end && *end != ',') || !isfinite(value)) return -1;
        numbers[count++] = (float)value;
        if (!*end) return rest ? -1 : count;
    }
    if (rest) *rest = line;
    return rest && *line ? count : -1;
}

/* Takes the next line of *text, without its end. */
static char *next_line(char **text)
{
    char *line = *text && **text ? strsep(text, "\n") : NULL;
    if (line) line[strcspn(line, "\r")] = '\0';
    return line;
}

/* --- in a source ---------------------------------------------------------------------------------- */

typedef struct table {
    int columns;
    float *values; /* [rows][columns] */
    size_t rows, capacity;
} table;

static const float *row_of(const lince_dataset *d, lince_part part, size_t index)
{
    const table *t = d->state;
    return t->values + d->parts[part].at[index].offset * (size_t)t->columns;
}

static int recognise(lince_source *source)
{
    enum { HEAD = 4096 };
    lince_bytes head = {0};
    float numbers[COLUMNS];
    const char *label;
    if (source->count != 1 || lince_source_peek(source, &source->entries[0], HEAD, &head)) return 0;
    char *text = lince_strndup((const char *)head.data, head.size), *at = text, *header = next_line(&at),
         *first = next_line(&at);
    size_t length = header ? strlen(header) : 0;
    bool is = length > 6 && !strcmp(header + length - 6, ",label") && first &&
              parse_row(first, numbers, &label) > 0;
    lince_free(text);
    lince_bytes_release(&head);
    return is;
}

static int add_row(lince_dataset *d, char *line, size_t number)
{
    table *t = d->state;
    float numbers[COLUMNS];
    char name[32];
    const char *label;
    lince_sample sample = {.offset = t->rows};
    int count = parse_row(line, numbers, &label);
    if (count < 1 || (t->rows && count != t->columns))
        return lince_fail(LINCE_EFORMAT, "%s: line %zu: expected %d numbers and a label", d->source.path,
                          number, t->columns);
    t->columns = count;
    LINCE_TRY(lince_grow(&t->values, &t->capacity, (t->rows + 1) * (size_t)count, sizeof *t->values));
    memcpy(t->values + t->rows++ * (size_t)count, numbers, (size_t)count * sizeof *numbers);
    snprintf(name, sizeof name, "%zu", number);
    LINCE_TRY(lince_dataset_add_class(d, label, strlen(label), &sample.label));
    sample.name = lince_names_add(&d->names, name);
    sample.text = lince_names_add(&d->names, line);
    if (!sample.name || !sample.text) return LINCE_ENOMEM;
    return lince_dataset_add_sample(d, LINCE_TRAIN, sample);
}

static int index_rows(lince_dataset *d)
{
    lince_bytes bytes;
    d->kind = "numbers";
    if (!(d->state = lince_alloc(1, sizeof(table)))) return LINCE_ENOMEM;
    LINCE_TRY(lince_source_read(&d->source, &d->source.entries[0], &bytes));
    char *text = lince_strndup((const char *)bytes.data, bytes.size), *at = text, *line = next_line(&at);
    int code = text ? 0 : LINCE_ENOMEM;
    for (size_t number = 2; !code && (line = next_line(&at)); number++)
        if (*line) code = add_row(d, line, number);
    lince_free(text);
    lince_bytes_release(&bytes);
    return code;
}

static void release_rows(lince_dataset *d)
{
    table *t = d->state;
    if (t) lince_free(t->values);
    lince_free(t);
}

/* Rows are alike where all their numbers are the same. */
static int sign_rows(lince_likeness *l, int threads, const lince_watch *watch)
{
    size_t bytes = (size_t)((const table *)l->dataset->state)->columns * sizeof(float);
    (void)threads;
    (void)watch;
    for (size_t i = 0; i < l->count; i++)
        l->content[i] = lince_hash(0, row_of(l->dataset, l->part, i), bytes);
    return lince_likeness_index(l);
}

static int find_near(const lince_likeness *in, const lince_likeness *of, bool relabelled, size_t begin,
                     size_t end, lince_match *matches)
{
    (void)in, (void)of, (void)relabelled, (void)begin, (void)end, (void)matches;
    return 0;
}

static void close_rows(lince_likeness *l)
{
    (void)l;
}

static const lince_likeness_kind same_rows = {.open = sign_rows, .find = find_near, .close = close_rows};
static const lince_layout rows = {.recognise = recognise, .index = index_rows, .release = release_rows};
static const lince_layout *const layouts[] = {&rows, NULL};

/* --- the encoder ---------------------------------------------------------------------------------- */

static int prepare(lince_opening *o)
{
    encoder *e = o->encoder;
    size_t n = lince_dataset_count(o->dataset, LINCE_TRAIN);
    e->columns = ((const table *)o->dataset->state)->columns;
    for (int c = 0; c < e->columns; c++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < n; i++) {
            double x = (double)row_of(o->dataset, LINCE_TRAIN, i)[c];
            sum += x, squares += x * x;
        }
        double mean = sum / (double)n, variance = squares / (double)n - mean * mean;
        e->mean[c] = (float)mean;
        e->deviation[c] = variance > 1e-12 ? (float)sqrt(variance) : 1;
    }
    return 0;
}

static void encode(const encoder *e, const float *row, float *out)
{
    for (int c = 0; c < e->columns; c++) out[c] = (row[c] - e->mean[c]) / e->deviation[c];
}

static void describe(const lince_opening *o, json_t **data)
{
    const encoder *e = o->encoder;
    lince_json_put(data, "columns", json_integer(e->columns));
}

static const char *const marks[] = {"lince.numbers", NULL};

static int write_encoder(const void *of, lince_passport *passport)
{
    const encoder *e = of;
    char text[COLUMNS * 40] = "";
    for (int c = 0; c < e->columns; c++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%.9g,%.9g", c ? "," : "", (double)e->mean[c],
                 (double)e->deviation[c]);
    }
    return lince_passport_put(passport, "lince.numbers", text);
}

static int read_encoder(void *of, const lince_weights *weights, const char *path)
{
    encoder *e = of;
    const char *at = lince_weights_metadata(weights, "lince.numbers");
    double mean, deviation;
    while (at && *at && e->columns < COLUMNS) {
        at = lince_number_read(at, &mean);
        at = *at == ',' ? lince_number_read(at + 1, &deviation) : NULL;
        if (!at || !(deviation > 0))
            return lince_fail(LINCE_EDATA, "%s: its 'lince.numbers' is damaged", path);
        e->mean[e->columns] = (float)mean;
        e->deviation[e->columns++] = (float)deviation;
        at += *at == ',';
    }
    return 0;
}

static int guess(void *of, const lince_architecture *a, const lince_weights *weights, const char *path,
                 lince_buffer *notes)
{
    (void)of, (void)weights, (void)notes;
    return lince_fail(LINCE_EUSAGE, "%s: %s needs its columns: only files that lince wrote have them", path,
                      a->name);
}

/* --- batches -------------------------------------------------------------------------------------- */

static lince_shape input_shape(const void *of)
{
    const encoder *e = of;
    return (lince_shape){e->columns, 1, 1, 1};
}

static int open_part(lince_loader *l, const void *how)
{
    encoder *own = l->state = lince_alloc(1, sizeof *own);
    if (!own) return LINCE_ENOMEM;
    *own = *(const encoder *)how;
    l->count = lince_dataset_count(l->dataset, l->part);
    return 0;
}

static int allocate(const lince_loader *l, lince_slot *s)
{
    const encoder *e = l->state;
    s->x = lince_alloc((size_t)l->options.batch_size * (size_t)e->columns, sizeof *s->x);
    s->row = (size_t)e->columns;
    return s->x ? 0 : LINCE_ENOMEM;
}

static int fill(const lince_loader *l, lince_slot *s, void *scratch)
{
    const encoder *e = l->state;
    size_t columns = (size_t)e->columns, n = (size_t)s->n, left = (size_t)l->options.batch_size - n;
    (void)scratch;
    for (size_t i = 0; i < n; i++) encode(e, row_of(l->dataset, l->part, s->index[i]), s->x + i * columns);
    memset(s->x + n * columns, 0, left * columns * sizeof *s->x);
    return 0;
}

static void release_part(lince_loader *l)
{
    lince_free(l->state);
}

static const lince_content content = {
    .open = open_part, .allocate = allocate, .fill = fill, .release = release_part};

static int load(void *of, const lince_settings *settings, lince_dataset *dataset, lince_part part, bool views,
                const lince_loader_options *options, lince_loader **loader)
{
    const encoder *e = of;
    (void)settings, (void)views;
    if (((const table *)dataset->state)->columns != e->columns)
        return lince_fail(LINCE_EDATA, "%s: the model expects %d numbers in a row",
                          lince_dataset_path(dataset), e->columns);
    return lince_loader_new(loader, dataset, part, &content, e, options);
}

/* --- questions ------------------------------------------------------------------------------------ */

static int answer_row(const lince_asking *a, const char *line, lince_prediction *p)
{
    const encoder *e = a->encoder;
    float numbers[COLUMNS], x[COLUMNS];
    if (parse_row(line, numbers, NULL) != e->columns)
        return lince_fail(LINCE_EFORMAT, "'%s': expected %d numbers, with commas", line, e->columns);
    encode(e, numbers, x);
    return a->answer(a->model, &(lince_input){.x = x}, 1, 1, p);
}

static int ask(const lince_asking *a, const char *path)
{
    char *text, *at, *line;
    size_t size;
    int code = 0;
    LINCE_TRY(lince_file_read(path, 1 << 24, &text, &size));
    at = text;
    while (!code && (line = next_line(&at))) {
        lince_prediction p = LINCE_PREDICTION_INIT;
        code = lince_answer(a, line, answer_row(a, line, &p), &p);
    }
    lince_free(text);
    return code;
}

const lince_modality lince_modality_numbers = {
    .name = "numbers",
    .plural = N_("rows of numbers"),
    .input = "row",
    .model = "mlp",
    .models = "mlp",
    .optimizer = "adam",
    .test_split = 0.2,
    .batch_size = 16,
    .threads = 1,
    .layouts = layouts,
    .likeness = &same_rows,
    .shared =
        N_("rows of the %s part that are also in the %s part: %zu as they are and %zu nearly so, of %zu "
           "(%.1f %%)"),
    .relabelled = N_("rows of the %s part that are in it under another label, too: %zu of %zu"),
    .encoder_size = sizeof(encoder),
    .prepare = prepare,
    .describe = describe,
    .input_shape = input_shape,
    .load = load,
    .marks = marks,
    .write = write_encoder,
    .read = read_encoder,
    .guess = guess,
    .ask = ask,
};
