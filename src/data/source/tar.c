/* A tar archive, plain or compressed (gzip, xz, bzip2, zstd). It can only be read from front to back, so the
 * members are unpacked once, into memory. */
#include "core/archive.h"
#include "core/buffer.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/names.h"
#include "data/source/file_names.h"
#include "data/source/source.h"
#include "data/source/table_formats.h"
#include "data/source/unpack.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* A member that has another's content: a hard link, or a symbolic one. */
typedef struct tar_link {
    const char *name, *target; /* the target as a path inside the archive; NULL: it leads out of it */
    bool found;
} tar_link;

typedef struct tar_state {
    struct archive *archive;
    uint64_t size;        /* of the archive, bytes */
    uint64_t passed;      /* bytes of members that are not held */
    double found;         /* when the last member began */
    lince_bytes *members; /* by the entries' id */
    size_t count, capacity;
    uint64_t held; /* bytes */
    tar_link *links;
    size_t link_count, link_capacity;
    lince_names *names; /* owns the links' */
} tar_state;

/* By name, and not "all": that would run external programs for formats it has no library for. */
static int open_archive(struct archive *archive, int fd)
{
    if (archive_read_support_filter_gzip(archive) < ARCHIVE_WARN ||
        archive_read_support_filter_xz(archive) < ARCHIVE_WARN ||
        archive_read_support_filter_bzip2(archive) < ARCHIVE_WARN ||
        archive_read_support_filter_zstd(archive) < ARCHIVE_WARN ||
        archive_read_support_format_tar(archive) < ARCHIVE_WARN) {
        archive_set_error(archive, ENOMEM, "out of memory");
        return ARCHIVE_FATAL;
    }
    return lince_archive_open(archive, fd, 1 << 18);
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
    struct archive_entry *member = NULL;
    if (!archive) return false;
    int fd = lince_open_to_read(path);
    bool holds = fd >= 0 && open_archive(archive, fd) == ARCHIVE_OK &&
                 lince_archive_next(archive, &member) >= ARCHIVE_WARN;
    archive_entry_free(member);
    archive_read_free(archive);
    if (fd >= 0) close(fd);
    return holds;
}

static bool probe(const lince_head *head)
{
    if (head->size > 262 && !memcmp(head->bytes + 257, "ustar", 5)) return true;
    return lince_is_packed(head->bytes, head->size) &&
           (has_tar_name(head->path) || holds_members(head->path));
}

static int fail_read(const lince_source *source, struct archive *archive, size_t members)
{
    const char *reason = archive_error_string(archive);
    if (archive_errno(archive) == ENOMEM) return lince_fail(LINCE_ENOMEM, "%s: out of memory", source->path);
    return lince_fail(
        LINCE_EFORMAT,
        "%s: not a tar archive, or truncated or damaged after member %zu: %s; get the file again",
        source->path, members, reason ? reason : "?");
}

/* What has come out of the archive so far is within its bounds: headers and contents, and the zeros that holes stand for. */
static int check_bounds(const lince_source *source, uint64_t more)
{
    enum { LISTED = 256 /* bytes that a file takes in lists, about */ };
    const tar_state *s = source->state;
    const lince_bounds *b = &source->bounds;
    uint64_t packed = (uint64_t)archive_filter_bytes(s->archive, -1),
             unpacked = (uint64_t)archive_filter_bytes(s->archive, 0),
             held = s->held + LISTED * (uint64_t)s->count + more;
    int code = lince_bounds_check_ratio(b, unpacked > held ? unpacked : held, packed);
    if (!code && held > b->archive)
        code = lince_fail(LINCE_EFORMAT,
                          "more than %llu MiB when unpacked, too much for memory; unpack it, or pack it as a "
                          "zip (--max-archive-mb allows more)",
                          (unsigned long long)(b->archive >> 20));
    if (!code && lince_now() - s->found > b->wait)
        code = lince_fail(LINCE_EFORMAT,
                          "no other file was found in it for %g seconds (--max-wait allows more)", b->wait);
    return code ? lince_fail_in(code, source->path) : lince_source_tell(source, packed, s->size);
}

typedef struct pulling {
    const lince_source *source;
    bool held;
    uint64_t done;
    int code; /* of the bounds */
} pulling;

static ssize_t pull(void *context, void *out, size_t size)
{
    enum { PIECE = 1 << 20 }; /* bounds are looked at behind each */
    pulling *p = context;
    const tar_state *state = p->source->state;
    ssize_t n = archive_read_data(state->archive, out, size < PIECE ? size : PIECE);
    if (n > 0) p->code = check_bounds(p->source, p->held ? p->done += (uint64_t)n : 0);
    if (n >= 0 && !p->code) return n;
    errno = 0;
    return -1;
}

static int hold(lince_source *source, tar_state *state, struct archive_entry *member)
{
    LINCE_TRY(lince_grow(&state->members, &state->capacity, state->count + 1, sizeof *state->members));
    lince_bytes *bytes = &state->members[state->count];
    pulling p = {.source = source, .held = true};
    int code = lince_bytes_fill(bytes, (uint64_t)archive_entry_size(member), (size_t)source->bounds.file + 1,
                                pull, &p);
    if (code == LINCE_EFORMAT && !p.code) return fail_read(source, state->archive, state->count);
    if (p.code || code) return p.code ? p.code : code;
    state->count++;
    state->held += bytes->size;
    code = lince_bounds_check_file(&source->bounds, bytes->size);
    return code ? lince_fail_in(code, source->path) : 0;
}

/* libarchive would unpack what is passed over within one call, however much that is. */
static int pass_over(lince_source *source, tar_state *state)
{
    char piece[1 << 16];
    pulling p = {.source = source};
    ssize_t n;
    while ((n = pull(&p, piece, sizeof piece)) > 0) continue;
    return n == 0 ? 0 : p.code ? p.code : fail_read(source, state->archive, state->count);
}

/* --- links ---------------------------------------------------------------------------------------- */

/* Takes the next folder or file of a path. */
static size_t next_part(const char **path, const char **part)
{
    *part = *path + strspn(*path, "/");
    size_t length = strcspn(*part, "/");
    *path = *part + length;
    return length;
}

/* Appends a path to the first `used` bytes of another, with its ".." followed; false: it leads out. */
static bool append(char out[LINCE_PATH_MAX], size_t *used, const char *path)
{
    const char *part;
    for (size_t length; (length = next_part(&path, &part));) {
        if (length == 1 && part[0] == '.') continue;
        if (length == 2 && !memcmp(part, "..", 2)) {
            if (!*used) return false;
            while (*used && out[--*used] != '/') {
            }
            continue;
        }
        if (*used + length + 2 > LINCE_PATH_MAX) return false;
        if (*used) out[(*used)++] = '/';
        memcpy(out + *used, part, length);
        *used += length;
    }
    out[*used] = '\0';
    return true;
}

/* A hard link names its target from the archive's root on, a symbolic one from its own folder on. */
static bool find_target(const char *name, const char *target, bool symbolic, char out[LINCE_PATH_MAX])
{
    size_t used = 0;
    if (!symbolic) return append(out, &used, target);
    if (target[0] == '/' || !append(out, &used, name)) return false;
    while (used && out[--used] != '/') {
    }
    return append(out, &used, target);
}

static int keep_link(tar_state *state, const char *name, struct archive_entry *member)
{
    char path[LINCE_PATH_MAX];
    const char *hard = archive_entry_hardlink(member), *target = hard ? hard : archive_entry_symlink(member);
    tar_link link = {.name = lince_names_add(&state->names, name)};
    if (!link.name) return LINCE_ENOMEM;
    if (target && find_target(name, target, !hard, path) &&
        !(link.target = lince_names_add(&state->names, path)))
        return LINCE_ENOMEM;
    LINCE_TRY(lince_grow(&state->links, &state->link_capacity, state->link_count + 1, sizeof link));
    state->links[state->link_count++] = link;
    return 0;
}

static int note_entries(const lince_source *source, size_t begin, lince_map *places)
{
    for (size_t i = begin; i < source->count; i++) {
        const char *name = source->entries[i].name;
        bool is_new;
        uint32_t *place = lince_map_at(places, lince_hash(0, name, strlen(name)), &is_new);
        if (!place) return LINCE_ENOMEM;
        *place = (uint32_t)i + 1;
    }
    return 0;
}

/* Links to links follow in the next round. */
static int resolve_round(lince_source *source, lince_map *places)
{
    tar_state *state = source->state;
    for (size_t i = 0; i < state->link_count; i++) {
        tar_link *l = &state->links[i];
        const uint32_t *place = l->found || !l->target
                                    ? NULL
                                    : lince_map_find(places, lince_hash(0, l->target, strlen(l->target)));
        if (!place) continue;
        const lince_entry target = source->entries[*place - 1];
        l->found = true;
        LINCE_TRY(lince_source_add(source, l->name, target.size, target.id, false));
    }
    return 0;
}

static bool is_hidden(const char *name)
{
    const char *part;
    for (size_t length; (length = next_part(&name, &part));)
        if (part[0] == '.' && length > 1) return true;
    return false;
}

/* As of links to nothing among folders (folder.c): what calls itself a sample is listed as a file without content, told as
 * unreadable where it is read; any other may be a class, or a part of one: without it the rest would pass for the whole. */
static int add_lost(lince_source *source, size_t *lost, lince_buffer *names)
{
    enum { NAMED = 5 };
    tar_state *state = source->state;
    LINCE_TRY(lince_grow(&state->members, &state->capacity, state->count + 1, sizeof *state->members));
    state->members[state->count++] = (lince_bytes){0};
    for (size_t i = 0; i < state->link_count; i++) {
        const char *name = state->links[i].name;
        if (state->links[i].found || is_hidden(name)) continue;
        if (lince_has_picture_extension(name) || lince_is_table_name(name))
            LINCE_TRY(lince_source_add(source, name, 0, state->count - 1, false));
        else if (++*lost <= NAMED)
            lince_buffer_printf(names, "%s%s", *lost > 1 ? ", " : "", name);
        else if (*lost == NAMED + 1)
            lince_buffer_puts(names, ", ...");
    }
    return names->error;
}

static int refuse_lost(const lince_source *source, size_t lost, const char *names)
{
    return lince_fail(
        LINCE_EFORMAT,
        "%s: links to folders, or to nothing: %zu (%s); what they lead to is in the archive under "
        "another name, or not at all: pack it again with 'tar -h', which follows links, or unpack it and "
        "give the folder",
        source->path, lost, names);
}

static int resolve_links(lince_source *source)
{
    enum { ROUNDS = 16 };
    lince_map places = {0};
    size_t before = 0;
    int code = 0;
    for (int round = 0; round < ROUNDS && !code && before < source->count; round++) {
        size_t begin = before;
        before = source->count;
        code = note_entries(source, begin, &places);
        if (!code) code = resolve_round(source, &places);
    }
    lince_map_release(&places);
    size_t lost = 0;
    lince_buffer names = {0};
    if (!code) code = add_lost(source, &lost, &names);
    if (!code && lost) code = refuse_lost(source, lost, names.data);
    lince_buffer_release(&names);
    return code;
}

/* --- members -------------------------------------------------------------------------------------- */

static int add(lince_source *source, struct archive_entry *member)
{
    tar_state *state = source->state;
    const char *name = archive_entry_pathname_utf8(member);
    if (!name) name = archive_entry_pathname(member);
    bool folder = archive_entry_filetype(member) == AE_IFDIR;
    bool link = archive_entry_hardlink(member) || archive_entry_filetype(member) == AE_IFLNK;
    LINCE_TRY(check_bounds(source, 0));
    state->found = lince_now();
    if (!folder && !link && archive_entry_filetype(member) != AE_IFREG) return pass_over(source, state);
    if (!name)
        return lince_fail(LINCE_EFORMAT, "%s: the name of member %zu cannot be read", source->path,
                          state->count + 1);
    if (link) {
        LINCE_TRY(keep_link(state, name, member));
        return pass_over(source, state);
    }
    size_t before = source->count;
    LINCE_TRY(lince_source_add(source, name, 0, state->count, folder));
    if (folder || source->count == before) return pass_over(source, state);
    LINCE_TRY(hold(source, state, member));
    source->entries[before].size = state->members[state->count - 1].size;
    return 0;
}

static int read_members(lince_source *source, struct archive *archive, int fd)
{
    tar_state *state = source->state;
    if (open_archive(archive, fd) != ARCHIVE_OK) return fail_read(source, archive, 0);
    struct archive_entry *member = NULL;
    struct stat file;
    int status, code = 0;
    state->size = fstat(fd, &file) ? 0 : (uint64_t)file.st_size;
    state->found = lince_now();
    while (!code && ((status = lince_archive_next(archive, &member)) == ARCHIVE_OK || status == ARCHIVE_WARN))
        code = add(source, member);
    archive_entry_free(member);
    if (code) return code;
    return status == ARCHIVE_EOF ? 0 : fail_read(source, archive, state->count);
}

static int open_tar(lince_source *source)
{
    tar_state *state = lince_alloc(1, sizeof *state);
    if (!state) return LINCE_ENOMEM;
    source->state = state;
    int fd = lince_open_to_read(source->path);
    if (fd < 0)
        return lince_fail(lince_system_code(errno), "%s: cannot read: %s", source->path, lince_reason(errno));
    state->archive = archive_read_new();
    int code = state->archive ? read_members(source, state->archive, fd)
                              : lince_fail(LINCE_ENOMEM, "%s: out of memory", source->path);
    if (!code && state->link_count) code = resolve_links(source);
    archive_read_free(state->archive);
    close(fd);
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
    lince_names_release(&state->names);
    lince_free(state->links);
    lince_free(state);
}

const lince_source_kind lince_tar = {.name = "tar",
                                     .separator = ": ",
                                     .probe = probe,
                                     .open = open_tar,
                                     .read = read_entry,
                                     .close = close_tar};
