#include "kernels/choices.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/i18n.h"

#include <errno.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the rows, the library's version and the processor: a choice among others than these, or made on another
 * machine whose cache came along, is worth nothing. */
static unsigned generation(const lince_op_row *const *rows)
{
    const char *processor = lince_cpu_name(), *library = dnnl_version()->hash;
    uint64_t hash = lince_hash(0, processor, strlen(processor) + 1);
    hash = lince_hash(hash, library, strlen(library) + 1);
    for (const lince_op_row *const *row = rows; *row; row++) {
        hash = lince_hash(hash, (*row)->name, strlen((*row)->name) + 1);
        hash = lince_hash(hash, &(*row)->revision, sizeof(*row)->revision);
    }
    return (unsigned)hash;
}

/* What the keys of this program, machine and level begin with, of one operation. */
static void key_prefix(char *out, size_t size, const lince_op_row *const *rows)
{
    snprintf(out, size, "i%08x-%s-", generation(rows), lince_level_name(lince_cpu_level()));
}

static void make_key(char *out, size_t size, const lince_exec *exec, lince_op op, const void *geometry)
{
    char prefix[64], word[160];
    key_prefix(prefix, sizeof prefix, exec->device->rows[op]);
    lince_op_types[op].timing->key(geometry, word, sizeof word);
    snprintf(out, size, "%st%d-%s", prefix, exec->threads, word);
}

static bool cache_path(char out[LINCE_PATH_MAX])
{
    char folder[LINCE_PATH_MAX];
    return lince_cache_folder(folder, NULL) && lince_path_join(out, folder, "kernels") == 0;
}

/* Folders are made where there are none: what cannot be made or looked at there is no reason to do without a file
 * that is there. */
static FILE *open_cache(const char *path)
{
    char folder[LINCE_PATH_MAX];
    FILE *file = fopen(path, "a+e");
    if (file || errno != ENOENT || !lince_cache_folder(folder, NULL)) return file;
    if (!lince_make_folder(folder)) return fopen(path, "a+e");
    errno = ENOENT; /* and no other reason that its message may have left */
    return NULL;
}

static const lince_op_row *named(const lince_op_row *const *rows, const char *name)
{
    while (*rows && strcmp((*rows)->name, name) != 0) rows++;
    return *rows;
}

typedef struct line {
    char key[256], name[128], mark[16];
} line;

/* The next line that can be read as one. */
static bool next_line(FILE *file, line *l)
{
    char text[512];
    while (fgets(text, sizeof text, file)) {
        *l->mark = 0;
        if (sscanf(text, "%255s %127s %15s", l->key, l->name, l->mark) >= 2) return true;
    }
    return false;
}

static const struct {
    const char *mark, *words;
} marks[] = {
    [LINCE_CHOSEN_FASTEST] = {"", ""},
    [LINCE_CHOSEN_BUSY] = {"busy", N_("  (by rule: other programs ran; --forget measures again)")},
    [LINCE_CHOSEN_LATE] = {"late",
                           N_("  (by rule: there was no time to measure it; --forget measures again)")},
};

/* What a mark says to a person; of one that is not known nothing. */
static const char *words_of(const char *mark)
{
    for (size_t i = 1; i < sizeof marks / sizeof *marks; i++)
        if (!strcmp(mark, marks[i].mark)) return lince_translate(marks[i].words);
    return "";
}

/* What may be otherwise the next moment: to go on without the choices would give other bits than before. */
static bool is_passing(int error)
{
    return error == ENOMEM || error == EMFILE || error == ENFILE || error == EIO || error == EINTR;
}

int lince_choices_open(lince_choices *choices, const lince_exec *exec, lince_op op, const void *geometry)
{
    char path[LINCE_PATH_MAX];
    if (!cache_path(path)) return 1;
    if (!(choices->file = open_cache(path)))
        return is_passing(errno) ? lince_fail(LINCE_EIO, "%s: cannot read: %s", path, lince_reason(errno))
                                 : 1;
    choices->rows = exec->device->rows[op];
    make_key(choices->key, sizeof choices->key, exec, op, geometry);
    return 0;
}

int lince_choices_recall(lince_choices *choices, const lince_op_row **choice)
{
    line l;
    *choice = NULL;
    rewind(choices->file);
    while (next_line(choices->file, &l))
        if (!strcmp(l.key, choices->key)) {
            *choice = named(choices->rows, l.name);
            return 0;
        }
    return ferror(choices->file)
               ? lince_fail(LINCE_EIO, "the cache of kernels: cannot read: %s", lince_reason(errno))
               : 0;
}

/* Lines are appended, each by one write: whoever reads what is there now finds the same line first. */
int lince_choices_add(lince_choices *choices, const lince_finding *mine, const lince_op_row **choice)
{
    const char *mark = marks[mine->why].mark;
    *choice = NULL;
    fprintf(choices->file, "%s %s%s%s\n", choices->key, mine->row->name, *mark ? " " : "", mark);
    return fflush(choices->file) ? 0 : lince_choices_recall(choices, choice);
}

void lince_choices_close(lince_choices *choices)
{
    fclose(choices->file);
}

/* The line in words, where it is a choice of this operation for this program, machine and level. */
static bool print_line(FILE *out, const line *l, lince_op op)
{
    char prefix[64];
    const char *how = l->key, *word;
    if (!lince_op_types[op].timing) return false;
    key_prefix(prefix, sizeof prefix, lince_host.rows[op]);
    if (strncmp(l->key, prefix, strlen(prefix)) != 0) return false;
    how = l->key + strlen(prefix);
    word = strchr(how, '-');
    if (!word || !lince_op_types[op].timing->describe(word + 1, out)) return false;
    fprintf(out, "  %.*s: %s%s\n", (int)(word - how), how, l->name, words_of(l->mark));
    return true;
}

int lince_choices_print(FILE *out)
{
    char path[LINCE_PATH_MAX];
    int here = 0, others = 0;
    line l;
    if (!cache_path(path))
        return lince_fail(LINCE_EIO, _("no folder for a cache: neither XDG_CACHE_HOME nor HOME"));
    FILE *file = lince_stream_to_read(path);
    if (!file && errno != ENOENT) return lince_fail(LINCE_EIO, "%s: %s", path, lince_reason(errno));
    while (file && next_line(file, &l)) {
        int op = 0;
        while (op < LINCE_OPS && !print_line(out, &l, (lince_op)op)) op++;
        here += op < LINCE_OPS, others += op == LINCE_OPS;
    }
    if (file) fclose(file);
    fprintf(out, _("%s: %d for this machine and level (%s), %d for others or older versions\n"), path, here,
            lince_level_name(lince_cpu_level()), others);
    return 0;
}

int lince_choices_forget(void)
{
    char path[LINCE_PATH_MAX];
    if (!cache_path(path) || (unlink(path) && errno != ENOENT))
        return lince_fail(LINCE_EIO, "%s: cannot be removed: %s", path, lince_reason(errno));
    return 0;
}
