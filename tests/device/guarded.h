/* A device for tests: the host's rows on memory that nobody can touch but they. Its blocks are mapped without any
 * permission; a row opens them, runs the host's row of the same name and closes them again, and so do uploads
 * and downloads, which must lie inside a block. What layers, nets or training touched by themselves would be a
 * segmentation fault. */
#ifndef TESTS_DEVICE_GUARDED_H
#define TESTS_DEVICE_GUARDED_H

#include "core/error.h"
#include "core/memory.h"
#include "kernels/op.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GUARDED_BLOCKS = 4096, GUARDED_ROWS = 256 };

typedef struct guarded_block {
    unsigned char *memory; /* NULL: free */
    size_t size, inside;   /* bytes that were asked for, and that are opened */
    void *mapping;
    size_t mapped;
} guarded_block;

typedef struct guarded_row {
    lince_op_row row; /* of the device */
    const lince_op_row *inner;
} guarded_row;

typedef struct guarded {
    lince_device device;
    guarded_block blocks[GUARDED_BLOCKS];
    size_t used;                                  /* blocks behind them are free */
    size_t left;                                  /* blocks until it is full, and one; 0: it never is */
    size_t live, taken, runs, uploads, downloads; /* blocks; all that ever were; calls */
    guarded_row rows[GUARDED_ROWS];
    const lince_op_row *list[GUARDED_ROWS + LINCE_OPS];
    const lince_op_row *const *of[LINCE_OPS];
} guarded;

static inline guarded *guarded_of(const lince_device *device)
{
    return (guarded *)(size_t)device;
}

static inline void guarded_permit(guarded *g, int permissions)
{
    for (size_t i = 0; i < g->used; i++)
        if (g->blocks[i].memory && mprotect(g->blocks[i].memory, g->blocks[i].inside, permissions)) abort();
}

/* --- memory ------------------------------------------------------------------------------------------ */

/* A page behind the block stays closed, whatever is open. Large blocks have huge pages, of which there are few
 * to open and to close. */
static inline void *guarded_alloc(const lince_device *device, size_t size)
{
    enum { HUGE_PAGE = 2 << 20 };
    guarded *g = guarded_of(device);
    size_t page = size < HUGE_PAGE ? (size_t)sysconf(_SC_PAGESIZE) : HUGE_PAGE, i = 0;
    guarded_block b = {.size = size, .inside = (size / page + 1) * page};
    b.mapped = b.inside + 2 * page;
    while (i < GUARDED_BLOCKS && g->blocks[i].memory) i++;
    bool full = g->left == 1 || i == GUARDED_BLOCKS;
    if (g->left > 1) g->left--;
    if (!full) b.mapping = mmap(NULL, b.mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!b.mapping || b.mapping == MAP_FAILED) {
        lince_fail(LINCE_ENOMEM, "guarded: no memory for %zu bytes", size);
        return NULL;
    }
    b.memory = (unsigned char *)(((uintptr_t)b.mapping + page - 1) / page * page);
    madvise(b.memory, b.inside, page == HUGE_PAGE ? MADV_HUGEPAGE : MADV_NORMAL);
    g->blocks[i] = b;
    if (i >= g->used) g->used = i + 1;
    g->live++;
    g->taken++;
    return b.memory;
}

/* Of the size that it was taken with. */
static inline void guarded_free(const lince_device *device, void *memory, size_t size)
{
    guarded *g = guarded_of(device);
    size_t i = 0;
    if (!memory) return;
    while (i < GUARDED_BLOCKS && g->blocks[i].memory != memory) i++;
    if (i == GUARDED_BLOCKS || g->blocks[i].size != size) abort();
    munmap(g->blocks[i].mapping, g->blocks[i].mapped);
    g->blocks[i] = (guarded_block){0};
    g->live--;
}

static inline void guarded_check_inside(const guarded *g, const void *memory, size_t size)
{
    const unsigned char *at = memory;
    for (size_t i = 0; i < g->used; i++) {
        const guarded_block *b = &g->blocks[i];
        if (b->memory && at >= b->memory && at < b->memory + b->size)
            if (size <= b->size - (size_t)(at - b->memory)) return;
    }
    fprintf(stderr, "guarded: %zu bytes at %p are not inside of a block\n", size, memory);
    abort();
}

static inline void guarded_upload(const lince_device *device, void *to, const void *from, size_t size)
{
    guarded *g = guarded_of(device);
    guarded_check_inside(g, to, size);
    guarded_permit(g, PROT_READ | PROT_WRITE);
    memcpy(to, from, size);
    guarded_permit(g, PROT_NONE);
    g->uploads++;
}

static inline void guarded_download(const lince_device *device, void *to, const void *from, size_t size)
{
    guarded *g = guarded_of(device);
    guarded_check_inside(g, from, size);
    guarded_permit(g, PROT_READ);
    memcpy(to, from, size);
    guarded_permit(g, PROT_NONE);
    g->downloads++;
}

static inline void guarded_sync(const lince_device *device)
{
    (void)device;
}

/* --- rows -------------------------------------------------------------------------------------------- */

static inline lince_kernel guarded_inner(const lince_kernel *k)
{
    const guarded_row *row = (const guarded_row *)(const void *)k->row;
    lince_kernel inner = *k;
    inner.row = row->inner;
    inner.exec.device = &lince_host;
    return inner;
}

static inline int guarded_create(lince_kernel *k)
{
    lince_kernel inner = guarded_inner(k);
    int code = inner.row->create(&inner);
    k->plan = inner.plan;
    k->scratch = inner.scratch;
    return code;
}

static inline void guarded_run(const lince_kernel *k, const void *args)
{
    guarded *g = guarded_of(k->exec.device);
    const lince_kernel inner = guarded_inner(k);
    guarded_permit(g, PROT_READ | PROT_WRITE);
    inner.row->run(&inner, args);
    guarded_permit(g, PROT_NONE);
    g->runs++;
}

static inline void guarded_release(lince_kernel *k)
{
    lince_kernel inner = guarded_inner(k);
    inner.row->release(&inner);
}

static inline int guarded_block_of(const lince_device *device)
{
    (void)device;
    return lince_host.block(&lince_host);
}

/* For each row of the host one of the same name, so that the same are chosen. */
static inline guarded *guarded_new(void)
{
    guarded *g = lince_alloc(1, sizeof *g);
    size_t rows = 0, listed = 0;
    if (!g) return NULL;
    for (int op = 0; op < LINCE_OPS; op++) {
        g->of[op] = &g->list[listed];
        for (const lince_op_row *const *host = lince_host.rows[op]; *host; host++) {
            if (rows == GUARDED_ROWS) abort();
            guarded_row *row = &g->rows[rows++];
            *row = (guarded_row){**host, *host};
            row->row.run = guarded_run;
            if (row->row.create) row->row.create = guarded_create;
            if (row->row.release) row->row.release = guarded_release;
            g->list[listed++] = &row->row;
        }
        g->list[listed++] = NULL;
    }
    g->device = (lince_device){.name = "guarded",
                               .rows = g->of,
                               .block = guarded_block_of,
                               .alloc = guarded_alloc,
                               .free = guarded_free,
                               .upload = guarded_upload,
                               .download = guarded_download,
                               .sync = guarded_sync};
    return g;
}

static inline void guarded_delete(guarded *g)
{
    for (size_t i = 0; i < GUARDED_BLOCKS; i++)
        guarded_free(&g->device, g->blocks[i].memory, g->blocks[i].size);
    lince_free(g);
}

#endif
