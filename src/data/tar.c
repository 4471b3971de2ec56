/* A tar archive, plain or compressed (gzip, xz, bzip2, zstd). It can only be read from front to back, so the
 * members are unpacked once, into memory. */
#include "core/error.h"
#include "core/memory.h"
#include "data/source.h"
#include "data/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

/* What the members of an archive may take in memory. */
static const uint64_t most_in_memory = (uint64_t)4 << 30;

typedef struct tar_state {
    struct archive *archive;
    lince_bytes *members; /* by the entries' id */
    size_t count, capacity;
    uint64_t held; /* bytes */
} tar_state;

/* By name, and not "all": that would run external programs for formats it has no library for. */
static int open_archive(struct archive *archive, const char *path)
{
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_format_tar(archive);
    return archive_read_open_filename(archive, path, 1 << 18);
}

static bool has_tar_name(const char *path)
{
    static const char *const extensions[] = {".tgz", ".tbz2", ".txz", ".tzst"};
    size_t length = lince_unpacked_name(path);
    if (length > 4 && !strncasecmp(path + length - 4, ".tar", 4)) return true;
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof extensions / sizeof *extensions; i++)
        if (!strcasecmp(dot, extensions[i])) return true;
    return false;
}

/* Whether what is packed begins with a member's header; a packed file may be a table as well. */
static bool holds_members(const char *path)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *member;
    if (!archive) return false;
    bool holds = open_archive(archive, path) == ARCHIVE_OK &&
                 archive_read_next_header(archive, &member) >= ARCHIVE_WARN;
    archive_read_free(archive);
    return holds;
}

static bool probe(const lince_head *head)
{
    if (head->size > 262 && !memcmp(head->bytes + 257, "ustar", 5)) return true;
    return lince_is_packed(head->bytes, head->size) &&
           (has_tar_name(head->path) || holds_members(head->path));
}

static ssize_t pull(void *context, void *out, size_t size)
{
    ssize_t n = archive_read_data(context, out, size);
    if (n < 0) errno = 0;
    return n;
}

static int fail_read(const lince_source *source, struct archive *archive, size_t members)
{
    const char *reason = archive_error_string(archive);
    return lince_fail(
        LINCE_EFORMAT,
        "%s: not a tar archive, or truncated or damaged after %zu members: %s; get the file again",
        source->path, members, reason ? reason : "?");
}

static int hold(lince_source *source, tar_state *state, struct archive_entry *member)
{
    LINCE_TRY(lince_grow(&state->members, &state->capacity, state->count + 1, sizeof *state->members));
    lince_bytes *bytes = &state->members[state->count];
    uint64_t left = most_in_memory - state->held;
    int code = lince_bytes_fill(bytes, (uint64_t)archive_entry_size(member), left + 1, pull, state->archive);
    if (code == LINCE_EFORMAT) return fail_read(source, state->archive, state->count);
    if (code < 0) return code;
    state->count++;
    state->held += bytes->size;
    if (state->held > most_in_memory)
        return lince_fail(
            LINCE_EFORMAT,
            "%s: more than %llu MiB when unpacked, too much for memory; unpack it, or pack it as a zip",
            source->path, (unsigned long long)(most_in_memory >> 20));
    return 0;
}

static int add(lince_source *source, struct archive_entry *member)
{
    tar_state *state = source->state;
    const char *name = archive_entry_pathname_utf8(member);
    if (!name) name = archive_entry_pathname(member);
    bool folder = archive_entry_filetype(member) == AE_IFDIR;
    bool plain = archive_entry_filetype(member) == AE_IFREG && !archive_entry_hardlink(member);
    if (!folder && !plain) return 0;
    if (!name)
        return lince_fail(LINCE_EFORMAT, "%s: the name of member %zu cannot be read", source->path,
                          state->count + 1);
    size_t before = source->count;
    LINCE_TRY(lince_source_add(source, name, 0, state->count, folder));
    if (folder || source->count == before) return 0;
    LINCE_TRY(hold(source, state, member));
    source->entries[before].size = state->members[state->count - 1].size;
    return 0;
}

static int read_members(lince_source *source, struct archive *archive)
{
    tar_state *state = source->state;
    if (open_archive(archive, source->path) != ARCHIVE_OK) return fail_read(source, archive, 0);
    struct archive_entry *member;
    int status;
    while ((status = archive_read_next_header(archive, &member)) == ARCHIVE_OK || status == ARCHIVE_WARN)
        LINCE_TRY(add(source, member));
    return status == ARCHIVE_EOF ? 0 : fail_read(source, archive, state->count);
}

static int open_tar(lince_source *source)
{
    tar_state *state = lince_alloc(1, sizeof *state);
    if (!state) return LINCE_ENOMEM;
    source->state = state;
    state->archive = archive_read_new();
    if (!state->archive) return lince_fail(LINCE_ENOMEM, "%s: out of memory", source->path);
    int code = read_members(source, state->archive);
    archive_read_free(state->archive);
    state->archive = NULL;
    return code;
}

static int read_entry(lince_source *source, const lince_entry *entry, size_t most, lince_bytes *bytes)
{
    const tar_state *state = source->state;
    const lince_bytes *held = &state->members[entry->id];
    *bytes = (lince_bytes){.data = held->data, .size = held->size < most ? held->size : most};
    return 0;
}

static void close_tar(lince_source *source)
{
    tar_state *state = source->state;
    if (!state) return;
    for (size_t i = 0; i < state->count; i++) lince_bytes_release(&state->members[i]);
    lince_free(state->members);
    lince_free(state);
}

const lince_source_kind lince_tar = {
    .name = "tar", .probe = probe, .open = open_tar, .read = read_entry, .close = close_tar};
