#include "train/run/run.h"
#include "core/buffer.h"
#include "core/display.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/number.h"
#include "core/plain_locale.h"
#include "settings/settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lince/train.h>
#include <lince/version.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utf8proc.h>

static const char HEADER[] = "epoch,time,train/loss,train/accuracy,val/loss,val/accuracy,lr\n";

static int make_parents(const char *path)
{
    char parent[LINCE_PATH_MAX];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (!slash || slash == parent) return 0;
    *slash = '\0';
    return lince_make_folder(parent);
}

int lince_run_new_folder(char made[LINCE_PATH_MAX], const char *folder)
{
    char wanted[LINCE_PATH_MAX];
    if (strlen(folder) >= sizeof wanted)
        return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", folder);
    strcpy(wanted, folder);
    for (size_t end = strlen(wanted); end > 1 && wanted[end - 1] == '/';)
        wanted[--end] = '\0'; /* runs/x/ -> runs/x2 */
    LINCE_TRY(make_parents(wanted));
    bool digit = *wanted && isdigit((unsigned char)wanted[strlen(wanted) - 1]);
    const char *dash = digit ? "-" : ""; /* vgg16 -> vgg16-2 */
    for (int number = 1;; number++) {
        int length = number == 1 ? snprintf(made, LINCE_PATH_MAX, "%s", wanted)
                                 : snprintf(made, LINCE_PATH_MAX, "%s%s%d", wanted, dash, number);
        if (length >= LINCE_PATH_MAX)
            return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", wanted);
        int code = lince_folder_new(made);
        if (code <= 0) return code;
    }
}

int lince_run_create(lince_run *run, const char *folder)
{
    static const char *const inside[] = {"weights", "checkpoint", "plots"};
    run->lock = -1;
    LINCE_TRY(lince_run_new_folder(run->folder, folder));
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        LINCE_TRY(lince_folder_make(run->folder, inside[i]));
    return 0;
}

static bool holds(const char *folder, const char *name)
{
    char path[LINCE_PATH_MAX];
    return !lince_path_join(path, folder, name) && !lince_file_is_missing(path);
}

bool lince_run_is_cv(const char *folder)
{
    return holds(folder, LINCE_CV_FILE);
}

bool lince_run_is_there(const char *folder)
{
    return holds(folder, "config.yaml");
}

int lince_run_is_single(const char *folder)
{
    if (lince_run_is_cv(folder))
        return lince_fail(
            LINCE_EIO,
            "%s: a cross-validation, and no run; its runs are in it (%s/fold-1, ...), and 'lince "
            "cv --resume %s' writes its own report again",
            folder, folder, folder);
    if (holds(folder, LINCE_SEARCH_FILE))
        return lince_fail(
            LINCE_EIO,
            "%s: a search, and no run; its trials are runs (%s/trials/000, ...), and 'lince tune "
            "--resume %s' writes its own report again",
            folder, folder, folder);
    return 0;
}

int lince_run_open(lince_run *run, const char *folder)
{
    char config[LINCE_PATH_MAX];
    run->lock = -1;
    LINCE_TRY(lince_path_join(config, folder, "config.yaml"));
    if (lince_file_is_missing(folder)) return lince_fail(LINCE_EIO, "%s: there is no such run", folder);
    LINCE_TRY(lince_run_is_single(folder));
    if (lince_file_is_missing(config))
        return lince_fail(LINCE_EIO, "%s: not the folder of a run (it has no config.yaml)", folder);
    snprintf(run->folder, sizeof run->folder, "%s", folder);
    for (size_t n = strlen(run->folder); n > 1 && run->folder[n - 1] == '/'; n--) run->folder[n - 1] = '\0';
    return 0;
}

size_t lince_run_half_written(const lince_run *run, bool remove)
{
    static const char *const folders[] = {"", "weights", "checkpoint", "plots"};
    size_t bytes = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        bytes += lince_folder_leftovers(run->folder, folders[i], remove);
    return bytes;
}

int lince_run_lock(lince_run *run)
{
    run->lock = lince_folder_open(run->folder, "", false);
    if (run->lock < 0) return run->lock;
    if (flock(run->lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
        lince_run_unlock(run);
        return lince_fail(LINCE_EIO, "%s: another process is training in it; stop that one first",
                          run->folder);
    }
    return 0;
}

void lince_run_unlock(lince_run *run)
{
    if (run->lock >= 0) close(run->lock);
    run->lock = -1;
}

/* A character that a YAML file may hold as it is (YAML 1.1, 5.1 and 5.4), and that may be shown; a byte order mark is none. */
static bool is_plain(const char *text, utf8proc_int32_t c)
{
    bool shown;
    lince_character(text, &shown);
    return shown && c != 0xfeff && (c < 0xfffe || c > 0xffff);
}

/* The next character of a text, and its bytes; a byte that is no UTF-8 is returned as -1. */
static size_t next_character(const char *text, utf8proc_int32_t *c)
{
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, c);
    return n > 0 ? (size_t)n : 1;
}

/* A double-quoted YAML scalar: every text survives that is UTF-8, as YAML must be. */
static int put_quoted(lince_buffer *out, const char *name, const char *text)
{
    lince_buffer_puts(out, "\"");
    for (size_t n; *text; text += n) {
        utf8proc_int32_t c;
        n = next_character(text, &c);
        if (c < 0)
            return lince_fail(LINCE_EUSAGE,
                              "--%s: '%.200s' is not UTF-8 and could not be recorded; rename it", name, text);
        if (c == '"' || c == '\\')
            lince_buffer_printf(out, "\\%c", (char)c);
        else if (is_plain(text, c))
            lince_buffer_put(out, text, n);
        else
            lince_buffer_printf(out, "\\U%08x", (unsigned)c);
    }
    lince_buffer_puts(out, "\"\n");
    return 0;
}

/* What would end the comment, or spoil the file, is shown byte by byte. */
static void put_comment(lince_buffer *out, const char *text)
{
    lince_buffer_puts(out, "# ");
    for (size_t n; *text; text += n) {
        utf8proc_int32_t c;
        n = next_character(text, &c);
        if (is_plain(text, c))
            lince_buffer_put(out, text, n);
        else
            for (size_t i = 0; i < n; i++) lince_buffer_printf(out, "\\x%02x", (unsigned char)text[i]);
    }
    lince_buffer_puts(out, "\n");
}

/* NULL: a program that has lince within said none. */
static void put_command(lince_buffer *out, const char *command)
{
    put_comment(out, command ? command : "(called by a program)");
}

/* A number, a word or a path that YAML reads back as it stands. */
static bool is_plain_scalar(const char *text)
{
    static const char *const others[] = {"null", "true", "false"}; /* would be no text to another reader */
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcasecmp(text, others[i])) return false;
    bool begins =
        isalnum((unsigned char)*text) || *text == '/' || (*text == '-' && isdigit((unsigned char)text[1]));
    return begins &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-")] == '\0';
}

static int put_scalar(lince_buffer *out, const char *name, const char *text)
{
    if (!is_plain_scalar(text)) return put_quoted(out, name, text);
    lince_buffer_puts(out, text);
    lince_buffer_puts(out, "\n");
    return 0;
}

int lince_run_put_setting(lince_buffer *out, const lince_settings *settings, const char *name)
{
    char number[LINCE_NUMBER_MAX];
    const char *value = lince_settings_text(settings, name, number);
    if (!value) return LINCE_EUSAGE;
    lince_buffer_printf(out, "%s: ", name);
    return put_scalar(out, name, value);
}

static int write_settings(const char *path, const lince_settings *settings, const char *command,
                          const char *recipe)
{
    lince_buffer out = {0};
    int code = 0;
    put_comment(&out, "lince " LINCE_VERSION);
    put_command(&out, command);
    const lince_setting_info *info;
    for (size_t i = 0; !code && (info = lince_setting_at(i)); i++)
        code = lince_run_put_setting(&out, settings, info->name);
    if (recipe) lince_buffer_printf(&out, "# recipe: default of %s (optimizer, lr, scheduler)\n", recipe);
    if (!code) code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

int lince_run_write_settings(const char *path, const lince_settings *settings, const char *command)
{
    return write_settings(path, settings, command, NULL);
}

int lince_run_write_config(const lince_run *run, const lince_settings *settings, const char *command,
                           const char *recipe)
{
    char path[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, run->folder, "config.yaml"));
    return write_settings(path, settings, command, recipe);
}

/* The lines of `text` but those of the setting: it stands on one line, as lince_run_put_setting wrote it. */
static void put_other_lines(lince_buffer *out, const char *text, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = text; *line;) {
        size_t size = strcspn(line, "\n");
        if (strncmp(line, name, length) != 0 || line[length] != ':') {
            lince_buffer_put(out, line, size);
            lince_buffer_puts(out, "\n");
        }
        line += size + (line[size] == '\n');
    }
}

int lince_run_set_config(const lince_run *run, const char *name, const char *value)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    lince_buffer out = {0};
    LINCE_TRY(lince_path_join(path, run->folder, "config.yaml"));
    LINCE_TRY(lince_file_read(path, 1 << 20, &bytes, &size));
    put_other_lines(&out, bytes, name);
    lince_free(bytes);
    lince_buffer_printf(&out, "%s: ", name);
    int code = put_scalar(&out, name, value);
    if (!code) code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

int lince_run_add_command(const lince_run *run, const char *command)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    lince_buffer out = {0};
    LINCE_TRY(lince_path_join(path, run->folder, "config.yaml"));
    LINCE_TRY(lince_file_read(path, 1 << 20, &bytes, &size));
    const char *settings = bytes;
    while (*settings == '#') {
        settings += strcspn(settings, "\n");
        settings += *settings == '\n';
    }
    lince_buffer_put(&out, bytes, (size_t)(settings - bytes));
    put_command(&out, command);
    lince_buffer_puts(&out, settings);
    lince_free(bytes);
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

typedef struct search {
    const char *name;
    bool found;
} search;

/* Leaves every key alone. */
static bool look_for(void *context, const char *name)
{
    search *s = context;
    s->found |= !strcmp(name, s->name);
    return true;
}

int lince_run_chose(const lince_run *run, const char *name, bool *chose)
{
    char path[LINCE_PATH_MAX];
    lince_settings none = {0};
    search s = {.name = name};
    LINCE_TRY(lince_path_join(path, run->folder, "config.yaml"));
    LINCE_TRY(lince_settings_load_but(&none, path, look_for, &s));
    *chose = s.found;
    return 0;
}

int lince_run_read_config(const lince_run *run, lince_settings *settings)
{
    char path[LINCE_PATH_MAX];
    bool chose;
    LINCE_TRY(lince_path_join(path, run->folder, "config.yaml"));
    LINCE_TRY(lince_settings_load(settings, path));
    LINCE_TRY(lince_run_chose(run, "decay-norms", &chose));
    return chose ? 0 : lince_settings_set(settings, "decay-norms", "yes");
}

int lince_run_settings(const char *folder, lince_settings *settings)
{
    LINCE_NEED(folder);
    LINCE_NEED(settings);
    LINCE_PLAIN_LOCALE;
    lince_run run;
    LINCE_TRY(lince_run_open(&run, folder));
    return lince_run_read_config(&run, settings);
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
    char text[LINCE_NUMBER_MAX] = "";
    if (!isnan(value)) lince_number_print(text, value, 9);
    lince_buffer_printf(out, ",%s", text);
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

/* One line into seven numbers, NaN where a field is empty; false where they are not seven, or not numbers. */
static bool parse_row(const char *line, double value[7])
{
    for (int i = 0; i < 7; i++) {
        const char *end = lince_number_read(line, &value[i]);
        if (end == line) value[i] = NAN;
        if (*end != (i < 6 ? ',' : '\0')) return false;
        line = end + 1;
    }
    return true;
}

static int read_row(const char *path, const char *line, lince_history *history)
{
    double v[7];
    size_t number = history->count + 1; /* the row's epoch; the header is line 1 */
    if (!parse_row(line, v))
        return lince_fail(LINCE_EFORMAT, "%s:%zu: expected 7 numbers, found '%.80s'", path, number + 1, line);
    if (number > INT_MAX || v[0] != (double)number)
        return lince_fail(LINCE_EFORMAT, "%s:%zu: expected epoch %zu, found '%.80s'", path, number + 1,
                          number, line);
    if (isnan(v[1]) || isnan(v[6]))
        return lince_fail(LINCE_EFORMAT, "%s:%zu: time or lr is missing in '%.80s'", path, number + 1, line);
    return lince_history_add(history, &(lince_epoch){(int)number, v[1], v[2], v[3], v[4], v[5], v[6]});
}

int lince_history_parse(lince_history *history, const char *path, char *bytes, size_t size)
{
    *history = (lince_history){0};
    int code = 0;
    char *line = bytes + sizeof HEADER - 1, *end;
    if (strncmp(bytes, HEADER, sizeof HEADER - 1) != 0)
        code =
            lince_fail(LINCE_EFORMAT, "%s:1: expected the header %.*s", path, (int)sizeof HEADER - 2, HEADER);
    for (; !code && line < bytes + size; line = end + 1) {
        end = strchr(line, '\n');
        if (!end) end = line + strlen(line);
        *end = '\0';
        code = read_row(path, line, history);
    }
    if (code) lince_history_release(history);
    return code;
}

int lince_run_read_history(const lince_run *run, lince_history *history)
{
    char path[LINCE_PATH_MAX], *bytes;
    size_t size;
    *history = (lince_history){0};
    LINCE_TRY(lince_path_join(path, run->folder, "results.csv"));
    if (lince_file_is_missing(path))
        return lince_fail(LINCE_EIO,
                          "%s: results.csv is missing: no epoch was finished ('lince train --resume %s' goes "
                          "on), or it was moved",
                          run->folder, run->folder);
    LINCE_TRY(lince_file_read(path, 64 << 20, &bytes, &size));
    int code = lince_history_parse(history, path, bytes, size);
    lince_free(bytes);
    return code;
}
