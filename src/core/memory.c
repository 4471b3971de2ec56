#include "core/memory.h"
#include "core/error.h"
#include "core/free_memory.h"

#include <lince/text.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Large blocks ask for huge pages: weights and activations are streamed through, and TLB misses show. */
enum { HUGE_PAGE = 2 << 20 };

static void *out_of_memory(size_t count, size_t size)
{
    lince_fail(LINCE_ENOMEM,
               "out of memory: %zu x %zu bytes could not be allocated; try a smaller --batch-size", count,
               size);
    return NULL;
}

/* What is zeroed is taken: a system that promises more than it has would end the process there, without a word. */
static bool is_there(size_t bytes)
{
    enum { MUCH = 256 << 20 };
    return bytes < MUCH || bytes <= lince_free_memory();
}

void *lince_alloc(size_t count, size_t size)
{
    size_t bytes;
    if (!lince_mul(count, size, &bytes) || bytes > SIZE_MAX - HUGE_PAGE || !is_there(bytes))
        return out_of_memory(count, size);
    if (!bytes) bytes = 1; /* memory of its own, too */
    size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : LINCE_ALIGNMENT;
    void *memory = aligned_alloc(alignment, (bytes + alignment - 1) & ~(alignment - 1));
    if (!memory) return out_of_memory(count, size);
#ifdef MADV_HUGEPAGE
    if (alignment == HUGE_PAGE) madvise(memory, bytes & ~(size_t)(HUGE_PAGE - 1), MADV_HUGEPAGE);
#endif
    return memset(memory, 0, bytes);
}

void lince_free(void *memory)
{
    free(memory);
}

int lince_memory_at_hand(size_t size)
{
    void *volatile memory = malloc(size); /* compilers leave out one that is only given back */
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool found = memory && pages != MAP_FAILED;
    if (pages != MAP_FAILED) munmap(pages, size);
    free(memory);
    if (!found) out_of_memory(1, size);
    return found ? 0 : LINCE_ENOMEM;
}

void lince_text_free(char *text)
{
    lince_free(text);
}

int lince_grow(void *array_pointer, size_t *capacity, size_t needed, size_t element_size)
{
    if (needed <= *capacity) return 0;
    void *old;
    memcpy(&old, array_pointer, sizeof old);
    size_t wanted = *capacity ? *capacity + *capacity / 2 + 1 : 16;
    if (wanted < needed) wanted = needed;
    void *grown = lince_alloc(wanted, element_size);
    if (!grown) return LINCE_ENOMEM;
    if (old) memcpy(grown, old, *capacity * element_size);
    lince_free(old);
    memcpy(array_pointer, &grown, sizeof grown);
    *capacity = wanted;
    return 0;
}

char *lince_strndup(const char *text, size_t n)
{
    n = strnlen(text, n);
    char *copy = lince_alloc(n + 1, 1);
    return copy ? memcpy(copy, text, n) : NULL;
}

char *lince_strdup(const char *text)
{
    return lince_strndup(text, strlen(text));
}

static size_t mapped_size(size_t size)
{
    return (size + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
}

/* One huge page more than is wanted, of which what lies before and behind goes back: the kernel aligns to its
 * small pages only. */
void *lince_pages(size_t size)
{
    if (size > SIZE_MAX - 2 * HUGE_PAGE) return out_of_memory(1, size);
    size_t wanted = mapped_size(size ? size : 1);
    char *all = mmap(NULL, wanted + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) return out_of_memory(1, size);
    size_t before = -(uintptr_t)all & (HUGE_PAGE - 1);
    if (before) munmap(all, before);
    munmap(all + before + wanted, HUGE_PAGE - before);
#ifdef MADV_HUGEPAGE
    if (size >= HUGE_PAGE) madvise(all + before, size, MADV_HUGEPAGE);
#endif
    return all + before;
}

void *lince_pages_sparse(size_t size)
{
    void *all = size > SIZE_MAX - HUGE_PAGE ? MAP_FAILED
                                            : mmap(NULL, mapped_size(size ? size : 1), PROT_READ | PROT_WRITE,
                                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return all == MAP_FAILED ? out_of_memory(1, size) : all;
}

void lince_pages_free(void *memory, size_t size)
{
    if (memory) munmap(memory, mapped_size(size ? size : 1));
}
