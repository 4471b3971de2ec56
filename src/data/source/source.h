/* Where files lie: a folder, an archive or one plain file, listed once and read in place. A new kind is one
 * file, and one line of list.def. What the files mean (class folders, CIFAR batches) is
 * layout.h's subject. */
#ifndef LINCE_DATA_SOURCE_H
#define LINCE_DATA_SOURCE_H

#include "data/source/bounds.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct lince_entry {
    const char
        *name; /* inside the source: "train/cat/1.png"; a folder's ends in '/'; UTF-8, relative, no ".." */
    uint64_t size; /* bytes, as the source states them */
    uint64_t id;   /* what the source's kind finds it by */
    bool folder;
} lince_entry;

typedef struct lince_source {
    const struct lince_source_kind *kind;
    char *path;           /* owned */
    lince_entry *entries; /* sorted by name, bytewise; hidden files are left out */
    size_t count, capacity;
    size_t hidden; /* pictures and tables that were passed over because a name begins with a dot */
    const char *first_hidden;
    struct lince_names *names; /* owns the entries' names */
    void *state;               /* of the kind; owned */
    lince_bounds bounds;
    lince_watch watch; /* while it is opened, and while its files are looked at; set by whoever does it */
} lince_source;

/* What a kind is recognised by. */
typedef struct lince_head {
    const char *path;
    bool folder;
    uint8_t bytes[512]; /* the file's first */
    size_t size;
} lince_head;

typedef struct lince_source_kind {
    const char *name; /* "zip" */
    const char
        *separator; /* between its path and a file's name, for messages: ": "; NULL: it is one file itself */
    bool of_documents; /* what office programs write is of this kind, too */
    bool (*probe)(const lince_head *head);
    int (*open)(lince_source *source); /* lists the files by lince_source_add; on failure close is called */
    /* Up to `most` bytes of a file. Safe to call from several threads at a time. */
    int (*read)(lince_source *source, const lince_entry *entry, size_t most, lince_bytes *bytes);
    void (*close)(lince_source *source);
} lince_source_kind;

#define SOURCE(row) extern const lince_source_kind row;
#include "data/source/list.def"

/* Whether `path` is a folder or an archive, which lince_source_open lists. */
bool lince_source_holds_files(const char *path);

/* Opens what `path` names; `within` NULL: the usual bounds, and nobody watches. LINCE_EIO (missing: with the nearest name
 * there is), LINCE_EFORMAT (no kind recognises it, a name in it is not safe to use, or a bound is reached),
 * LINCE_EINTERRUPTED. */
int lince_source_open(lince_source *source, const char *path, const lince_within *within);
void lince_source_close(lince_source *source);

/* A whole file; refused above the bound of one, and where it is not as long as it should be. */
int lince_source_read(lince_source *source, const lince_entry *entry, lince_bytes *bytes);

/* The first bytes of a file, at most `most`. */
int lince_source_peek(lince_source *source, const lince_entry *entry, size_t most, lince_bytes *bytes);

/* For kinds: lists a file or folder. "./" and double slashes are tidied; __MACOSX, @eaDir, Thumbs.db and
 * desktop.ini are passed over in silence, as are hidden files, of which those that call themselves samples
 * are counted. LINCE_EFORMAT for an absolute name, one that climbs out by "..", one with control
 * characters or that is not UTF-8, and one too long. */
int lince_source_add(lince_source *source, const char *name, uint64_t size, uint64_t id, bool folder);

/* For kinds: tells that so many bytes of the source were read; LINCE_EINTERRUPTED where it is asked to stop. */
int lince_source_tell(const lince_source *source, uint64_t done, uint64_t total);

/* Where a file is, for messages: "folder/cat/1.png", "data.zip: cat/1.png". Returns `where`. */
enum { LINCE_WHERE_MAX = 1024 };
const char *lince_source_where(const lince_source *source, const lince_entry *entry,
                               char where[LINCE_WHERE_MAX]);

#endif
