/* Files, written whole or not at all. */
#ifndef LINCE_CORE_FILE_H
#define LINCE_CORE_FILE_H

#include "core/folder.h"

#include <stdio.h>

enum { LINCE_PATH_MAX = 4096 };

typedef struct lince_file {
    FILE *stream;
    int folder;                /* where it is written, held open */
    char path[LINCE_PATH_MAX]; /* for messages */
    const char *name;          /* in the folder; the end of path */
    char beside[LINCE_FILE_NAME_MAX];
} lince_file;

/* open; write to file.stream; then commit (flush, fsync, rename, fsync the folder) or abandon (nothing
 * left). commit reports write errors as LINCE_EIO with the path and the reason; after either the stream is
 * closed. `folder` and `name`: as folder.h says; folders on the way are made. */
int lince_file_open(lince_file *file, const char *path);
int lince_file_open_in(lince_file *file, const char *folder, const char *name);
int lince_file_commit(lince_file *file);
void lince_file_abandon(lince_file *file);

/* The whole of it in one call. */
int lince_file_write_in(const char *folder, const char *name, const void *bytes, size_t size);
int lince_file_write(const char *path, const void *bytes, size_t size);

/* In the folder `place` below `folder`: makes `to` another name of the file `from` (a hard link), whole or not at all; a
 * file that lince writes in place of one of them later leaves the other as it is. 1 where the file system knows no links.
 * LINCE_EIO. */
int lince_file_link(const char *folder, const char *place, const char *from, const char *to);

/* 0 where it is not there. LINCE_EIO. */
int lince_file_remove(const char *folder, const char *name);

/* A plain file for reading, as open(2) and fopen(3): every file that a user names is opened by one of these. -1 or NULL
 * with errno for lince_reason: LINCE_NOT_PLAIN for a pipe, a socket or a device, which could make the program wait for
 * ever, EISDIR for a folder. */
int lince_open_to_read(const char *path);
FILE *lince_stream_to_read(const char *path);

/* A whole file as a NUL-terminated lince_alloc'ed block; refused above `limit` bytes. */
int lince_file_read(const char *path, size_t limit, char **bytes, size_t *size);

/* The name of each entry of a folder, but of "." and "..", to `take`, with the folder's descriptor, as long as that returns
 * 0. The C library's own walks (fts, nftw, scandir) take a folder that could not be read to its end for a shorter one. */
int lince_folder_list(const char *path, int (*take)(void *context, int folder, const char *name),
                      void *context);

/* The next line of a stream, its end included, with a NUL behind it, into *line [*capacity] (to be freed with lince_free);
 * 1 at the end. What could not be read is no end: LINCE_EIO, LINCE_ENOMEM. LINCE_EFORMAT for a line that does not end. */
enum { LINCE_LINE_MAX = 64 << 20 };
int lince_line_read(FILE *stream, char **line, size_t *capacity, size_t *length);

/* Whether there is nothing of that name; an error in finding out is none. */
bool lince_file_is_missing(const char *path);

/* Two names of one file or folder that is there. */
bool lince_is_same_file(const char *a, const char *b);

/* Creates a folder and its parents; 0 where it is there already. */
int lince_make_folder(const char *path);

/* A folder of lince's in the user's cache, $XDG_CACHE_HOME/lince/name or ~/.cache/lince/name; NULL: the one of all.
 * It need not be there. False where the environment names none. */
bool lince_cache_folder(char out[LINCE_PATH_MAX], const char *name);

/* Removes a folder and all that is in it, as far as that is allowed; links are not followed. */
void lince_remove_folder(const char *path);

/* dir/name into out[LINCE_PATH_MAX]; LINCE_EUSAGE where it is too long. */
int lince_path_join(char out[LINCE_PATH_MAX], const char *folder, const char *name);

#endif
