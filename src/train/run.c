#include "train/run.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/memory.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char HEADER[] = "epoch,time,train/loss,train/accuracy,val/loss,val/accuracy,lr\n";

static int make_parents(const char *path)
{
    char parent[LINCE_PATH_MAX];
    if (strlen(path) >= sizeof parent)
        return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", path);
    strcpy(parent, path);
    char *slash = strrchr(parent, '/');
    if (!slash || slash == parent) return 0;
    *slash = '\0';
    return lince_make_folder(parent);
}

int lince_run_create(lince_run *run, const char *wanted)
{
    static const char *const inside[] = {"weights", "checkpoint", "plots"};
    LINCE_TRY(make_parents(wanted));
    for (int number = 1;; number++) {
        int length = number == 1 ? snprintf(run->folder, sizeof run->folder, "%s", wanted)
                                 : snprintf(run->folder, sizeof run->folder, "%s%d", wanted, number);
        if ((size_t)length >= sizeof run->folder)
            return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", wanted);
        if (!mkdir(run->folder, 0777)) break;
        if (errno != EEXIST)
            return lince_fail(LINCE_EIO, "%s: cannot create the folder: %s", run->folder, strerror(errno));
    }
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        char path[LINCE_PATH_MAX];
        LINCE_TRY(lince_path_join(path, run->folder, inside[i]));
        LINCE_TRY(lince_make_folder(path));
    }
    return 0;
}

int lince_run_open(lince_run *run, const char *folder)
{
    char config[LINCE_PATH_MAX];
    struct stat status;
    LINCE_TRY(lince_path_join(config, folder, "config.yaml"));
    if (stat(folder, &status)) return lince_fail(LINCE_EIO, "%s: there is no such run", folder);
    if (stat(config, &status))
        return lince_fail(LINCE_EIO, "%s: not the folder of a run (it has no config.yaml)", folder);
    snprintf(run->folder, sizeof run->folder, "%s", folder);
    return 0;
}

/* A double-quoted YAML scalar: every text survives. */
static void put_quoted(lince_buffer *out, const char *text)
{
    lince_buffer_puts(out, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            lince_buffer_printf(out, "\\%c", *c);
        else if ((unsigned char)*c < 0x20 || *c == 0x7f)
            lince_buffer_printf(out, "\\x%02x", (unsigned char)*c);
        else
            lince_buffer_put(out, c, 1);
    }
    lince_buffer_puts(out, "\"");
}

int lince_run_write_config(const lince_run *run, const lince_settings *settings, const char *command)
{
    char path[LINCE_PATH_MAX], value[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, run->folder, "config.yaml"));
    lince_buffer out = {0};
    lince_buffer_puts(&out, "# lince " LINCE_VERSION "\n# ");
    for (const char *c = command; *c; c++) lince_buffer_put(&out, *c == '\n' ? " " : c, 1);
    lince_buffer_puts(&out, "\n");
    const lince_setting_info *info;
    for (size_t i = 0; (info = lince_setting_at(i)); i++) {
        lince_settings_get(settings, info->name, value, sizeof value);
        lince_buffer_printf(&out, "%s: ", info->name);
        put_quoted(&out, value);
        lince_buffer_puts(&out, "\n");
    }
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

int lince_run_read_config(const lince_run *run, lince_settings *settings)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, run->folder, "config.yaml"));
    return lince_settings_load(settings, path, NULL, NULL);
}

int lince_history_add(lince_history *history, const lince_epoch *epoch)
{
    LINCE_TRY(lince_grow(&history->epochs, &history->capacity, history->count + 1, sizeof *epoch));
    history->epochs[history->count++] = *epoch;
    return 0;
}

void lince_history_release(lince_history *history)
{
    lince_free(history->epochs);
    *history = (lince_history){0};
}

static void put_number(lince_buffer *out, double value)
{
    lince_buffer_puts(out, ",");
    if (!isnan(value)) lince_buffer_printf(out, "%.9g", value);
}

int lince_run_write_history(const lince_run *run, const lince_history *history)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, run->folder, "results.csv"));
    lince_buffer out = {0};
    lince_buffer_puts(&out, HEADER);
    for (size_t i = 0; i < history->count; i++) {
        const lince_epoch *e = &history->epochs[i];
        const double values[] = {e->time,     e->train_loss,   e->train_accuracy,
                                 e->val_loss, e->val_accuracy, e->lr};
        lince_buffer_printf(&out, "%d", e->epoch);
        for (size_t k = 0; k < sizeof values / sizeof *values; k++) put_number(&out, values[k]);
        lince_buffer_puts(&out, "\n");
    }
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

/* One line into an epoch; false where it is not seven fields. */
static bool parse_row(const char *line, lince_epoch *epoch)
{
    double value[7];
    for (int i = 0; i < 7; i++) {
        char *end;
        value[i] = strtod(line, &end);
        if (end == line) value[i] = NAN;
        if (*end != (i < 6 ? ',' : '\0')) return false;
        line = end + 1;
    }
    *epoch = (lince_epoch){(int)value[0], value[1], value[2], value[3], value[4], value[5], value[6]};
    return value[0] >= 1;
}

int lince_run_read_history(const lince_run *run, lince_history *history)
{
    char path[LINCE_PATH_MAX], *bytes, *rest = NULL;
    size_t size;
    LINCE_TRY(lince_path_join(path, run->folder, "results.csv"));
    LINCE_TRY(lince_file_read(path, 64 << 20, &bytes, &size));
    int code = 0, row = 1;
    if (strncmp(bytes, HEADER, sizeof HEADER - 1) != 0)
        code =
            lince_fail(LINCE_EFORMAT, "%s:1: expected the header %.*s", path, (int)sizeof HEADER - 2, HEADER);
    for (char *line = code ? NULL : strtok_r(bytes + sizeof HEADER - 1, "\n", &rest); line && !code;
         line = strtok_r(NULL, "\n", &rest)) {
        lince_epoch epoch;
        row++;
        if (!parse_row(line, &epoch))
            code = lince_fail(LINCE_EFORMAT, "%s:%d: expected 7 numbers, found '%.80s'", path, row, line);
        else
            code = lince_history_add(history, &epoch);
    }
    lince_free(bytes);
    return code;
}
