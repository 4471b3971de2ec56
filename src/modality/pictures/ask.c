/* All the pictures that a path leads to: one, those of a list, or every one of a folder or an archive, several at a
 * time. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "core/tell.h"
#include "data/source/file_names.h"
#include "data/source/source.h"
#include "modality/pictures/pictures.h"
#include "picture/decode/codec.h"
#include "settings/reading.h"

#include <stdio.h>
#include <string.h>

/* One of the pictures that are answered together. */
typedef struct picture {
    char where[LINCE_WHERE_MAX];
    const char *path;  /* a file of its own; NULL: `where`, of which there are */
    lince_bytes bytes; /* until it is decoded */
    lince_image fitted;
    lince_prediction prediction;
    bool incomplete;
    int code;  /* of reading and decoding it */
    char *why; /* its message */
} picture;

typedef struct pictures {
    const lince_asking *asking;
    picture *list; /* [batch] */
    int count, batch;
    lince_image *fitted;          /* [batch] the good ones', one behind the other, borrowed from the list */
    lince_prediction *prediction; /* [batch] and their answers */
} pictures;

static const char *name_of(const picture *p)
{
    return p->path ? p->path : p->where;
}

static void keep_error(picture *p, int code)
{
    p->code = code;
    if (code) p->why = lince_strdup(lince_error());
}

static void decode(void *context, size_t index)
{
    LINCE_PLAIN_LOCALE;
    pictures *s = context;
    picture *p = &s->list[index];
    lince_image image;
    if (p->code) return;
    lince_decoding how = lince_pictures_asked(s->asking);
    int code = p->path ? lince_image_load(&image, p->path, &how)
                       : lince_image_decode(&image, p->bytes.data, p->bytes.size, &how, p->where);
    if (!code) {
        p->incomplete = image.incomplete;
        code =
            lince_transform_fit(&lince_picture_encoder_of(s->asking->encoder)->picture, &image, &p->fitted);
        lince_image_release(&image);
    }
    keep_error(p, code);
    lince_bytes_release(&p->bytes);
}

/* What keeps the net from answering is each picture's error. */
static void classify(pictures *s)
{
    int good = 0;
    for (int i = 0; i < s->count; i++)
        if (!s->list[i].code) s->fitted[good++] = s->list[i].fitted;
    int code = good ? lince_pictures_answer(s->asking, s->fitted, good, s->batch, s->prediction) : 0;
    for (int i = 0, k = 0; i < s->count; i++) {
        if (s->list[i].code) continue;
        s->list[i].prediction = s->prediction[k++];
        keep_error(&s->list[i], code);
    }
}

/* In their order, until the caller has heard enough. */
static int tell_all(pictures *s)
{
    int code = 0;
    for (int i = 0; i < s->count; i++) {
        picture *p = &s->list[i];
        if (p->incomplete) lince_pictures_tell_incomplete(s->asking, name_of(p));
        if (p->code) lince_fail(p->code, "%s", p->why ? p->why : name_of(p));
        if (!code) code = s->asking->tell(s->asking->context, name_of(p), p->code, &p->prediction);
        lince_prediction_release(&p->prediction);
        lince_image_release(&p->fitted);
        lince_free(p->why);
    }
    memset(s->list, 0, (size_t)s->count * sizeof *s->list);
    s->count = 0;
    return code;
}

static int flush(pictures *s)
{
    lince_parallel(s->asking->threads, (size_t)s->count, decode, s);
    classify(s);
    return tell_all(s);
}

static picture *next(pictures *s)
{
    picture *p = &s->list[s->count++];
    p->prediction = (lince_prediction)LINCE_PREDICTION_INIT;
    return p;
}

static int add(pictures *s, lince_source *source, const lince_entry *entry)
{
    picture *p = next(s);
    lince_source_where(source, entry, p->where);
    keep_error(p, lince_source_read(source, entry, &p->bytes));
    return s->count == s->batch ? flush(s) : 0;
}

/* Room for as many at a time as so many in all are worth. */
static int make_room(pictures *s, size_t count)
{
    size_t batch = (size_t)(s->batch = lince_pictures_batch_for(s->asking->encoder, count));
    s->list = lince_alloc(batch, sizeof *s->list);
    s->fitted = lince_alloc(batch, sizeof *s->fitted);
    s->prediction = lince_alloc(batch, sizeof *s->prediction);
    return s->list && s->fitted && s->prediction ? 0 : LINCE_ENOMEM;
}

static void release_room(pictures *s)
{
    lince_free(s->list);
    lince_free(s->fitted);
    lince_free(s->prediction);
}

/* This member's; by the batches of all. */
static int ask_entries(pictures *s, lince_source *source, const size_t *entries, size_t count)
{
    lince_share own = lince_group_share(s->asking->group, count);
    int code = make_room(s, count);
    for (size_t i = 0; !code && i < own.count; i++)
        code = add(s, source, &source->entries[entries[own.begin + i]]);
    if (!code) code = flush(s);
    release_room(s);
    return code;
}

/* Texts lie among pictures: labels, notes. What else is there calls for an answer, be it that it cannot be
 * read; so does what calls itself a picture. */
static bool is_note(lince_source *source, const lince_entry *entry)
{
    enum { HEAD = 512 };
    lince_bytes head = {0};
    if (lince_has_picture_extension(entry->name)) return false;
    bool text = !lince_source_peek(source, entry, HEAD, &head) && lince_looks_like_text(head.data, head.size);
    lince_bytes_release(&head);
    return text;
}

/* `format`: of a path, a number and a name. */
static void tell_passed(const lince_asking *a, const char *format, const char *path, size_t count,
                        const char *first)
{
    if (count) lince_warn(a->observer, format, path, count, first);
}

static int ask_source(const lince_asking *asking, const char *path)
{
    pictures s = {.asking = asking};
    lince_source source;
    char files[256], formats[LINCE_FORMATS_MAX];
    size_t count = 0, notes = 0, *entries = NULL;
    const char *first = NULL;
    lince_within within = lince_within_settings(asking->settings, asking->observer);
    int code = lince_source_open(&source, path, &within);
    if (!code && !(entries = lince_alloc(source.count + 1, sizeof *entries))) code = LINCE_ENOMEM;
    for (size_t i = 0; !code && i < source.count; i++) {
        if (source.entries[i].folder) continue;
        if (!is_note(&source, &source.entries[i]))
            entries[count++] = i;
        else if (!notes++)
            first = source.entries[i].name;
    }
    if (!code && !count)
        code = lince_fail(LINCE_EDATA, "%s: no pictures that are read (%s) in it, but %s", path,
                          lince_picture_formats(formats), lince_files_listed(&source, files, sizeof files));
    if (!code) code = ask_entries(&s, &source, entries, count);
    if (!code && !asking->group->rank)
        tell_passed(asking, _("%s: texts among the pictures were passed over: %zu, the first: %s"), path,
                    notes, first);
    if (!code && !asking->group->rank)
        tell_passed(asking, _("%s: hidden files were passed over: %zu, the first: %s"), path, source.hidden,
                    source.first_hidden);
    lince_free(entries);
    lince_source_close(&source);
    return code;
}

static int ask_bytes(const lince_asking *a, const char *name, int code, const lince_bytes *bytes)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    if (!code) code = lince_pictures_answer_bytes(a, bytes->data, bytes->size, name, &p);
    return lince_answer(a, name, code, &p);
}

static int ask_path(const lince_asking *a, const char *path)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    if (lince_source_holds_files(path)) return ask_source(a, path);
    return lince_answer(a, path, lince_pictures_answer_path(a, path, &p), &p);
}

int lince_pictures_ask(const lince_asking *a, const char *path)
{
    static const lince_asked_input input = {
        .recognised = lince_image_recognised,
        .one = ask_bytes,
        .path = ask_path,
        .expected = N_("standard input: expected a picture, or paths of pictures, one a line")};
    return strcmp(path, "-") ? ask_path(a, path) : lince_ask_stdin(a, &input);
}

/* A file waits for others; what is none is asked about behind those before it. */
static int ask_next(pictures *s, const char *path)
{
    bool file = strcmp(path, "-") && !lince_source_holds_files(path);
    if (file) next(s)->path = path;
    int code = file && s->count < s->batch ? 0 : flush(s);
    if (code || file) return code;
    code = lince_pictures_ask(s->asking, path);
    return code < 0 ? lince_answer(s->asking, path, code, NULL) : code;
}

int lince_pictures_ask_paths(const lince_asking *a, const char *const *paths, size_t n)
{
    pictures s = {.asking = a};
    int code = make_room(&s, n);
    for (size_t i = 0; !code && i < n; i++) code = ask_next(&s, paths[i]);
    if (!code) code = flush(&s);
    release_room(&s);
    return code;
}
