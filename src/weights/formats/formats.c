/* Weights files of all formats, told by their content. */
#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "weights/checksum.h"
#include "weights/formats/format.h"

#include <errno.h>
#include <lince/describe.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const struct {
    const lince_weights_format *row;
    const char *endings;
} formats[] = {
#define WEIGHTS_FORMAT(row, endings) {&row, endings},
#define WEIGHTS_ONLY_READ(row)       {&row, ""},
#include "weights/formats/list.def"
#undef WEIGHTS_FORMAT
#undef WEIGHTS_ONLY_READ
};
enum { COUNT = sizeof formats / sizeof *formats };

const char lince_weights_bar_endings[] =
#define WEIGHTS_FORMAT(row, endings) "|" endings
#define WEIGHTS_ONLY_READ(row)
#include "weights/formats/list.def"
#undef WEIGHTS_FORMAT
#undef WEIGHTS_ONLY_READ
    ;

const char *lince_weights_format_at(size_t index, const char **endings)
{
    if (index >= COUNT) return NULL;
    if (endings) *endings = formats[index].endings;
    return formats[index].row->name;
}

/* Whether a name ends like one of "*.pth|*.pt", in whatever case. */
static bool ends_like(const char *name, const char *endings)
{
    const char *ending = strrchr(name, '.');
    for (size_t size; ending && *endings; endings += size + (endings[size] == '|')) {
        size = strcspn(endings, "|");
        if (strlen(ending) == size - 1 && !strncasecmp(ending, endings + 1, size - 1)) return true;
    }
    return false;
}

const lince_weights_format *lince_weights_format_for(const char *path)
{
    for (size_t i = 0; i < COUNT; i++)
        if (ends_like(path, formats[i].endings)) return formats[i].row;
    lince_fail(LINCE_EUSAGE, "%s: the ending says the format: expected one of %s", path,
               LINCE_WEIGHTS_ENDINGS);
    return NULL;
}

static const lince_weights_format *format_of(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < COUNT; i++)
        if (formats[i].row->recognise(bytes, size)) return formats[i].row;
    return NULL;
}

/* --- what is none of them --------------------------------------------------------------------------- */

static bool begins(const unsigned char *bytes, size_t size, const char *with)
{
    return size >= strlen(with) && !memcmp(bytes, with, strlen(with));
}

static int refuse_unknown(const char *name)
{
    lince_buffer names = {0};
    for (size_t i = 0; i < COUNT; i++)
        lince_buffer_printf(&names, "%s%s", i ? ", " : "", formats[i].row->name);
    int code =
        lince_fail(LINCE_EFORMAT,
                   "%s: not a weights file that lince knows (or a truncated one): expected one of these "
                   "formats: %s",
                   name, names.data ? names.data : "");
    lince_buffer_release(&names);
    return code;
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
    return refuse_unknown(name);
}

/* --- opening ---------------------------------------------------------------------------------------- */

static int finish(lince_weights **weights, int code)
{
    if (code) {
        lince_weights_free(*weights);
        *weights = NULL;
    }
    return code;
}

static int parse_as(const lince_weights_format *format, lince_weights **weights, const void *bytes,
                    size_t size, const char *name, int (*check)(lince_weights *weights, const char *file))
{
    lince_weights *w = *weights = lince_alloc(1, sizeof *w);
    if (!w) return LINCE_ENOMEM;
    w->format = format;
    int code = format->parse(w, bytes, size, name);
    if (!code) code = lince_weights_index(w, name);
    if (!code) code = check(w, name);
    if (!code) code = w->notes.error;
    return finish(weights, code);
}

int lince_weights_parse_as(const lince_weights_format *format, lince_weights **weights, const void *bytes,
                           size_t size, const char *name)
{
    return parse_as(format, weights, bytes, size, name, lince_checksum_check);
}

static int rename_as(const lince_weights_format *format, lince_weights **weights, const char *name)
{
    return format->rename ? finish(weights, format->rename(*weights, name)) : 0;
}

int lince_weights_parse(lince_weights **weights, const void *bytes, size_t size, const char *name)
{
    *weights = NULL;
    const lince_weights_format *format = format_of(bytes, size);
    if (!format) return refuse(bytes, size, name);
    LINCE_TRY(lince_weights_parse_as(format, weights, bytes, size, name));
    return rename_as(format, weights, name);
}

/* Of the file's contents, which the weights take over; `format` NULL: told by the content. */
static int open_file(const lince_weights_format *format, lince_weights **weights, const char *path)
{
    lince_contents file;
    *weights = NULL;
    LINCE_TRY(lince_contents_read(&file, path));
    int code = format ? lince_weights_parse_as(format, weights, file.bytes, file.size, path)
                      : lince_weights_parse(weights, file.bytes, file.size, path);
    if (code)
        lince_contents_release(&file);
    else
        (*weights)->file = file;
    return code;
}

int lince_weights_open_as(const lince_weights_format *format, lince_weights **weights, const char *path)
{
    return open_file(format, weights, path);
}

int lince_weights_open(lince_weights **weights, const char *path)
{
    return open_file(NULL, weights, path);
}

enum { HEAD = 512 }; /* bytes that tell a format */

static int read_outline(const lince_outline *o, lince_weights **weights, bool *whole)
{
    LINCE_TRY(lince_outline_read(o, 0, HEAD));
    const lince_weights_format *format = format_of(o->bytes, o->size < HEAD ? o->size : HEAD);
    *whole = !format || !format->outline;
    if (*whole) return 0;
    LINCE_TRY(format->outline(o));
    LINCE_TRY(parse_as(format, weights, o->bytes, o->size, o->path, lince_checksum_check_header));
    LINCE_TRY(rename_as(format, weights, o->path));
    for (size_t i = 0; i < (*weights)->count; i++) (*weights)->tensors[i].data = NULL;
    return 0;
}

int lince_weights_open_outline(lince_weights **weights, const char *path)
{
    lince_outline outline;
    bool whole = false;
    *weights = NULL;
    int code = lince_outline_open(&outline, path);
    if (!code) code = read_outline(&outline, weights, &whole);
    lince_outline_close(&outline);
    return whole && !code ? lince_weights_open(weights, path) : code;
}

bool lince_weights_recognise(const char *path)
{
    unsigned char head[64];
    int fd = lince_open_to_read(path);
    if (fd < 0) return false;
    ssize_t size;
    while ((size = read(fd, head, sizeof head)) < 0 && errno == EINTR) continue;
    close(fd);
    const lince_weights_format *format = size > 0 ? format_of(head, (size_t)size) : NULL;
    return format && (!format->holds || format->holds(path));
}

/* --- networks that files bring ---------------------------------------------------------------------- */

static int build_described(lince_net *net, const lince_architecture *self, const lince_classifier *classifier)
{
    const char *described = self->table;
    size_t length = strcspn(described, ":");
    for (size_t i = 0; i < COUNT; i++) {
        const lince_weights_format *f = formats[i].row;
        if (f->build && strlen(f->name) == length && !strncmp(f->name, described, length))
            return f->build(net, described + length + (described[length] == ':'), classifier);
    }
    return lince_fail(LINCE_EDATA,
                      "%s: its network is described for the format '%.*s', which lince does not build",
                      self->name, (int)(length < 100 ? length : 100), described);
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4};

lince_architecture lince_described_architecture(const char *described, const char *name, int image_size)
{
    return (lince_architecture){.name = name,
                                .summary = "as its weights file describes it",
                                .image_size = image_size,
                                .build = build_described,
                                .table = described,
                                .classifier = "",
                                .recipe = &recipe};
}
