/* Preloaded into a program, makes one chance to fail come true: the N-th allocation, or the N-th read or write that may
 * be short. Counts from main on: what the loader and the libraries' constructors do is not the program's.
 *
 *     LINCE_FAULT=alloc:N     the N-th allocation fails (malloc, calloc, realloc, aligned ones; anonymous mmap)
 *     LINCE_FAULT=alloc:N+    and all after it
 *     LINCE_FAULT=short:N     the N-th read, pread, write or pwrite moves half of what was asked for
 *     LINCE_FAULT=alloc:0     fails nothing
 *     LINCE_FAULT_SITES=FILE  gets a line for each there was, when the program ends: its kind, and a number that stands for
 *                             the functions that led to it
 *
 * Before main it opens "/lince-faults-begin", which is not there: a mark in the log of strace. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_SITES = 1 << 20, FRAMES = 40 };

typedef struct chances {
    const char *kind;
    atomic_long count;
    long at;       /* the one that comes true; 0: none */
    uint64_t *way; /* [MOST_SITES] by which functions; NULL: nobody asks */
} chances;

static const char *sites_path;
static atomic_bool active;
static chances allocations = {.kind = "alloc"}, transfers = {.kind = "short"};
static bool lasting;
static _Thread_local bool looking; /* at the functions, which may allocate */

/* glibc's own names: dlsym allocates, so that they cannot be looked up by it. */
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

/* FNV-1a of the return addresses. */
static uint64_t way_here(void)
{
    void *frame[FRAMES];
    uint64_t hash = 14695981039346656037u;
    looking = true;
    int count = backtrace(frame, FRAMES);
    looking = false;
    for (int i = 0; i < count; i++) hash = (hash ^ (uintptr_t)frame[i]) * 1099511628211u;
    return hash;
}

static bool fails(chances *c)
{
    if (!atomic_load(&active) || looking) return false;
    long n = atomic_fetch_add(&c->count, 1) + 1;
    if (c->way && n <= MOST_SITES) c->way[n - 1] = way_here();
    return c->at > 0 && (n == c->at || (lasting && n > c->at));
}

static bool refused(void)
{
    if (!fails(&allocations)) return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return refused() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return refused() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return refused() ? NULL : __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    return refused() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (refused()) return ENOMEM;
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

#define NEXT(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

static void *map(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    static __typeof__(&mmap64) next;
    if (!next) next = NEXT(mmap64);
    if (refused()) return MAP_FAILED;
    return next(at, size, protection, flags, file, offset);
}

void *mmap(void *at, size_t size, int protection, int flags, int file, off_t offset)
{
    return map(at, size, protection, flags, file, offset);
}

void *mmap64(void *at, size_t size, int protection, int flags, int file, off64_t offset)
{
    return map(at, size, protection, flags, file, offset);
}

static size_t amount(size_t asked)
{
    return fails(&transfers) && asked > 1 ? asked / 2 : asked;
}

ssize_t read(int file, void *bytes, size_t size)
{
    return NEXT(read)(file, bytes, amount(size));
}

ssize_t write(int file, const void *bytes, size_t size)
{
    return NEXT(write)(file, bytes, amount(size));
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset)
{
    return NEXT(pread)(file, bytes, amount(size), offset);
}

ssize_t pread64(int file, void *bytes, size_t size, off64_t offset)
{
    return NEXT(pread64)(file, bytes, amount(size), offset);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    return NEXT(pwrite)(file, bytes, amount(size), offset);
}

static void read_orders(void)
{
    const char *order = getenv("LINCE_FAULT");
    char *end = NULL;
    sites_path = getenv("LINCE_FAULT_SITES");
    unsetenv("LD_PRELOAD"); /* a program that this one starts is another */
    if (sites_path) {
        void *frame[1];
        backtrace(frame, 1); /* loads its library */
        allocations.way = __libc_calloc(2 * MOST_SITES, sizeof *allocations.way);
        transfers.way = allocations.way + MOST_SITES;
    }
    if (!order || !strchr(order, ':')) return;
    chances *of = strncmp(order, "alloc:", 6) ? &transfers : &allocations;
    of->at = strtol(strchr(order, ':') + 1, &end, 10);
    lasting = *end == '+';
}

static void list(FILE *file, const chances *c)
{
    long count = atomic_load(&c->count);
    for (long i = 0; i < count && i < MOST_SITES; i++)
        fprintf(file, "%s %016llx\n", c->kind, (unsigned long long)c->way[i]);
}

static void tell(void)
{
    atomic_store(&active, false);
    FILE *file = sites_path ? fopen(sites_path, "w") : NULL;
    if (!file) return;
    list(file, &allocations);
    list(file, &transfers);
    if (fclose(file)) _exit(99);
}

typedef int main_function(int, char **, char **);
static main_function *real_main;

static int watched_main(int count, char **arguments, char **environment)
{
    atomic_store(&active, true);
    return real_main(count, arguments, environment);
}

int __libc_start_main(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

int __libc_start_main(main_function *main, int count, char **arguments, void (*begin)(void),
                      void (*end)(void), void (*loader_end)(void), void *stack)
{
    real_main = main;
    read_orders();
    atexit(tell);
    int mark = open("/lince-faults-begin", O_RDONLY);
    if (mark >= 0) close(mark);
    return NEXT(__libc_start_main)(watched_main, count, arguments, begin, end, loader_end, stack);
}
