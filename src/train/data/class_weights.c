#include "train/data/class_weights.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "core/number.h"
#include "text/csv.h"
#include "text/encoding.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST_FILE = 1 << 24 };

/* --- one class ------------------------------------------------------------------------------------ */

typedef struct reading {
    const lince_dataset *dataset;
    float *weight; /* [classes] */
    bool *given;   /* [classes] */
} reading;

static const char *class_at(const void *dataset, size_t index)
{
    return index < (size_t)lince_dataset_classes(dataset) ? lince_dataset_class(dataset, (int)index) : NULL;
}

/* -1: there is none of that name. */
static int class_named(const lince_dataset *d, const char *name)
{
    for (int c = 0; c < lince_dataset_classes(d); c++)
        if (!strcmp(lince_dataset_class(d, c), name)) return c;
    return -1;
}

static int refuse_class(const lince_dataset *d, const char *name)
{
    const char *nearest = lince_nearest(name, class_at, d);
    if (nearest) return lince_fail(LINCE_EDATA, "there is no class '%s'; did you mean '%s'?", name, nearest);
    return lince_fail(LINCE_EDATA, "there is no class '%s'; 'lince info' lists them", name);
}

static int set(reading *r, const char *name, double weight)
{
    int c = class_named(r->dataset, name);
    if (c < 0) return refuse_class(r->dataset, name);
    if (r->given[c]) return lince_fail(LINCE_EDATA, "the class '%s' is given twice", name);
    if (!(weight >= 0 && weight <= 1e6))
        return lince_fail(LINCE_EDATA, "the weight of '%s' is %g: expected 0 to 1e6", name, weight);
    r->given[c] = true;
    r->weight[c] = (float)weight;
    return 0;
}

/* Cuts blanks off both ends. */
static char *trimmed(char *text)
{
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1])) *--end = '\0';
    while (isspace((unsigned char)*text)) text++;
    return text;
}

static bool is_number(const char *text, double *value)
{
    const char *end = lince_number_read(text, value);
    return end != text && !*end && isfinite(*value);
}

/* --- "cat=2,dog=0.5" ------------------------------------------------------------------------------ */

/* The last '=' parts them: names may hold one, too. */
static int set_pair(reading *r, char *pair)
{
    double weight;
    char *equals = strrchr(pair, '=');
    if (!equals || !is_number(trimmed(equals + 1), &weight))
        return lince_fail(LINCE_EUSAGE, "'%s': expected CLASS=WEIGHT, as cat=2", pair);
    *equals = '\0';
    return set(r, trimmed(pair), weight);
}

static int take_pairs(void *context, const lince_csv_record *record)
{
    int code = 0;
    for (size_t i = 0; i < record->count && !code; i++) {
        char *pair = lince_strdup(record->fields[i].text);
        code = pair ? set_pair(context, pair) : LINCE_ENOMEM;
        lince_free(pair);
    }
    return code;
}

static int read_pairs(reading *r, const char *text)
{
    const lince_csv_dialect commas = {',', LINCE_QUOTING_MINIMAL};
    return lince_csv_read(text, strlen(text), commas, take_pairs, r);
}

/* --- a file --------------------------------------------------------------------------------------- */

static int set_row(reading *r, const lince_csv_record *record, char *name, char *number)
{
    double weight;
    name = trimmed(name), number = trimmed(number);
    if (is_number(number, &weight)) return set(r, name, weight);
    if (record->row == 1 && class_named(r->dataset, name) < 0) return 0; /* a header */
    return lince_fail(LINCE_EFORMAT, "'%s' is no number: expected a class and its weight", number);
}

static int take_row(void *context, const lince_csv_record *record)
{
    char place[LINCE_CSV_PLACE_MAX];
    int code;
    if (record->count == 2) {
        char *name = lince_strdup(record->fields[0].text), *number = lince_strdup(record->fields[1].text);
        code = name && number ? set_row(context, record, name, number) : LINCE_ENOMEM;
        lince_free(name);
        lince_free(number);
    } else
        code = lince_fail(LINCE_EFORMAT, "expected two fields, a class and its weight; found %zu",
                          record->count);
    return code ? lince_fail_in(code, lince_csv_place(record, place)) : 0;
}

static int read_csv(reading *r, const char *text, size_t size)
{
    return lince_csv_read(text, size, lince_csv_sniff(text, size, (lince_csv_dialect){0}), take_row, r);
}

static int read_json(reading *r, const char *text, size_t size)
{
    json_t *object, *weight;
    const char *name;
    int code = lince_json_parse(text, size, JSON_REJECT_DUPLICATES, &object, NULL);
    json_object_foreach(object, name, weight)
    {
        if (!code && !json_is_number(weight))
            code = lince_fail(LINCE_EFORMAT, "the weight of '%s' is no number", name);
        if (!code) code = set(r, name, json_number_value(weight));
    }
    json_decref(object);
    return code;
}

static int read_file(reading *r, const char *path)
{
    char *bytes, *text;
    size_t count, size;
    LINCE_TRY(lince_file_read(path, LARGEST_FILE, &bytes, &count));
    int code = lince_decode(bytes, count, "utf-8", &text, &size);
    lince_free(bytes);
    if (code) return lince_fail_in(code, path);
    code = text[strspn(text, " \t\r\n")] == '{' ? read_json(r, text, size) : read_csv(r, text, size);
    lince_free(text);
    return code ? lince_fail_in(code, path) : 0;
}

/* --- the whole ------------------------------------------------------------------------------------ */

static const char *const words[] = {"none", "balanced", NULL};

static const char *word_at(const void *context, size_t index)
{
    (void)context;
    return words[index];
}

bool lince_weighs_classes(const lince_settings *s)
{
    return s->class_weights && strcmp(s->class_weights, "none") != 0;
}

bool lince_weighs_positives(const lince_settings *s)
{
    return s->positive_weights && strcmp(s->positive_weights, "none") != 0;
}

int lince_class_weights_check(const char *option, const char *how)
{
    if (!strcmp(how, "balanced") || !access(how, R_OK) || strchr(how, '=')) return 0;
    const char *nearest = lince_nearest(how, word_at, NULL);
    if (nearest)
        return lince_fail(LINCE_EUSAGE, "--%s %s: there is no such file; did you mean %s?", option, how,
                          nearest);
    return lince_fail(LINCE_EUSAGE,
                      "--%s %s: there is no such file; expected none, balanced, a file, or classes as "
                      "cat=2,dog=0.5",
                      option, how);
}

static void balance(const lince_dataset *d, float *weight)
{
    int classes = lince_dataset_classes(d);
    double n = (double)lince_dataset_used(d, LINCE_TRAIN);
    for (int c = 0; c < classes; c++) {
        double of_class = (double)lince_dataset_class_count(d, LINCE_TRAIN, c);
        weight[c] = of_class > 0 ? (float)(n / (classes * of_class)) : 0;
    }
}

/* One that no sample has, or all, is as it is. */
static void balance_positives(const lince_dataset *d, float *weight)
{
    double n = (double)lince_dataset_used(d, LINCE_TRAIN);
    for (int c = 0; c < lince_dataset_classes(d); c++) {
        double of_class = (double)lince_dataset_class_count(d, LINCE_TRAIN, c);
        weight[c] = of_class > 0 && of_class < n ? (float)((n - of_class) / of_class) : 1;
    }
}

static int read_given(const char *option, const char *how, const lince_dataset *d, float *weight)
{
    int classes = lince_dataset_classes(d);
    float largest = 0;
    reading r = {.dataset = d, .weight = weight, .given = lince_alloc((size_t)classes, sizeof *r.given)};
    if (!r.given) return LINCE_ENOMEM;
    for (int c = 0; c < classes; c++) weight[c] = 1;
    bool file = !access(how, R_OK);
    int code = file ? read_file(&r, how) : read_pairs(&r, how);
    lince_free(r.given);
    for (int c = 0; c < classes; c++) largest = fmaxf(largest, weight[c]);
    if (!code && !(largest > 0))
        code = lince_fail(LINCE_EDATA, "all weights are 0: nothing would be learned");
    if (code == LINCE_EDATA && !file) code = LINCE_EUSAGE; /* it was typed */
    return code ? lince_fail_in(code, option) : 0;
}

int lince_class_weights(const char *how, const lince_dataset *d, float *weight)
{
    if (strcmp(how, "balanced") != 0) return read_given("--class-weights", how, d, weight);
    balance(d, weight);
    return 0;
}

int lince_positive_weights(const char *how, const lince_dataset *d, float *weight)
{
    if (strcmp(how, "balanced") != 0) return read_given("--positive-weights", how, d, weight);
    balance_positives(d, weight);
    return 0;
}

int lince_class_weights_kept(const char *folder, const char *name, float *weight, int classes)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, folder, "data.json"));
    json_t *data;
    LINCE_TRY(lince_json_read_if_there(path, &data));
    const json_t *kept = json_object_get(data, name);
    bool whole = json_array_size(kept) == (size_t)classes;
    for (int c = 0; c < classes && whole; c++)
        weight[c] = (float)json_number_value(json_array_get(kept, (size_t)c));
    json_decref(data);
    return whole ? 0 : 1;
}
