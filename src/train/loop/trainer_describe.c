/* data.json, model.json and cost.json: what the report tells of data, architecture and cost
 * (docs/formats.md). */
#include "core/cpu.h"
#include "core/error.h"
#include "core/json.h"
#include "core/peak_memory.h"
#include "train/data/leaks.h"
#include "train/data/open_data.h"
#include "train/loop/trainer.h"
#include "train/measure/results.h"

#include <lince/language.h>
#include <lince/version.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int lince_trainer_write_json(const lince_trainer *t, const char *name, json_t *json)
{
    return lince_write_json(t->run.folder, name, json, JSON_INDENT(2));
}

static json_t *strings(size_t count, const char *(*at)(const void *from, size_t index), const void *from)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) lince_json_add(&array, lince_json_string(at(from, i)));
    return array;
}

static const char *class_at(const void *from, size_t index)
{
    return lince_dataset_class(from, (int)index);
}

static json_t *part_json(const lince_dataset *d, lince_part part)
{
    json_t *counts = json_array();
    for (int c = 0; c < lince_dataset_classes(d); c++)
        lince_json_add(&counts, json_integer((json_int_t)lince_dataset_class_count(d, part, c)));
    return lince_json_pack("{s:I, s:o}", "n", (json_int_t)lince_dataset_used(d, part), "per_class", counts);
}

static json_t *bad_json(const lince_dataset *d)
{
    json_t *array = json_array();
    for (size_t i = 0; i < lince_dataset_left_out(d); i++) {
        const lince_left_out *sample = lince_dataset_left_out_at(d, i);
        if (sample->unreadable)
            lince_json_add(&array, lince_json_pack("{s:s, s:s}", "part", lince_part_name(sample->part),
                                                   "message", sample->reason));
    }
    return array;
}

static json_t *split_json(const lince_trainer *t)
{
    const lince_settings *s = t->settings;
    const char *from = s->val_on_test ? "test" : !t->val ? "none" : t->val_held_out ? "train" : "folder";
    json_t *split =
        lince_json_pack("{s:f, s:f, s:s, s:b, s:b, s:s, s:I}", "val_split", s->val_split, "test_split",
                        s->test_split, "split_by", s->split_by, "by_group",
                        lince_splits_by_group(s, t->dataset), "val_on_test", s->val_on_test, "val_from", from,
                        "seed", (json_int_t)(s->split_seed < 0 ? s->seed : (uint64_t)s->split_seed));
    if (s->folds)
        lince_json_put(&split, "fold",
                       lince_json_pack("{s:i, s:i, s:I}", "folds", s->folds, "fold", s->fold, "left_alone",
                                       (json_int_t)lince_dataset_left_alone(t->dataset)));
    return split;
}

static json_t *weights_json(const float *weight, int classes)
{
    json_t *array = json_array();
    for (int c = 0; c < classes; c++) lince_json_add(&array, lince_json_real((double)weight[c]));
    return array;
}

/* Of what is trained and validated with, but for the test part. */
static json_t *content_json(const lince_trainer *t)
{
    char sum[32];
    uint64_t val = t->val && !t->settings->val_on_test ? lince_loader_identities(t->val) : 0;
    snprintf(sum, sizeof sum, "%016llx", (unsigned long long)(lince_loader_identities(t->train) + val));
    return lince_json_string(sum);
}

static json_t *data_json(lince_trainer *t)
{
    const lince_modality *m = t->blueprint.modality;
    lince_opening opening = lince_trainer_opening(t);
    const lince_dataset *d = t->dataset;
    json_t *data = lince_json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:{s:o, s:o, s:o}, s:o, s:o, s:o}", "modality", m->name, "language",
        lince_language(), "path", lince_dataset_path(d), "kind", lince_dataset_kind(d), "fingerprint",
        lince_dataset_fingerprint(d), "classes", strings((size_t)lince_dataset_classes(d), class_at, d),
        "parts", "train", part_json(d, LINCE_TRAIN), "val", part_json(d, LINCE_VAL), "test",
        part_json(d, LINCE_TEST), "split", split_json(t), "bad", bad_json(d), "notes",
        strings(lince_dataset_notes(d), (const char *(*)(const void *, size_t))lince_dataset_note, d));
    lince_json_put(&data, "content", content_json(t));
    if (lince_dataset_several(d))
        lince_json_put(&data, "labels", lince_json_string(lince_labelling_of(d)->name));
    if (t->class_weight)
        lince_json_put(&data, "class_weights", weights_json(t->class_weight, t->blueprint.classes));
    if (t->positive_weight)
        lince_json_put(&data, "positive_weights", weights_json(t->positive_weight, t->blueprint.classes));
    if (!strcmp(t->settings->sampler, "balanced"))
        lince_json_put(&data, "sampler", lince_json_string(t->settings->sampler));
    if (t->leaks.count) lince_json_put(&data, "leaks", lince_leaks_json(&t->leaks));
    if (t->settings->drop_duplicates) lince_json_put(&data, "dropped", lince_dropped_json(d));
    m->describe(&opening, &data);
    return data;
}

/* --- the model ------------------------------------------------------------------------------------ */

/* Of its parameters; `trained`: without those that stay as they began. */
static size_t elements(const lince_layer *l, bool trained)
{
    size_t sum = 0;
    for (int i = 0; i < l->param_count; i++)
        if (!l->params[i].buffer && !(trained && l->params[i].fixed))
            sum += lince_param_elements(&l->params[i]);
    return sum;
}

/* Whether all of its parameters came from the file of --weights. */
static bool is_loaded(const lince_layer *l)
{
    bool loaded = l->param_count > 0;
    for (int i = 0; i < l->param_count; i++)
        loaded &= l->params[i].loaded || lince_param_is_whole_number(&l->params[i]);
    return loaded;
}

/* trained_from: the first epoch that changes it, 1-based; 0: none does. */
static json_t *layer_json(const lince_layer *l, int trained_from)
{
    char detail[128] = "";
    lince_shape out = l->out; /* as PyTorch has it: with the copies that lince does not compute */
    if (l->type->copies_are_places) {
        int side = (int)lround(sqrt(l->out_copies));
        out.height *= side;
        out.width *= side;
    } else
        out.channels *= l->out_copies;
    if (l->type->describe) l->type->describe(l, detail, sizeof detail);
    return lince_json_pack("{s:s, s:s, s:s, s:[i, i, i], s:I, s:I, s:i, s:b}", "name", l->name, "type",
                           l->type->name, "detail", detail, "output", out.channels, out.height, out.width,
                           "parameters", (json_int_t)elements(l, false), "macs", (json_int_t)l->macs,
                           "trained_from", trained_from, "loaded", is_loaded(l));
}

static json_t *widths_json(const int *widths, int count)
{
    json_t *array = json_array();
    for (int i = 0; i < count && widths[i]; i++) lince_json_add(&array, json_integer(widths[i]));
    return array;
}

static void put_change(json_t **list, const char *what, json_t *value, json_t *published)
{
    if (json_equal(value, published)) {
        json_decref(value);
        json_decref(published);
    } else
        lince_json_add(list, lince_json_pack("{s:s, s:o, s:o}", "what", what, "value", value, "published",
                                             published));
}

/* What differs from the published architecture, as facts; the report has the words. */
static json_t *changes(const lince_trainer *t)
{
    const lince_blueprint *b = &t->blueprint;
    const lince_architecture *a = lince_trainer_architecture(t);
    lince_shape input = b->modality->input_shape(b->encoder);
    json_t *list = json_array();
    if (a->classes) put_change(&list, "outputs", json_integer(b->classes), json_integer(a->classes));
    if (b->head_given)
        put_change(&list, "head", widths_json(b->head, b->head_count), widths_json(a->hidden, 2));
    if (b->dropout >= 0)
        put_change(&list, "dropout", lince_json_real(b->dropout), lince_json_real((double)a->dropout));
    if (a->image_size)
        put_change(&list, "input", lince_json_pack("[i, i]", input.width, input.height),
                   lince_json_pack("[i, i]", a->image_size, a->image_size));
    return list;
}

/* What of the weights that training started from was not simply loaded; null where it started from none. */
static json_t *differences_json(const lince_trainer *t)
{
    const lince_load_result *r = &t->loaded;
    if (!t->settings->weights) return json_null();
    json_t *object = json_object();
    for (int k = 0; k < LINCE_DIFFERENCE_KINDS; k++) {
        json_t *names = json_array();
        for (size_t i = 0; i < r->count; i++)
            if (r->differences[i].kind == (lince_difference_kind)k)
                lince_json_add(&names, lince_json_string(r->differences[i].name));
        lince_json_put(&object, lince_difference_name((lince_difference_kind)k), names);
    }
    return object;
}

/* {"winograd-avx512": 12}: for how many geometries each row was chosen. */
static json_t *kernels_json(const lince_trainer *t)
{
    json_t *counts = json_object();
    for (const char *line = lince_kept_text(&t->kernels); *line;) {
        char name[128];
        const char *word = line; /* the third: operation, geometry, row */
        for (int i = 0; i < 2; i++) word += strcspn(word, " ") + 1;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(word, " \n"), word);
        lince_json_put(&counts, name, json_integer(1 + json_integer_value(json_object_get(counts, name))));
        line += strcspn(line, "\n") + 1;
    }
    return counts;
}

static json_t *model_json(const lince_trainer *t)
{
    json_t *layers = json_array();
    size_t all = 0, trained = 0, loaded = 0;
    double macs = 0;
    lince_shape input = t->blueprint.modality->input_shape(t->blueprint.encoder);
    for (size_t i = 1; i < lince_net_nodes(t->net); i++) {
        const lince_layer *l = lince_net_layer(t->net, i);
        int trained_from = lince_freezing_first(&t->freezing, (int)i) + 1;
        lince_json_add(&layers, layer_json(l, trained_from));
        all += elements(l, false);
        trained += trained_from ? elements(l, true) : 0;
        loaded += is_loaded(l) ? elements(l, false) : 0;
        macs += l->macs;
    }
    return lince_json_pack(
        "{s:s, s:s?, s:I, s:I, s:I, s:I, s:s?, s:o, s:[i, i, i], s:i, s:s, s:o, s:s, s:o, s:o}", "name",
        t->blueprint.model, "recipe", t->by_recipe ? t->blueprint.model : NULL, "parameters", (json_int_t)all,
        "trainable", (json_int_t)trained, "loaded", (json_int_t)loaded, "macs", (json_int_t)macs, "weights",
        t->settings->weights, "differences", differences_json(t), "input", input.channels, input.height,
        input.width, "threads", t->threads, "machine", lince_cpu_name(), "kernels", kernels_json(t),
        "version", LINCE_VERSION, "changes", changes(t), "layers", layers);
}

int lince_trainer_describe(lince_trainer *t)
{
    LINCE_TRY(lince_trainer_write_json(t, "data.json", data_json(t)));
    return lince_trainer_write_json(t, "model.json", model_json(t));
}

/* --- cost ----------------------------------------------------------------------------------------- */

/* What a session before this one needed; 0: there was none. */
static int earlier_peak(const lince_trainer *t, json_int_t *peak)
{
    char path[LINCE_PATH_MAX];
    json_t *cost;
    LINCE_TRY(lince_path_join(path, t->run.folder, "cost.json"));
    int code = lince_json_read_if_there(path, &cost);
    if (code && code != LINCE_EFORMAT) return code; /* a damaged one is written anew */
    *peak = json_integer_value(json_object_get(cost, "peak_memory"));
    json_decref(cost);
    return 0;
}

int lince_trainer_write_cost(const lince_trainer *t)
{
    json_int_t peak = (json_int_t)lince_peak_memory(), earlier;
    LINCE_TRY(earlier_peak(t, &earlier));
    char finished[32];
    time_t now = time(NULL);
    struct tm utc;
    strftime(finished, sizeof finished, "%Y-%m-%d %H:%M UTC", gmtime_r(&now, &utc));
    return lince_trainer_write_json(t, "cost.json",
                                    lince_json_pack("{s:I, s:s}", "peak_memory",
                                                    peak > earlier ? peak : earlier, "finished", finished));
}

/* --- the test ------------------------------------------------------------------------------------- */

/* Accuracy on the samples that the training part has too, and on those that are new: what the split
 * flatters. */
static json_t *known_json(const lince_evaluation *e, const bool *known)
{
    static const char *const names[] = {"new", "known"};
    json_int_t n[2] = {0}, right[2] = {0};
    for (size_t i = 0; i < e->n; i++) {
        const lince_outcome *o = &e->outcomes[i];
        n[known[o->index]]++;
        right[known[o->index]] += o->right;
    }
    json_t *both = json_object();
    for (int k = 0; k < 2; k++)
        lince_json_put(&both, names[k],
                       lince_json_pack("{s:I, s:f}", "n", n[k], "accuracy",
                                       n[k] ? (double)right[k] / (double)n[k] : 0.0));
    return both;
}

int lince_trainer_write_test(lince_trainer *t, const lince_evaluation *e)
{
    if (lince_dataset_incomplete(t->dataset, LINCE_TEST, NULL)) /* which was not known before */
        LINCE_TRY(lince_trainer_write_json(t, "data.json", data_json(t)));
    return lince_results_write(t->run.folder, e, t->dataset, t->settings->folds > 0,
                               t->leaks.test_known ? known_json(e, t->leaks.test_known) : json_null());
}
