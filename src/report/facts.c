#include "report/facts.h"
#include "core/error.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static int read_json(json_t **out, const lince_run *run, const char *name)
{
    char path[LINCE_PATH_MAX];
    json_error_t error;
    LINCE_TRY(lince_path_join(path, run->folder, name));
    if (access(path, R_OK)) return lince_fail(LINCE_EIO, "%s: it is missing; the run was not finished", path);
    *out = json_load_file(path, 0, &error);
    if (!*out) return lince_fail(LINCE_EFORMAT, "%s:%d: not JSON: %s", path, error.line, error.text);
    return 0;
}

static int read_test(lince_facts *f)
{
    char path[LINCE_PATH_MAX];
    json_t *object = NULL;
    LINCE_TRY(lince_path_join(path, f->run.folder, "test.json"));
    if (access(path, F_OK)) return 0;
    LINCE_TRY(read_json(&object, &f->run, "test.json"));
    int code = lince_metrics_from_json(&f->test, object);
    json_decref(object);
    if (code) return lince_fail_in(code, path);
    f->tested = f->test.n > 0;
    return 0;
}

/* The second comment line of config.yaml. */
static int read_command(lince_facts *f)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    LINCE_TRY(lince_path_join(path, f->run.folder, "config.yaml"));
    LINCE_TRY(lince_file_read(path, 1 << 20, &bytes, &size));
    const char *line = strchr(bytes, '\n');
    bool there = line && !strncmp(line, "\n# ", 3);
    f->command = there ? lince_strndup(line + 3, strcspn(line + 3, "\n")) : lince_strdup("");
    lince_free(bytes);
    return f->command ? 0 : LINCE_ENOMEM;
}

static void find_best(lince_facts *f)
{
    f->best = (int)f->history.count - 1;
    for (size_t i = 0; i < f->history.count; i++) {
        double accuracy = f->history.epochs[i].val_accuracy;
        if (isnan(accuracy)) continue;
        if (!f->validated || accuracy > f->history.epochs[f->best].val_accuracy) f->best = (int)i;
        f->validated = true;
    }
}

int lince_facts_read(lince_facts *f, const char *run)
{
    *f = (lince_facts){.best = -1};
    LINCE_TRY(lince_run_open(&f->run, run));
    LINCE_TRY(lince_settings_init(&f->settings));
    LINCE_TRY(lince_run_read_config(&f->run, &f->settings));
    LINCE_TRY(read_command(f));
    LINCE_TRY(read_json(&f->data, &f->run, "data.json"));
    LINCE_TRY(read_json(&f->model, &f->run, "model.json"));
    LINCE_TRY(lince_run_read_history(&f->run, &f->history));
    find_best(f);
    return read_test(f);
}

void lince_facts_release(lince_facts *f)
{
    lince_settings_release(&f->settings);
    lince_free(f->command);
    json_decref(f->data);
    json_decref(f->model);
    lince_history_release(&f->history);
    lince_metrics_release(&f->test);
}
