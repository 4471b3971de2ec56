#include "weights/onnx/beside.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "weights/onnx/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef Lince__Onnx__Tensor tensor;

#define ENDS_BEFORE N_("the file that its numbers are in ends before them")
#define IN_NONE     N_("its numbers are said to be in another file, but in none beside this one")

/* What is said of the numbers: location, offset, length. */
static const char *said_of(const tensor *t, const char *key)
{
    for (size_t i = 0; i < t->n_external_data; i++)
        if (t->external_data[i]->key && !strcmp(t->external_data[i]->key, key))
            return t->external_data[i]->value;
    return NULL;
}

bool lince_onnx_is_beside(const tensor *t)
{
    return t->data_location == LINCE__ONNX__TENSOR__LOCATION__EXTERNAL;
}

/* Decimal digits, below 2^63; NULL leaves the number as it is. */
static bool read_whole(const char *text, uint64_t *number)
{
    char *end;
    if (!text) return true;
    if (*text < '0' || *text > '9') return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return !errno && !*end && *number <= INT64_MAX;
}

/* --- where the file is ---------------------------------------------------------------------------- */

/* Cuts the last name off a path; "." where it has but one. */
static void leave_folder(char path[LINCE_PATH_MAX])
{
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    else
        snprintf(path, LINCE_PATH_MAX, ".");
}

static bool is_folder_of(const char *folder, const char *file)
{
    char own[LINCE_PATH_MAX];
    snprintf(own, sizeof own, "%s", file);
    leave_folder(own);
    return !strcmp(own, folder);
}

/* Links may lead from the model's folder to where the model itself is a link to, as caches of downloads have it, and nowhere else.
 * `real`: the file without links, "" where it is not there. */
static bool is_beside(const char *model, const char *path, char real[LINCE_PATH_MAX])
{
    char folder[LINCE_PATH_MAX], at[LINCE_PATH_MAX];
    if (!realpath(path, real)) return *real = '\0', true;
    snprintf(folder, sizeof folder, "%s", model);
    leave_folder(folder);
    return (realpath(folder, at) && is_folder_of(at, real)) ||
           (realpath(model, at) && (leave_folder(at), is_folder_of(at, real)));
}

static int path_of(const char *model, const tensor *t, char path[LINCE_PATH_MAX], char real[LINCE_PATH_MAX])
{
    const char *name = said_of(t, "location");
    char folder[LINCE_PATH_MAX];
    if (!name || !*name || strchr(name, '/') || !strcmp(name, ".."))
        return lince_onnx_refuse(model, t, IN_NONE);
    snprintf(folder, sizeof folder, "%s", model);
    leave_folder(folder);
    LINCE_TRY(lince_path_join(path, folder, name));
    return is_beside(model, path, real) ? 0 : lince_onnx_refuse(model, t, IN_NONE);
}

/* --- its bytes ------------------------------------------------------------------------------------ */

/* The file, opened, and the numbers' place in it. */
static int open_beside(const char *model, const tensor *t, size_t bytes, int *fd, uint64_t *offset)
{
    char path[LINCE_PATH_MAX], real[LINCE_PATH_MAX];
    struct stat status;
    uint64_t length = bytes;
    *offset = 0;
    LINCE_TRY(path_of(model, t, path, real));
    if (!read_whole(said_of(t, "offset"), offset) || !read_whole(said_of(t, "length"), &length))
        return lince_onnx_refuse(model, t, N_("where its numbers are in the other file is no place"));
    if (length != bytes) return lince_onnx_refuse(model, t, LINCE_ONNX_MISCOUNTED);
    *fd = lince_open_to_read(*real ? real : path);
    if (*fd < 0)
        return lince_fail(lince_system_code(errno), "%s: %s; it should hold numbers of %s (tensor '%.100s')",
                          path, lince_reason(errno), model, t->name ? t->name : "");
    if (!fstat(*fd, &status) && *offset + bytes <= (uint64_t)status.st_size) return 0;
    close(*fd);
    return lince_onnx_refuse(model, t, ENDS_BEFORE);
}

int lince_onnx_beside_holds(const char *model, const tensor *t, size_t bytes)
{
    int fd;
    uint64_t offset;
    LINCE_TRY(open_beside(model, t, bytes, &fd, &offset));
    close(fd);
    return 0;
}

int lince_onnx_beside_read(const char *model, const tensor *t, size_t bytes, void *out)
{
    int fd;
    uint64_t offset;
    LINCE_TRY(open_beside(model, t, bytes, &fd, &offset));
    size_t done = 0;
    while (done < bytes) {
        ssize_t n = pread(fd, (char *)out + done, bytes - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        done += (size_t)n;
    }
    close(fd);
    return done == bytes ? 0 : lince_onnx_refuse(model, t, ENDS_BEFORE);
}
