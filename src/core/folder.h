/* Folders that lince writes in, whoever gave them: what is in one is found from its descriptor, part by part, and
 * never through a link, so that nothing outside is written.
 *
 * `name` may lead through folders ("plots/loss.svg"). With `folder` NULL it is a path that the caller chose; that is
 * followed as it is, links included, up to the folder that holds the file.
 *
 * A folder that lince has made within one that the caller chose, a fold's or a trial's, is called "cv/./fold-1": behind the
 * last LINCE_BELOW of a path, rsync's sign for it, links are not followed either, whoever laid them and when. */
#ifndef LINCE_CORE_FOLDER_H
#define LINCE_CORE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* A file being written lies beside its final name, as `name.tmp-` and LINCE_BESIDE_DIGITS hexadecimal digits that
 * nobody can foretell: what a killed process leaves. */
#define LINCE_BESIDE ".tmp-"
enum { LINCE_BESIDE_DIGITS = 16, LINCE_FILE_NAME_MAX = 256 };

/* Below folder: the folder `name`, "" for itself, as a descriptor; missing ones are made where `make`. A negative code:
 * LINCE_EIO, also where a part of the name is a link. */
int lince_folder_open(const char *folder, const char *name, bool make);

/* The folder that holds the file `name`, as lince_folder_open (of a `folder`, made where it is missing), and the
 * file's own name. LINCE_EIO where the name ends in a slash. */
int lince_folder_of(const char *folder, const char *name, const char **base);

/* 0 where `name` is a folder below `folder`, or nothing is there; LINCE_EIO where it is reached through a link. */
int lince_folder_check(const char *folder, const char *name);

/* Makes the folder `name` and those on the way; 0 where it is there. */
int lince_folder_make(const char *folder, const char *name);

#define LINCE_BELOW "/./"
/* folder, LINCE_BELOW, name into out[LINCE_PATH_MAX]; LINCE_EUSAGE where it is too long. */
int lince_folder_below(char out[], const char *folder, const char *name);

/* A path's part up to its LINCE_BELOW into chosen[LINCE_PATH_MAX], and what is behind; NULL where it has none. */
const char *lince_folder_chosen(const char *path, char chosen[]);

/* Makes the last folder of a path: 0; 1 where something of that name is there. */
int lince_folder_new(const char *path);

/* A name for what is to lie beside `base`, which may be a path; false, with errno, where the system has no random
 * numbers. */
bool lince_beside_name(const char *base, char beside[], size_t size);

/* A new, empty file beside `base` in the folder of the descriptor, open for reading and writing: its descriptor, or -1
 * with errno. Locked (flock) while it is open, by which lince_folder_leftovers knows that it is in use. */
int lince_beside_open(int folder, const char *base, char beside[LINCE_FILE_NAME_MAX]);

/* A new, empty folder beside `path`, which ends in no slash; its parents are made. */
int lince_beside_folder(const char *path, char beside[], size_t size);

/* Bytes of what was left half-written in the folder `name`, by processes that are no more; and removes it. */
size_t lince_folder_leftovers(const char *folder, const char *name, bool remove);

#endif
