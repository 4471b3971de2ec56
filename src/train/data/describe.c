/* lince_describe: what a path is, in a few lines or as JSON. */
#include <lince/describe.h>

#include "core/buffer.h"
#include "core/class_order.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "data/dataset.h"
#include "modality/modality.h"
#include "settings/reading.h"
#include "settings/settings.h"
#include "train/data/describe.h"
#include "train/data/leaks.h"
#include "train/run/run.h"
#include "weights/weights.h"

#include <string.h>
#include <sys/stat.h>

/* --- data sets ------------------------------------------------------------------------------------ */

static void append_sentence(void *context, const char *sentence)
{
    json_t **array = context;
    lince_json_add(array, lince_json_string(sentence));
}

/* The numbers, and the sentences that tell them. */
static int put_leaks(lince_dataset *d, const lince_observer *observer, json_t **result)
{
    lince_leaks leaks;
    json_t *told = json_array();
    int code = lince_leaks_look(&leaks, &lince_alone, d, false, false, observer);
    if (!code && !lince_leaks_tell(&leaks, d, append_sentence, &told))
        append_sentence(&told, _("no sample is in two parts or under two labels"));
    if (!code) lince_json_put(result, "leaks", lince_leaks_json(&leaks));
    lince_json_put(result, "duplicates", told);
    lince_leaks_release(&leaks);
    return code;
}

/* How many samples there are, which the classes' counts do not say, and how many have no label. */
static void put_several(const lince_dataset *d, json_t **result)
{
    json_t *samples = json_object(), *without = json_object();
    for (int p = 0; p < LINCE_PARTS; p++) {
        const int32_t *labels;
        size_t count = lince_dataset_count(d, (lince_part)p), none = 0;
        for (size_t i = 0; i < count; i++) none += !lince_dataset_labels(d, (lince_part)p, i, &labels);
        lince_json_put(&samples, lince_part_name((lince_part)p), json_integer((json_int_t)count));
        lince_json_put(&without, lince_part_name((lince_part)p), json_integer((json_int_t)none));
    }
    lince_json_put(result, "labels", lince_json_string("several"));
    lince_json_put(result, "samples", samples);
    lince_json_put(result, "without_label", without);
}

static int describe_data(const char *path, const lince_settings *settings, const lince_observer *observer,
                         json_t **result)
{
    lince_dataset *d;
    lince_table_options options = settings ? lince_table_settings(settings) : (lince_table_options){0};
    lince_within within = settings ? lince_within_settings(settings, observer) : (lince_within){0};
    LINCE_TRY(lince_dataset_open_table(&d, path, &options, settings ? &within : NULL));
    json_t *parts = json_object(), *classes = json_array(), *notes = json_array();
    for (int c = 0; c < lince_dataset_classes(d); c++)
        lince_json_add(&classes, lince_json_string(lince_dataset_class(d, c)));
    for (int p = 0; p < LINCE_PARTS; p++) {
        json_t *counts = json_array();
        for (int c = 0; c < lince_dataset_classes(d); c++)
            lince_json_add(&counts, json_integer((json_int_t)lince_dataset_class_count(d, (lince_part)p, c)));
        lince_json_put(&parts, lince_part_name((lince_part)p), counts);
    }
    for (size_t i = 0; i < lince_dataset_notes(d); i++)
        lince_json_add(&notes, lince_json_string(lince_dataset_note(d, i)));
    *result = lince_json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "path", path, "kind", lince_dataset_kind(d),
                              "fingerprint", lince_dataset_fingerprint(d), "classes", classes, "per_class",
                              parts, "notes", notes);
    if (lince_dataset_several(d)) put_several(d, result);
    const lince_modality *m = lince_modality_of_data(d);
    lince_watch watch = lince_watch_for(observer);
    int code = m->put_info ? m->put_info(d, &watch, result) : 0;
    if (!code && settings && !strcmp(settings->find_duplicates, "yes")) code = put_leaks(d, observer, result);
    if (code) json_decref(*result);
    lince_dataset_free(d);
    return code;
}

/* --- runs ----------------------------------------------------------------------------------------- */

static int describe_run(const char *path, json_t **result)
{
    lince_run run;
    lince_history history = {0};
    char file[LINCE_PATH_MAX];
    LINCE_TRY(lince_run_open(&run, path));
    *result = lince_json_pack("{s:s, s:s}", "path", path, "kind", "run");
    LINCE_TRY(lince_path_join(file, path, "results.csv"));
    if (!lince_file_is_missing(file)) LINCE_TRY(lince_run_read_history(&run, &history));
    if (history.count) lince_json_put(result, "epochs", json_integer((json_int_t)history.count));
    lince_history_release(&history);
    static const char *const parts[][2] = {{"model", "model.json"}, {"test", "test.json"}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        LINCE_TRY(lince_path_join(file, path, parts[i][1]));
        json_t *json;
        LINCE_TRY(lince_json_read_if_there(file, &json));
        if (json) lince_json_put(result, parts[i][0], json);
    }
    return 0;
}

/* --- as text -------------------------------------------------------------------------------------- */

enum { LABELS = 25 };

/* Values come out of files. */
void lince_put_fact(lince_buffer *out, const char *label, const char *value)
{
    lince_buffer_printf(out, "%*s ", lince_field(-LABELS, label), label);
    lince_put_name_for_display(out, value, "?");
    lince_buffer_puts(out, "\n");
}

/* How a number is told: as it is, to four places, or as a share in per cent. */
typedef enum format { COUNT, DECIMAL, SHARE } format;

typedef struct told {
    const char *key, *label; /* untranslated */
    format format;
} told;

static void put_numbers(lince_buffer *out, const json_t *json, const told *list, size_t count)
{
    static const char *const formats[] = {[COUNT] = "%.0f", [DECIMAL] = "%.4f", [SHARE] = "%.2f %%"};
    for (size_t i = 0; i < count; i++) {
        char text[64];
        const json_t *value = json_object_get(json, list[i].key);
        if (!json_is_number(value)) continue;
        double number = json_number_value(value) * (list[i].format == SHARE ? 100 : 1);
        snprintf(text, sizeof text, formats[list[i].format], number);
        lince_put_fact(out, lince_translate(list[i].label), text);
    }
}

static void put_model(lince_buffer *out, const json_t *json)
{
    static const told numbers[] = {{"parameters", N_("parameters"), COUNT},
                                   {"trainable", N_("of these trained"), COUNT},
                                   {"macs", N_("multiply-adds a sample"), COUNT}};
    const char *name = json_string_value(json_object_get(json, "name")),
               *recipe = json_string_value(json_object_get(json, "recipe"));
    char text[128];
    if (name) lince_put_fact(out, _("model"), name);
    put_numbers(out, json, numbers, sizeof numbers / sizeof *numbers);
    if (!recipe) return;
    snprintf(text, sizeof text, _("default of %s"), recipe);
    lince_put_fact(out, _("recipe"), text);
}

static void put_run(lince_buffer *out, const json_t *json)
{
    static const told epochs[] = {{"epochs", N_("epochs"), COUNT}},
                      test[] = {{"n", N_("test samples"), COUNT},
                                {"loss", N_("test loss"), DECIMAL},
                                {"accuracy", N_("test accuracy"), SHARE},
                                {"top5", N_("among the five likeliest"), SHARE},
                                {"ece", N_("calibration error"), SHARE}};
    lince_put_fact(out, _("run"), json_string_value(json_object_get(json, "path")));
    put_model(out, json_object_get(json, "model"));
    put_numbers(out, json, epochs, 1);
    put_numbers(out, json_object_get(json, "test"), test, sizeof test / sizeof *test);
}

/* A part's number of samples: its classes' counts, which of several labels are more. */
static double samples_of(const json_t *json, const char *part)
{
    const json_t *counts = json_object_get(json_object_get(json, "per_class"), part),
                 *samples = json_object_get(json, "samples");
    double sum = 0;
    if (samples) return json_number_value(json_object_get(samples, part));
    for (size_t i = 0; i < json_array_size(counts); i++) sum += json_number_value(json_array_get(counts, i));
    return sum;
}

static const char *class_at(const void *classes, size_t index)
{
    return json_string_value(json_array_get(classes, index));
}

/* A row a class, a column a part; names are padded by letters, not bytes. */
static void put_counts(lince_buffer *out, const json_t *json)
{
    const json_t *classes = json_object_get(json, "classes"), *parts = json_object_get(json, "per_class");
    int width = lince_characters(_("class")),
        *order = lince_class_order(class_at, classes, json_array_size(classes));
    if (!order) out->error = LINCE_ENOMEM;
    for (size_t c = 0; c < json_array_size(classes); c++) {
        int letters = lince_characters(class_at(classes, c));
        if (letters > width) width = letters;
    }
    lince_buffer_printf(out, "%*s", lince_field(-width, _("class")), _("class"));
    for (int p = 0; p < LINCE_PARTS; p++) {
        const char *title = lince_part_title((lince_part)p);
        lince_buffer_printf(out, "  %*s", lince_field(13, title), title);
    }
    lince_buffer_puts(out, "\n");
    for (size_t i = 0; order && i < json_array_size(classes); i++) {
        size_t c = (size_t)order[i];
        const char *name = class_at(classes, c);
        lince_buffer_printf(out, "%*s", lince_field(-width, name), name);
        for (int p = 0; p < LINCE_PARTS; p++)
            lince_buffer_printf(
                out, "  %13.0f",
                json_number_value(json_array_get(json_object_get(parts, lince_part_name((lince_part)p)), c)));
        lince_buffer_puts(out, "\n");
    }
    lince_free(order);
}

static void put_without(lince_buffer *out, const json_t *json)
{
    const json_t *without = json_object_get(json, "without_label");
    if (!without) return;
    lince_buffer_printf(out,
                        _("a sample has any number of labels; without any: %.0f for training, %.0f for "
                          "validation, %.0f for the test\n"),
                        json_number_value(json_object_get(without, "train")),
                        json_number_value(json_object_get(without, "val")),
                        json_number_value(json_object_get(without, "test")));
}

static void put_data(lince_buffer *out, const json_t *json)
{
    const json_t *notes = json_object_get(json, "notes");
    const char *path = json_string_value(json_object_get(json, "path"));
    lince_buffer_printf(
        out,
        _("%s: %s; classes: %zu; samples for training: %.0f, for validation: %.0f, for the test: %.0f\n"),
        path, _(json_string_value(json_object_get(json, "kind"))),
        json_array_size(json_object_get(json, "classes")), samples_of(json, "train"), samples_of(json, "val"),
        samples_of(json, "test"));
    put_without(out, json);
    for (size_t i = 0; lince_modality_at(i); i++)
        if (lince_modality_at(i)->print_info) lince_modality_at(i)->print_info(json, out);
    lince_buffer_puts(out, "\n");
    put_counts(out, json);
    lince_buffer_puts(out, "\n");
    const json_t *duplicates = json_object_get(json, "duplicates");
    for (size_t i = 0; i < json_array_size(duplicates); i++)
        lince_buffer_printf(out, "%s\n", json_string_value(json_array_get(duplicates, i)));
    for (size_t i = 0; i < json_array_size(notes); i++)
        lince_buffer_printf(out, _("note: %s\n"), json_string_value(json_array_get(notes, i)));
    lince_buffer_printf(out, _("fingerprint of the data (SHA-256): %s\n"),
                        json_string_value(json_object_get(json, "fingerprint")));
}

static bool is_run(const char *path)
{
    return lince_run_is_cv(path) /* which lince_run_open refuses */ || lince_run_is_there(path);
}

/* What lince writes and "info" has nothing to say of: pages say it. */
static int refuse_page(const char *path)
{
    static const char *const pages[][2] = {
        {"compare.json",
         N_("%s: a comparison, and no data set, weights file or run; its page is %s/compare.html")},
        {"search/search.json", N_("%s: a search, and no data set, weights file or run; its page is "
                                  "%s/tune.html, and its trials are runs (%s/trials/000, ...)")}};
    char file[LINCE_PATH_MAX];
    struct stat status;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (!lince_path_join(file, path, pages[i][0]) && !stat(file, &status))
            return lince_fail(LINCE_EDATA, pages[i][1], path, path, path);
    return 0;
}

int lince_describe(const char *path, int json, char **text)
{
    return lince_describe_as(path, NULL, NULL, json, text);
}

int lince_describe_as(const char *path, const lince_settings *settings, const lince_observer *observer,
                      int json, char **text)
{
    LINCE_NEED(path);
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    json_t *result = NULL;
    lince_buffer out = {0};
    *text = NULL;
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    LINCE_TRY(refuse_page(path));
    LINCE_TRY(is_run(path)                    ? describe_run(path, &result)
              : lince_weights_recognise(path) ? lince_describe_weights(path, &result)
                                              : describe_data(path, settings, &heard, &result));
    char *dump;
    int code = lince_json_text(json_incref(result), JSON_INDENT(2) | JSON_REAL_PRECISION(9), &dump);
    if (code) {
        json_decref(result);
        return lince_fail_in(code, path);
    }
    if (json)
        lince_buffer_printf(&out, "%s\n", dump);
    else if (!strcmp(json_string_value(json_object_get(result, "kind")), "weights"))
        lince_put_weights(&out, result);
    else if (json_object_get(result, "per_class"))
        put_data(&out, result);
    else
        put_run(&out, result);
    json_decref(result);
    lince_free(dump);
    *text = out.data;
    return out.error;
}
