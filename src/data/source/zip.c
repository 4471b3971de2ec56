/* A zip archive, read in place. */
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "data/source/source.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

/* libzip's handles are not safe between threads. Getting an entry's bytes takes a tenth of the time that
 * decoding them takes, so one handle behind a lock does not hold the decoding threads up. */
typedef struct zip_state {
    zip_t *archive;
    pthread_mutex_t lock;
} zip_state;

static bool probe(const lince_head *head)
{
    return head->size >= 4 &&
           (!memcmp(head->bytes, "PK\x03\x04", 4) || !memcmp(head->bytes, "PK\x05\x06", 4));
}

/* Memory that libzip or zlib lack, and a disk that fails, are no damage of the archive. */
static int code_of(const zip_error_t *error)
{
    int code = zip_error_code_zip(error), system = zip_error_code_system(error);
    if (code == ZIP_ER_MEMORY || (code == ZIP_ER_ZLIB && system == Z_MEM_ERROR)) return LINCE_ENOMEM;
    return zip_error_system_type(error) == ZIP_ET_SYS ? lince_system_code(system) : LINCE_EFORMAT;
}

static int fail_open(const lince_source *source, int error)
{
    /* The directory of a zip is its last part: where it cannot be found the end is missing. */
    if (error == ZIP_ER_NOZIP || error == ZIP_ER_INCONS || error == ZIP_ER_EOF)
        return lince_fail(
            LINCE_EFORMAT,
            "%s: truncated or damaged zip: its directory, at the end, cannot be read; get the file again",
            source->path);
    zip_error_t details;
    zip_error_init_with_code(&details, error);
    int code = lince_fail(error == ZIP_ER_MEMORY ? LINCE_ENOMEM : LINCE_EIO, "%s: cannot open the zip: %s",
                          source->path, zip_error_strerror(&details));
    zip_error_fini(&details);
    return code;
}

/* PowerShell 5 and .NET before 4.6.1 wrote backslashes between folders, which the format forbids. Returns the
 * length. */
static size_t with_slashes(const char *stored, char out[LINCE_PATH_MAX + 1])
{
    size_t length = strnlen(stored, LINCE_PATH_MAX);
    bool foreign = !strchr(stored, '/');
    for (size_t i = 0; i < length; i++) out[i] = foreign && stored[i] == '\\' ? '/' : stored[i];
    out[length] = '\0';
    return length;
}

/* What the directory says of all files together; what is too large for one file is never unpacked. */
typedef struct zip_sum {
    uint64_t packed, unpacked;
} zip_sum;

/* Bytes of the archive that stand for several files: only what was made to be larger than it looks has them. */
static int check_sum(const lince_source *source, const zip_sum *sum, uint64_t size)
{
    if (sum->packed > size)
        return lince_fail(
            LINCE_EFORMAT,
            "%s: its files overlap: they take %llu bytes, packed, of the %llu of the archive; refused",
            source->path, (unsigned long long)sum->packed, (unsigned long long)size);
    int code = lince_bounds_check_ratio(&source->bounds, sum->unpacked, size);
    return code ? lince_fail_in(code, source->path) : 0;
}

static int add(lince_source *source, zip_t *archive, zip_uint64_t index, zip_sum *sum)
{
    zip_stat_t status;
    if (zip_stat_index(archive, index, 0, &status) || !(status.valid & ZIP_STAT_NAME))
        return lince_fail(LINCE_EFORMAT, "%s: damaged zip: entry %llu: %s", source->path,
                          (unsigned long long)index, zip_strerror(archive));
    char name[LINCE_PATH_MAX + 1];
    size_t length = with_slashes(status.name, name);
    bool folder = length > 0 && name[length - 1] == '/';
    size_t before = source->count;
    LINCE_TRY(lince_source_add(source, name, folder ? 0 : status.size, index, folder));
    if (folder || source->count == before) return 0;
    uint64_t unpacked = status.size > source->bounds.file ? 0 : status.size;
    if (__builtin_add_overflow(sum->packed, status.comp_size, &sum->packed) ||
        __builtin_add_overflow(sum->unpacked, unpacked, &sum->unpacked))
        return lince_fail(LINCE_EFORMAT, "%s: damaged zip: entry %llu: its size", source->path,
                          (unsigned long long)index);
    if (status.encryption_method != ZIP_EM_NONE)
        return lince_fail(
            LINCE_EFORMAT,
            "%s: the entry %s is encrypted; unpack the zip with its password and give the folder",
            source->path, status.name);
    if (!zip_compression_method_supported(status.comp_method, 0))
        return lince_fail(LINCE_EUNSUPPORTED,
                          "%s: the entry %s is packed by method %d, which this libzip cannot unpack",
                          source->path, status.name, status.comp_method);
    return 0;
}

static int list(lince_source *source, zip_t *archive, uint64_t size)
{
    zip_sum sum = {0};
    uint64_t n = (uint64_t)zip_get_num_entries(archive, 0);
    for (uint64_t i = 0; i < n; i++) {
        LINCE_TRY(add(source, archive, i, &sum));
        LINCE_TRY(check_sum(source, &sum, size));
        if (i % 1024 == 0) LINCE_TRY(lince_source_tell(source, size / n * i, size));
    }
    return 0;
}

static int open_zip(lince_source *source)
{
    zip_state *state = lince_alloc(1, sizeof *state);
    if (!state) return LINCE_ENOMEM;
    pthread_mutex_init(&state->lock, NULL);
    source->state = state;
    int error = 0, fd = lince_open_to_read(source->path);
    if (fd < 0)
        return lince_fail(lince_system_code(errno), "%s: cannot read: %s", source->path, lince_reason(errno));
    struct stat file;
    uint64_t size = fstat(fd, &file) ? 0 : (uint64_t)file.st_size;
    lince_source_tell(source, 0, size); /* libzip reads the whole directory, and tells nothing meanwhile */
    state->archive = zip_fdopen(fd, 0, &error); /* which takes the descriptor */
    if (!state->archive) {
        close(fd);
        return fail_open(source, error);
    }
    return list(source, state->archive, size);
}

static ssize_t pull(void *context, void *out, size_t size)
{
    ssize_t n = (ssize_t)zip_fread(context, out, size);
    if (n < 0) {
        int code = code_of(zip_file_get_error(context));
        lince_fail(LINCE_EFORMAT, "damaged in the zip: %s", zip_file_strerror(context));
        errno = code == LINCE_ENOMEM ? ENOMEM : code == LINCE_EIO ? EIO : 0;
    }
    return n;
}

static int read_locked(zip_t *archive, const lince_entry *entry, size_t most, lince_bytes *bytes)
{
    zip_file_t *file = zip_fopen_index(archive, entry->id, 0);
    if (!file)
        return lince_fail(code_of(zip_get_error(archive)), "cannot be read from the zip: %s",
                          zip_strerror(archive));
    int code = lince_bytes_fill(bytes, entry->size, most, pull, file);
    zip_fclose(file);
    return code;
}

static int read_entry(lince_source *source, const lince_entry *entry, size_t most, lince_bytes *bytes)
{
    zip_state *state = source->state;
    pthread_mutex_lock(&state->lock);
    int code = read_locked(state->archive, entry, most, bytes);
    pthread_mutex_unlock(&state->lock);
    return code;
}

static void close_zip(lince_source *source)
{
    zip_state *state = source->state;
    if (!state) return;
    if (state->archive) zip_discard(state->archive);
    pthread_mutex_destroy(&state->lock);
    lince_free(state);
}

const lince_source_kind lince_zip = {.name = "zip",
                                     .separator = ": ",
                                     .of_documents = true,
                                     .probe = probe,
                                     .open = open_zip,
                                     .read = read_entry,
                                     .close = close_zip};
