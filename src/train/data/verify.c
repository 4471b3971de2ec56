/* lince_verify: whether files are as lince wrote them. */
#include <lince/describe.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "train/run/run.h"
#include "weights/weights.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Looked at so far: {"files": [{"path", "right", "checksum" and "tensors", or "message"}], "without": [path]} */
typedef struct looking {
    const char *root;
    json_t *files, *without;
    size_t wrong;
} looking;

/* What cannot be read as weights at all is wrong, too. */
static int look_at_weights(looking *l, const char *path, const char *name)
{
    lince_weights *w;
    int code = lince_weights_open(&w, path);
    if (code && code != LINCE_EFORMAT) return code;
    l->wrong += code != 0;
    if (code)
        lince_json_add(&l->files, lince_json_pack("{s:s, s:b, s:s}", "path", name, "right", 0, "message",
                                                  lince_error()));
    else if (lince_weights_has_checksum(w))
        lince_json_add(&l->files, lince_json_pack("{s:s, s:s, s:b, s:I}", "path", name, "checksum", "xxh3",
                                                  "right", 1, "tensors", (json_int_t)lince_weights_count(w)));
    else
        lince_json_add(&l->without, lince_json_string(name));
    if (!code) lince_weights_free(w);
    return 0;
}

/* --- a run ------------------------------------------------------------------------------------------ */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

typedef struct names {
    char **at;
    size_t count, capacity;
} names;

static int take(void *context, int folder, const char *name)
{
    names *n = context;
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) || !S_ISREG(status.st_mode)) return 0;
    LINCE_TRY(lince_grow(&n->at, &n->capacity, n->count + 1, sizeof *n->at));
    if (!(n->at[n->count] = lince_strdup(name))) return LINCE_ENOMEM;
    n->count++;
    return 0;
}

static int look_at_file(looking *l, const char *folder, const char *name)
{
    char path[LINCE_PATH_MAX], below[LINCE_PATH_MAX];
    LINCE_TRY(lince_path_join(path, l->root, folder));
    LINCE_TRY(lince_path_join(below, path, name));
    snprintf(path, sizeof path, "%s%s%s", folder, *folder ? "/" : "", name);
    const char *ending = strrchr(name, '.');
    if (ending && !strcmp(ending, ".safetensors")) return look_at_weights(l, below, path);
    lince_json_add(&l->without, lince_json_string(path));
    return 0;
}

static int look_into(looking *l, const char *folder)
{
    char path[LINCE_PATH_MAX];
    names n = {0};
    LINCE_TRY(lince_path_join(path, l->root, folder));
    int code = lince_file_is_missing(path) ? 0 : lince_folder_list(path, take, &n);
    if (n.count) qsort(n.at, n.count, sizeof *n.at, compare_names);
    for (size_t i = 0; i < n.count; i++) {
        if (!code) code = look_at_file(l, folder, n.at[i]);
        lince_free(n.at[i]);
    }
    lince_free(n.at);
    return code;
}

static int look_at_run(looking *l)
{
    lince_run run;
    LINCE_TRY(lince_run_open(&run, l->root));
    static const char *const folders[] = {"", "weights", "checkpoint", "plots"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) LINCE_TRY(look_into(l, folders[i]));
    return 0;
}

/* --- as text ---------------------------------------------------------------------------------------- */

static void put_names(lince_buffer *out, const json_t *list)
{
    enum { SHOWN = 12 };
    size_t count = json_array_size(list);
    if (!count) return;
    lince_buffer_printf(out, _("without a checksum: %zu ("), count);
    for (size_t i = 0; i < count && i < SHOWN; i++)
        lince_buffer_printf(out, "%s%s", i ? ", " : "", json_string_value(json_array_get(list, i)));
    lince_buffer_puts(out, count > SHOWN ? ", ...)\n" : ")\n");
}

static void put_lines(lince_buffer *out, const looking *l)
{
    const json_t *file;
    size_t i;
    json_array_foreach(l->files, i, file)
    {
        const char *name = json_string_value(json_object_get(file, "path"));
        if (json_is_true(json_object_get(file, "right")))
            lince_buffer_printf(out, _("%s: as it was written: header and tensors (%d), by XXH3\n"), name,
                                (int)json_integer_value(json_object_get(file, "tensors")));
        else
            lince_buffer_printf(out, "%s\n", json_string_value(json_object_get(file, "message")));
    }
    put_names(out, l->without);
}

static int tell(looking *l, bool json, lince_buffer *out)
{
    char *dump = NULL;
    int code = 0;
    if (json)
        code = lince_json_text(lince_json_pack("{s:s, s:O, s:O}", "path", l->root, "files", l->files,
                                               "without", l->without),
                               JSON_INDENT(2), &dump);
    else if (l->files && l->without)
        put_lines(out, l);
    else
        code = lince_fail(LINCE_ENOMEM, "%s: out of memory", l->root);
    if (dump) lince_buffer_printf(out, "%s\n", dump);
    lince_free(dump);
    return code ? code : out->error;
}

int lince_verify(const char *path, int json, char **text)
{
    LINCE_PLAIN_LOCALE;
    struct stat status;
    lince_buffer out = {0};
    looking l = {.root = path, .files = json_array(), .without = json_array()};
    bool folder = !stat(path, &status) && S_ISDIR(status.st_mode);
    *text = NULL;
    int code = folder ? look_at_run(&l) : look_at_weights(&l, path, path);
    if (!code) code = tell(&l, json, &out);
    if (!code)
        *text = out.data;
    else
        lince_buffer_release(&out);
    json_decref(l.files);
    json_decref(l.without);
    return code || !l.wrong ? code
                            : lince_fail(LINCE_EFORMAT, "%s: files that are damaged: %zu", path, l.wrong);
}
