/* data.json and model.json: what the report tells of data and architecture (docs/formats.md). */
#include "core/error.h"
#include "core/i18n.h"
#include "train/trainer.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int write_json(const lince_trainer *t, const char *name, json_t *json)
{
    char path[LINCE_PATH_MAX];
    char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    if (!text) return lince_fail(LINCE_ENOMEM, "%s: out of memory", name);
    int code = lince_path_join(path, t->run.folder, name);
    if (!code) code = lince_file_write(path, text, strlen(text));
    free(text);
    return code;
}

static json_t *strings(size_t count, const char *(*at)(const void *from, size_t index), const void *from)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) json_array_append_new(array, json_string(at(from, i)));
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
        json_array_append_new(counts, json_integer((json_int_t)lince_dataset_class_count(d, part, c)));
    return json_pack("{s:I, s:o}", "n", (json_int_t)lince_dataset_count(d, part), "per_class", counts);
}

static void put_bad(json_t *array, const lince_loader *loader, const char *part)
{
    for (size_t i = 0; loader && i < lince_loader_bad(loader); i++)
        json_array_append_new(array, json_pack("{s:s, s:s}", "part", part, "message",
                                               lince_loader_bad_message(loader, i)));
}

static json_t *three(const float v[3])
{
    return json_pack("[f, f, f]", (double)v[0], (double)v[1], (double)v[2]);
}

static json_t *data_json(const lince_trainer *t)
{
    const lince_dataset *d = t->dataset;
    const lince_settings *s = t->settings;
    json_t *bad = json_array();
    put_bad(bad, t->train, "train");
    put_bad(bad, t->val, "val");
    const char *from = s->val_on_test ? "test" : !t->val ? "none" : t->val_held_out ? "train" : "folder";
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:{s:o, s:o, s:o}, s:{s:f, s:b, s:s, s:I}, s:[i, i], s:{s:s, s:o, s:o}, s:s, "
        "s:o, s:o}",
        "path", lince_dataset_path(d), "kind", lince_dataset_kind(d), "fingerprint",
        lince_dataset_fingerprint(d), "classes", strings((size_t)lince_dataset_classes(d), class_at, d),
        "parts", "train", part_json(d, LINCE_TRAIN), "val", part_json(d, LINCE_VAL), "test",
        part_json(d, LINCE_TEST), "split", "val_split", s->val_split, "val_on_test", s->val_on_test,
        "val_from", from, "seed", (json_int_t)s->seed, "image_size", t->transform.width, t->transform.height,
        "normalize", "name", t->blueprint.normalize, "mean", three(t->transform.mean), "std",
        three(t->transform.std), "augment", s->augment ? s->augment : "none", "bad", bad, "notes",
        strings(lince_dataset_notes(d), (const char *(*)(const void *, size_t))lince_dataset_note, d));
}

/* --- the model ------------------------------------------------------------------------------------ */

static size_t elements(const lince_layer *l, bool trainable_only)
{
    size_t sum = 0;
    for (int i = 0; i < l->param_count; i++)
        if (!l->params[i].buffer && (!trainable_only || l->params[i].trainable))
            sum += lince_param_elements(&l->params[i]);
    return sum;
}

static json_t *layer_json(const lince_layer *l)
{
    char detail[128] = "";
    if (l->type->describe) l->type->describe(l, detail, sizeof detail);
    return json_pack("{s:s, s:s, s:s, s:[i, i, i], s:I, s:I, s:b}", "name", l->name, "type", l->type->name,
                     "detail", detail, "output", l->out.channels, l->out.height, l->out.width, "parameters",
                     (json_int_t)elements(l, false), "macs", (json_int_t)l->macs, "frozen", l->frozen);
}

static json_t *changes(const lince_trainer *t)
{
    json_t *list = json_array();
    const lince_architecture *a = lince_architecture_named(t->blueprint.model);
    char text[512];
    snprintf(text, sizeof text, _("the output layer has %d outputs, one a class, instead of ImageNet's 1000"),
             t->blueprint.classes);
    json_array_append_new(list, json_string(text));
    if (t->blueprint.head_count) {
        snprintf(text, sizeof text, _("the classifier's hidden layers have the widths %s (--head)"),
                 t->settings->head);
        json_array_append_new(list, json_string(text));
    }
    if (t->blueprint.dropout >= 0) {
        snprintf(text, sizeof text, _("dropout in the classifier is %g (--dropout)"), t->blueprint.dropout);
        json_array_append_new(list, json_string(text));
    }
    if (a && (t->transform.width != a->image_size || t->transform.height != a->image_size)) {
        snprintf(text, sizeof text,
                 _("the input is %d x %d pixels; the architecture was published for %d x %d"),
                 t->transform.width, t->transform.height, a->image_size, a->image_size);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

/* "model name" of /proc/cpuinfo, where there is one. */
static void processor_name(char *out, size_t size)
{
    char line[256];
    FILE *info = fopen("/proc/cpuinfo", "re");
    snprintf(out, size, "?");
    while (info && fgets(line, sizeof line, info)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !colon) continue;
        colon[strcspn(colon, "\n")] = '\0';
        snprintf(out, size, "%s", colon + 2);
        break;
    }
    if (info) fclose(info);
}

static json_t *model_json(const lince_trainer *t)
{
    json_t *layers = json_array();
    size_t all = 0, trained = 0;
    double macs = 0;
    char machine[256];
    for (size_t i = 1; i < lince_net_nodes(t->net); i++) {
        const lince_layer *l = lince_net_layer(t->net, i);
        json_array_append_new(layers, layer_json(l));
        all += elements(l, false);
        trained += elements(l, true);
        macs += l->macs;
    }
    processor_name(machine, sizeof machine);
    return json_pack("{s:s, s:I, s:I, s:I, s:s?, s:[i, i, i], s:i, s:s, s:s, s:o, s:o}", "name",
                     t->blueprint.model, "parameters", (json_int_t)all, "trainable", (json_int_t)trained,
                     "macs", (json_int_t)macs, "weights", t->settings->weights, "input", 3,
                     t->transform.height, t->transform.width, "threads", t->threads, "machine", machine,
                     "version", LINCE_VERSION, "changes", changes(t), "layers", layers);
}

int lince_trainer_describe(lince_trainer *t)
{
    LINCE_TRY(write_json(t, "data.json", data_json(t)));
    return write_json(t, "model.json", model_json(t));
}

/* --- the test ------------------------------------------------------------------------------------- */

int lince_trainer_write_test(const lince_trainer *t, const lince_evaluation *e)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(write_json(t, "test.json", lince_metrics_json(&e->metrics)));
    LINCE_TRY(lince_path_join(path, t->run.folder, "predictions.csv"));
    return lince_evaluation_write_csv(e, t->dataset, LINCE_TEST, path);
}
