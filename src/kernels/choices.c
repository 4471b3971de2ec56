#include "kernels/choices.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/i18n.h"
#include "kernels/onednn/onednn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Of the implementations, the library's version and the processor: a choice among others than these, or made
 * on another machine whose cache came along, is worth nothing. */
static unsigned generation(void)
{
    const char *processor = lince_cpu_name(), *library = dnnl_version()->hash;
    uint64_t hash = lince_hash(0, processor, strlen(processor) + 1);
    hash = lince_hash(hash, library, strlen(library) + 1);
    for (const lince_conv_implementation *const *i = lince_conv_implementations; *i; i++) {
        hash = lince_hash(hash, (*i)->name, strlen((*i)->name) + 1);
        hash = lince_hash(hash, &(*i)->revision, sizeof(*i)->revision);
    }
    return (unsigned)hash;
}

/* What the keys of this program, machine and level begin with. */
static void key_prefix(char *out, size_t size)
{
    snprintf(out, size, "i%08x-%s-", generation(), lince_level_name(lince_cpu_level()));
}

#define GEOMETRY "dir%d-n%d-c%dx%dx%d.%d-o%dx%dx%d.%d-k%dx%d-s%dx%d-p%dx%d-g%d-bias%d"

static void make_key(char *out, size_t size, const lince_conv *c, lince_direction direction, int has_bias,
                     int threads)
{
    char prefix[64], how[32] = "deterministic";
    key_prefix(prefix, sizeof prefix);
    if (threads) snprintf(how, sizeof how, "t%d", threads);
    snprintf(out, size, "%s%s-" GEOMETRY, prefix, how, (int)direction, c->batch, c->in.channels, c->in.height,
             c->in.width, c->in.block, c->out.channels, c->out.height, c->out.width, c->out.block,
             c->kernel[0], c->kernel[1], c->stride[0], c->stride[1], c->padding[0], c->padding[1], c->groups,
             has_bias);
}

static bool cache_path(char out[LINCE_PATH_MAX])
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char folder[LINCE_PATH_MAX];
    int length = cache && *cache ? snprintf(folder, sizeof folder, "%s/lince", cache)
                 : home && *home ? snprintf(folder, sizeof folder, "%s/.cache/lince", home)
                                 : -1;
    if (length < 0 || (size_t)length >= sizeof folder) return false;
    return lince_make_folder(folder) == 0 && lince_path_join(out, folder, "kernels") == 0;
}

static const lince_conv_implementation *named(const char *name)
{
    for (const lince_conv_implementation *const *i = lince_conv_implementations; *i; i++)
        if (!strcmp((*i)->name, name)) return *i;
    return NULL;
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

bool lince_choices_open(lince_choices *choices, const lince_conv *conv, lince_direction direction,
                        int has_bias, int threads)
{
    char path[LINCE_PATH_MAX];
    if (!cache_path(path) || !(choices->file = fopen(path, "a+e"))) return false;
    flock(fileno(choices->file), LOCK_EX);
    make_key(choices->key, sizeof choices->key, conv, direction, has_bias, threads);
    return true;
}

const lince_conv_implementation *lince_choices_recall(lince_choices *choices)
{
    line l;
    rewind(choices->file);
    while (next_line(choices->file, &l))
        if (!strcmp(l.key, choices->key)) return named(l.name);
    return NULL;
}

void lince_choices_add(lince_choices *choices, const lince_conv_implementation *choice, bool busy)
{
    fprintf(choices->file, "%s %s%s\n", choices->key, choice->name, busy ? " busy" : "");
}

int lince_choices_close(lince_choices *choices)
{
    return fclose(choices->file) ? -1 : 0;
}

/* One line in words; false where its key is not read as a geometry. */
static bool print_line(FILE *out, const line *l, const char *geometry)
{
    const char *const directions[] = {_("forward"), _("input's gradient"), _("weights' gradient")};
    char threads[32];
    int d, n, c[4], o[4], k[2], s[2], p[2], groups, bias;
    if (sscanf(geometry, "%31[a-z0-9]-" GEOMETRY, threads, &d, &n, &c[0], &c[1], &c[2], &c[3], &o[0], &o[1],
               &o[2], &o[3], &k[0], &k[1], &s[0], &s[1], &p[0], &p[1], &groups, &bias) != 19 ||
        d < 0 || d > 2)
        return false;
    fprintf(out, "%-18s %4d x %dx%dx%d -> %dx%dx%d  %dx%d/%d", directions[d], n, c[0], c[1], c[2], o[0], o[1],
            o[2], k[0], k[1], s[0]);
    if (groups > 1) fprintf(out, _(", %d groups"), groups);
    fprintf(out, "  %s: %s%s\n", threads, l->name,
            *l->mark ? _("  (by rule: other programs ran; --forget measures again)") : "");
    return true;
}

int lince_choices_print(FILE *out)
{
    char path[LINCE_PATH_MAX], prefix[64];
    int here = 0, others = 0;
    line l;
    if (!cache_path(path))
        return lince_fail(LINCE_EIO, _("no folder for a cache: neither XDG_CACHE_HOME nor HOME"));
    FILE *file = fopen(path, "re");
    if (!file && errno != ENOENT) return lince_fail(LINCE_EIO, "%s: %s", path, lince_reason(errno));
    key_prefix(prefix, sizeof prefix);
    while (file && next_line(file, &l)) {
        bool ours = !strncmp(l.key, prefix, strlen(prefix)) && print_line(out, &l, l.key + strlen(prefix));
        here += ours, others += !ours;
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
