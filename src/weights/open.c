/* A weights file of any format, told by its first bytes. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "weights/safetensors.h"
#include "weights/stored_zip.h"
#include "weights/torch.h"
#include "weights/weights_internal.h"

#include <string.h>

/* 8 bytes of header size, little-endian, of which the upper ones are zero; then the header's brace. */
static bool is_safetensors(const unsigned char *bytes, size_t size)
{
    return size > 8 && bytes[8] == '{' && !bytes[7] && !bytes[6] && !bytes[5];
}

static bool begins(const unsigned char *bytes, size_t size, const char *with)
{
    return size >= strlen(with) && !memcmp(bytes, with, strlen(with));
}

/* A zip file, as PyTorch writes since 1.6; whether it holds weights shows when it is parsed. */
static bool is_zip(const unsigned char *bytes, size_t size)
{
    return begins(bytes, size, "PK\3\4");
}

static bool is_pickle(const unsigned char *bytes, size_t size)
{
    return size > 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
}

typedef struct format {
    bool (*recognise)(const unsigned char *bytes, size_t size);
    int (*parse)(lince_weights **weights, const void *bytes, size_t size, const char *name);
} format;

static const format formats[] = {
    {is_safetensors, lince_safetensors_parse},
    {is_zip, lince_torch_zip_parse},
    {is_pickle, lince_torch_legacy_parse},
};

static const format *format_of(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i].recognise(bytes, size)) return &formats[i];
    return NULL;
}

/* What people take for weights files, and what to do about it. */
static int refuse(const unsigned char *bytes, size_t size, const char *name)
{
    if (!size) return lince_fail(LINCE_EFORMAT, "%s: the file is empty", name);
    if (size > 262 && !memcmp(bytes + 257, "ustar", 5))
        return lince_fail(
            LINCE_EFORMAT,
            "%s: a tar file, perhaps PyTorch's form before 0.2, which lince does not read: load it with "
            "PyTorch and save it again",
            name);
    if (begins(bytes, size, "version https://git-lfs"))
        return lince_fail(LINCE_EFORMAT,
                          "%s: a Git LFS pointer, not the file itself: fetch it with 'git lfs pull'", name);
    if (begins(bytes, size, "<"))
        return lince_fail(LINCE_EFORMAT, "%s: a web page, not a weights file: the download went wrong", name);
    return lince_fail(
        LINCE_EFORMAT,
        "%s: not a weights file that lince knows (or a truncated one): expected safetensors or PyTorch's "
        ".pt, .pth or .th",
        name);
}

/* --- names ---------------------------------------------------------------------------------------- */

static bool all_begin_with(const lince_weights *w, const char *prefix)
{
    size_t with = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (!strncmp(w->tensors[i].name, prefix, strlen(prefix)))
            with++;
        else if (strcmp(w->tensors[i].name, "n_averaged") !=
                 0) /* beside "module." in PyTorch's AveragedModel */
            return false;
    }
    return with > 0;
}

static void take_away(lince_weights *w, const char *prefix)
{
    for (size_t i = 0; i < w->count; i++) {
        char *name = (char *)w->tensors[i].name;
        if (!strncmp(name, prefix, strlen(prefix)))
            memmove(name, name + strlen(prefix), strlen(name) - strlen(prefix) + 1);
    }
    lince_buffer_printf(&w->notes, _("all names begin with '%s': taken away\n"), prefix);
}

/* torchvision's oldest DenseNet files say "denselayer1.norm.1.weight" for what is now
 * "denselayer1.norm1.weight": the place of the dot that went; NULL: another name. */
static char *old_dot(char *name)
{
    static const char *const parts[] = {".norm.", ".conv.", ".relu."};
    char *at = strstr(name, ".denselayer");
    if (!at) return NULL;
    at += strlen(".denselayer");
    at += strspn(at, "0123456789");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strncmp(at, parts[i], 6) && at[6] >= '0' && at[6] <= '9' && at[7] == '.') return at + 5;
    return NULL;
}

static bool renew_names(lince_weights *w)
{
    size_t renewed = 0;
    for (size_t i = 0; i < w->count; i++) {
        char *dot = old_dot((char *)w->tensors[i].name);
        if (!dot) continue;
        memmove(dot, dot + 1, strlen(dot));
        renewed++;
    }
    if (renewed)
        lince_buffer_printf(&w->notes, _("names of old DenseNets: %zu; 'norm.1' is read as 'norm1'\n"),
                            renewed);
    return renewed > 0;
}

/* What wraps a module puts its own name before all of the module's. */
static int mend_names(lince_weights *w, const char *file)
{
    static const char *const prefixes[] = {"module.", "_orig_mod."};
    enum { COUNT = sizeof prefixes / sizeof *prefixes };
    bool changed = renew_names(w);
    for (int i = 0; i < COUNT; i++) {
        if (!all_begin_with(w, prefixes[i])) continue;
        take_away(w, prefixes[i]);
        changed = true;
        i = -1; /* from the start: they may be nested */
    }
    if (changed) LINCE_TRY(lince_weights_index(w, file));
    return w->notes.error;
}

/* --- opening -------------------------------------------------------------------------------------- */

int lince_weights_parse(lince_weights **weights, const void *bytes, size_t size, const char *name)
{
    *weights = NULL;
    const format *f = format_of(bytes, size);
    if (!f) return refuse(bytes, size, name);
    LINCE_TRY(f->parse(weights, bytes, size, name));
    int code = mend_names(*weights, name);
    if (code) {
        lince_weights_free(*weights);
        *weights = NULL;
    }
    return code;
}

int lince_weights_open(lince_weights **weights, const char *path)
{
    lince_mapping map;
    *weights = NULL;
    LINCE_TRY(lince_mapping_open(&map, path));
    int code = lince_weights_parse(weights, map.bytes, map.size, path);
    if (code)
        lince_mapping_release(&map);
    else
        (*weights)->map = map;
    return code;
}

bool lince_weights_recognise(const char *path)
{
    lince_mapping map;
    lince_stored_zip zip;
    if (lince_mapping_open(&map, path)) return false;
    const format *f = format_of(map.bytes, map.size);
    bool known = f != NULL;
    if (known && f->recognise == is_zip) { /* many things are zip files */
        known = !lince_stored_zip_read(&zip, path, map.bytes, map.size) && lince_torch_zip_object(&zip);
        lince_stored_zip_release(&zip);
    }
    lince_mapping_release(&map);
    return known;
}
