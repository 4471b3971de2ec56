#include "train/measure/results.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"

#include <stdio.h>
#include <string.h>

int lince_write_json(const char *folder, const char *name, json_t *json, size_t layout)
{
    char *text;
    int code = lince_json_text(json, layout | JSON_REAL_PRECISION(9), &text);
    if (code) return lince_fail_in(code, name);
    code = lince_file_write_in(folder, name, text, strlen(text));
    lince_free(text);
    return code;
}

int lince_results_write(const char *folder, const lince_evaluation *e, const lince_dataset *dataset,
                        bool probabilities, json_t *seen)
{
    char path[LINCE_PATH_MAX];
    json_t *test = lince_evaluation_json(e);
    if (!json_is_null(seen)) lince_json_put(&test, "seen_in_training", seen);
    LINCE_TRY(lince_write_json(folder, "test.json", test, JSON_INDENT(2)));
    LINCE_TRY(lince_write_json(folder, "curves.json", lince_curves_json(&e->curves, e->names), JSON_COMPACT));
    if (probabilities) {
        LINCE_TRY(lince_path_join(path, folder, "probabilities.csv"));
        LINCE_TRY(lince_evaluation_write_probabilities(e, dataset, LINCE_TEST, path));
    }
    LINCE_TRY(lince_path_join(path, folder, "contents.csv"));
    LINCE_TRY(lince_evaluation_write_contents(e, dataset, LINCE_TEST, path));
    LINCE_TRY(lince_path_join(path, folder, "predictions.csv"));
    return lince_evaluation_write_csv(e, dataset, LINCE_TEST, false, path);
}

int lince_results_read(lince_results *r, const char *folder)
{
    char path[LINCE_PATH_MAX];
    json_t *test;
    *r = (lince_results){0};
    LINCE_TRY(lince_path_join(path, folder, "test.json"));
    LINCE_TRY(lince_json_read_if_there(path, &test));
    const char *content = json_string_value(json_object_get(test, "content"));
    r->exist = test != NULL;
    snprintf(r->content, sizeof r->content, "%s", content ? content : "");
    r->seen = json_incref(json_object_get(test, "seen_in_training"));
    json_decref(test);
    return 0;
}

int lince_results_known(lince_results *r, const char *folder)
{
    int code = lince_results_read(r, folder);
    return code == LINCE_EFORMAT ? 0 : code;
}

void lince_results_release(lince_results *r)
{
    json_decref(r->seen);
    *r = (lince_results){0};
}

bool lince_results_changed(const lince_results *r, const lince_evaluation *e)
{
    return *r->content && strcmp(r->content, e->content) != 0;
}

int lince_results_forget(const char *folder)
{
    static const char *const names[] = {"test.json",      "predictions.csv", "probabilities.csv",
                                        "curves.json",    "contents.csv",    "calibration.json",
                                        "confidence.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) LINCE_TRY(lince_file_remove(folder, names[i]));
    return 0;
}
