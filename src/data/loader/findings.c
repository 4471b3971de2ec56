#include "data/loader/findings.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

void lince_findings_init(lince_findings *f)
{
    *f = (lince_findings){0};
    pthread_mutex_init(&f->lock, NULL);
}

void lince_findings_release(lince_findings *f)
{
    for (size_t i = 0; i < f->count; i++) lince_free(f->list[i].why);
    lince_free(f->list);
    pthread_mutex_destroy(&f->lock);
}

/* Takes `why`, or frees it. */
static int append(lince_findings *f, lince_finding finding)
{
    int code = lince_grow(&f->list, &f->capacity, f->count + 1, sizeof *f->list);
    if (code)
        lince_free(finding.why);
    else
        f->list[f->count++] = finding;
    return code;
}

void lince_findings_add(lince_findings *f, uint32_t index, int code)
{
    char *why = code ? lince_strdup(lince_error()) : NULL;
    int lost = code && !why ? LINCE_ENOMEM : 0;
    pthread_mutex_lock(&f->lock);
    if (!lost) lost = append(f, (lince_finding){.index = index, .code = code, .why = why});
    if (lost) f->code = lost;
    pthread_mutex_unlock(&f->lock);
}

/* --- between members ------------------------------------------------------------------------------------ */

/* As bytes: a finding's index and code, and its message with the NUL. */
static void write_all(const lince_findings *f, lince_buffer *bytes)
{
    for (size_t i = 0; i < f->count; i++) {
        const lince_finding *one = &f->list[i];
        const char *why = one->why ? one->why : "";
        lince_buffer_put(bytes, (const char *)&one->index, sizeof one->index);
        lince_buffer_put(bytes, (const char *)&one->code, sizeof one->code);
        lince_buffer_put(bytes, why, strlen(why) + 1);
    }
}

static int read_all(lince_findings *f, int rank, const char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        lince_finding read = {.rank = rank};
        memcpy(&read.index, bytes + at, sizeof read.index);
        memcpy(&read.code, bytes + at + sizeof read.index, sizeof read.code);
        at += sizeof read.index + sizeof read.code;
        if (read.code && !(read.why = lince_strdup(bytes + at))) return LINCE_ENOMEM;
        at += strlen(bytes + at) + 1;
        LINCE_TRY(append(f, read));
    }
    return 0;
}

/* One member's, in the others. What fails in one of them alone is found by who looks at f->code. */
static int send_one(lince_findings *f, const lince_group *group, int rank, lince_buffer *own)
{
    uint64_t size = own->size;
    LINCE_TRY(lince_group_broadcast(group, rank, &size, sizeof size));
    if (!size) return 0;
    char *room = group->rank == rank ? NULL : lince_alloc(size, 1), *bytes = room ? room : own->data;
    int code = lince_group_all(group, room || group->rank == rank ? 0 : LINCE_ENOMEM);
    if (!code) code = lince_group_broadcast(group, rank, bytes, size);
    if (!code && room && !f->code) f->code = read_all(f, rank, room, size);
    lince_free(room);
    return code;
}

static int by_index(const void *a, const void *b)
{
    const lince_finding *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

int lince_findings_share(lince_findings *f, const lince_group *group)
{
    lince_buffer own = {0};
    if (group->size > 1) write_all(f, &own);
    for (size_t i = 0; i < f->count; i++) f->list[i].rank = group->rank;
    /* The message of what could not be noted is the thread's that met it. */
    int code = f->code ? lince_fail(f->code, "out of memory") : own.error;
    code = lince_group_all(group, code);
    for (int rank = 0; rank < group->size && group->size > 1 && !code; rank++)
        code = send_one(f, group, rank, &own);
    lince_buffer_release(&own);
    LINCE_TRY(code);
    if (f->count) qsort(f->list, f->count, sizeof *f->list, by_index);
    return lince_group_all(group, f->code);
}

/* --- what becomes of it --------------------------------------------------------------------------------- */

static int fail_with(const lince_finding *f, const lince_group *group)
{
    return lince_group_fail(group, f->rank, f->code, f->why);
}

int lince_findings_sort_out(const lince_findings *f, const lince_group *group, lince_dataset *dataset,
                            lince_part part, bool skip_bad, uint32_t *good, size_t *count)
{
    size_t total = lince_dataset_count(dataset, part), next = 0;
    *count = 0;
    for (uint32_t i = 0; i < total; i++) {
        const lince_finding *of = next < f->count && f->list[next].index == i ? &f->list[next++] : NULL;
        if (of && of->code) {
            if (!skip_bad || of->code == LINCE_ENOMEM) return fail_with(of, group);
            LINCE_TRY(lince_dataset_leave_out(dataset, part, i, of->why));
            continue;
        }
        if (of) lince_dataset_mark_incomplete(dataset, part, i);
        good[(*count)++] = i;
    }
    return 0;
}
