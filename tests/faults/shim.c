/* Preloaded into a program, makes one chance to fail come true: the N-th allocation, the N-th read or write that may be
 * short, or the N-th system call of a kind. Counts from main on: what the loader and the libraries' constructors do is not
 * the program's.
 *
 *     LINCE_FAULT=alloc:N     the N-th allocation fails (malloc, calloc, realloc, aligned ones; anonymous mmap)
 *     LINCE_FAULT=alloc:N+    and all after it
 *     LINCE_FAULT=short:N     the N-th read, pread, write or pwrite moves half of what was asked for
 *     LINCE_FAULT=CALL:N:E    the N-th system call of this name does nothing and gives the error of number E; "spawn" is the
 *                             beginning of a thread or of a program
 *     LINCE_FAULT_SITES=FILE  gets a line for each there was, when the program ends: its kind, the last part of the path
 *                             that a system call was given, or "-", and the return addresses of the functions that led to
 *                             it, the innermost first; before them what lies where, as /proc/self/maps says
 *     LINCE_FAULT_SERVE=OUT:ERR   waits for orders as of LINCE_FAULT, a line of standard input each. For each it goes on in a
 *                             child, whose outputs are these files, and writes the child's exit code, negative the number
 *                             of the signal which ended it
 *
 * Memory does not fail while oneDNN makes an object, libsndfile opens a recording or libsoxr resamples one: that it is there is seen
 * beforehand, which may fail (core/memory.h).
 *
 * System calls are seen by syscall user dispatch (Linux 5.11, x86-64): one that is made anywhere but at `made` below is a
 * signal, whose handler makes it, or does not. A thread that is begun asks for it anew, a program that is started does not
 * have it. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { MOST_SITES = 1 << 20, FRAMES = 40 };

/* What may fail; of a system call its number, and which of its arguments is a path (from 1 on). */
typedef struct kind {
    const char *name;
    int call, path;
} kind;

enum { ALLOC, SHORT, SPAWN, FIRST_CALL };

static const kind kinds[] = {
    [ALLOC] = {"alloc", -1, 0},      [SHORT] = {"short", -1, 0},
    [SPAWN] = {"spawn", -1, 0},      {"openat", SYS_openat, 2},
    {"read", SYS_read, 0},           {"pread64", SYS_pread64, 0},
    {"write", SYS_write, 0},         {"writev", SYS_writev, 0},
    {"pwrite64", SYS_pwrite64, 0},   {"fsync", SYS_fsync, 0},
    {"fdatasync", SYS_fdatasync, 0}, {"rename", SYS_rename, 2},
    {"renameat", SYS_renameat, 4},   {"renameat2", SYS_renameat2, 4},
    {"link", SYS_link, 2},           {"linkat", SYS_linkat, 4},
    {"unlink", SYS_unlink, 1},       {"unlinkat", SYS_unlinkat, 2},
    {"close", SYS_close, 0},         {"mkdir", SYS_mkdir, 1},
    {"mkdirat", SYS_mkdirat, 2},     {"getdents64", SYS_getdents64, 0},
    {"flock", SYS_flock, 0},         {"fcntl", SYS_fcntl, 0},
    {"access", SYS_access, 1},       {"newfstatat", SYS_newfstatat, 2},
    {"lseek", SYS_lseek, 0},         {"ftruncate", SYS_ftruncate, 0},
    {"mmap", SYS_mmap, 0},           {"memfd_create", SYS_memfd_create, 0},
    {"getrandom", SYS_getrandom, 0}, {"socket", SYS_socket, 0},
    {"connect", SYS_connect, 0},     {"sendto", SYS_sendto, 0},
    {"recvfrom", SYS_recvfrom, 0},   {"poll", SYS_poll, 0},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

typedef struct site {
    const kind *kind;
    char path[64];
    void *frame[FRAMES]; /* as many as there were, then NULL */
} site;

static const char *sites_path;
static site *sites; /* [MOST_SITES]; NULL: nobody asks */
static atomic_long site_count, counts[KINDS];
static int failing = -1, failing_error; /* the kind that fails, and how */
static long failing_at;                 /* which of them */
static bool lasting;                    /* and all after it */
static atomic_bool active;
static _Thread_local bool looking; /* at the functions, which may allocate */
static _Thread_local bool making;  /* something of theirs */
static _Thread_local char dispatch = SYSCALL_DISPATCH_FILTER_ALLOW;

/* glibc's own names: dlsym allocates, so that they cannot be looked up by it. */
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

#define NEXT(name) (__extension__(__typeof__(&name)) dlsym(RTLD_NEXT, #name))

static bool watches_calls(void)
{
    return sites || failing >= SPAWN;
}

static void look(int which, const char *path)
{
    long n = atomic_fetch_add(&site_count, 1);
    if (n >= MOST_SITES) return;
    site *s = &sites[n];
    const char *last = path ? strrchr(path, '/') : NULL;
    snprintf(s->path, sizeof s->path, "%s", last ? last + 1 : path ? path : "");
    looking = true;
    backtrace(s->frame, FRAMES);
    looking = false;
    s->kind = &kinds[which];
}

static bool fails(int which, const char *path)
{
    if (!atomic_load(&active) || looking) return false;
    if (making && (which == ALLOC || kinds[which].call == SYS_mmap)) return false;
    long n = atomic_fetch_add(&counts[which], 1) + 1;
    if (sites) look(which, path);
    return which == failing && (n == failing_at || (lasting && n > failing_at));
}

/* --- allocations and transfers --- */

static bool refused(void)
{
    if (!fails(ALLOC, NULL)) return false;
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

long made(long, long, long, long, long, long, long) __attribute__((visibility("hidden")));

/* What is written to an eventfd is added in memory: of an 8 byte number to one that does not block nothing fails but for a sum
 * that is too large. */
static bool is_event(long fd, size_t bytes)
{
    static const char event[] = "anon_inode:[eventfd]";
    if (bytes != sizeof(uint64_t)) return false;
    char link[32], found[sizeof event] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%ld", fd);
    long size = made(SYS_readlink, (long)link, (long)found, sizeof found - 1, 0, 0, 0);
    return size == (long)sizeof event - 1 && !memcmp(found, event, sizeof event - 1);
}

static size_t amount(int file, size_t asked)
{
    return asked > 1 && !is_event(file, asked) && fails(SHORT, NULL) ? asked / 2 : asked;
}

ssize_t read(int file, void *bytes, size_t size)
{
    return NEXT(read)(file, bytes, amount(file, size));
}

ssize_t write(int file, const void *bytes, size_t size)
{
    return NEXT(write)(file, bytes, amount(file, size));
}

ssize_t pread(int file, void *bytes, size_t size, off_t offset)
{
    return NEXT(pread)(file, bytes, amount(file, size), offset);
}

ssize_t pread64(int file, void *bytes, size_t size, off64_t offset)
{
    return NEXT(pread64)(file, bytes, amount(file, size), offset);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    return NEXT(pwrite)(file, bytes, amount(file, size), offset);
}

/* Nobody cuts the power: nothing waits for a disk. */
int fsync(int file)
{
    return watches_calls() ? NEXT(fsync)(file) : 0;
}

/* --- libraries that write where an allocation of theirs gave nothing --- */

/* Six words, whatever they are: more than any of these takes. */
#define MAKES(name)                                                                  \
    int name(intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t);            \
    int name(intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e, intptr_t f) \
    {                                                                                \
        making = true;                                                               \
        int status = NEXT(name)(a, b, c, d, e, f);                                   \
        making = false;                                                              \
        return status;                                                               \
    }
MAKES(dnnl_set_max_cpu_isa)
MAKES(dnnl_engine_create)
MAKES(dnnl_stream_create)
MAKES(dnnl_memory_create)
MAKES(dnnl_primitive_attr_create)
MAKES(dnnl_primitive_desc_create)
MAKES(dnnl_reorder_primitive_desc_create)
MAKES(dnnl_primitive_create)
#undef MAKES

/* The first makes its code (kernels/onednn/gemm.c); a later one may fail like any function. */
int dnnl_sgemm(char ta, char tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
               const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
int dnnl_sgemm(char ta, char tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
               const float *b, int64_t ldb, float beta, float *c, int64_t ldc)
{
    static atomic_flag made = ATOMIC_FLAG_INIT;
    bool first = !atomic_flag_test_and_set(&made);
    if (first) making = true;
    int status = NEXT(dnnl_sgemm)(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    if (first) making = false;
    return status;
}

void *sf_open_virtual(void *, int, void *, void *);
void *sf_open_virtual(void *io, int mode, void *info, void *context)
{
    making = true;
    void *file = NEXT(sf_open_virtual)(io, mode, info, context);
    making = false;
    return file;
}

const char *soxr_oneshot(double, double, unsigned, const void *, size_t, size_t *, void *, size_t, size_t *,
                         const void *, const void *, const void *);
const char *soxr_oneshot(double from, double to, unsigned channels, const void *in, size_t count,
                         size_t *read, void *out, size_t wanted, size_t *made_of, const void *io,
                         const void *quality, const void *runtime)
{
    making = true;
    const char *error =
        NEXT(soxr_oneshot)(from, to, channels, in, count, read, out, wanted, made_of, io, quality, runtime);
    making = false;
    return error;
}

/* --- system calls --- */

/* made(number, six arguments) makes a call, its result as the kernel gives it; `restorer` ends the handler. From `made` to
 * `made_end` calls are made without a signal. */
void restorer(void) __attribute__((visibility("hidden")));
extern const char made_end[] __attribute__((visibility("hidden")));
__asm__(".text\n"
        ".type made, @function\n"
        "made:\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %rdi\n"
        "    mov %rdx, %rsi\n"
        "    mov %rcx, %rdx\n"
        "    mov %r8, %r10\n"
        "    mov %r9, %r8\n"
        "    mov 8(%rsp), %r9\n"
        "    syscall\n"
        "    ret\n"
        "    nop\n"
        ".type restorer, @function\n"
        "restorer:\n"
        "    mov $15, %rax\n" /* rt_sigreturn, in the bytes by which unwinders know a signal's frame */
        "    syscall\n"
        "    nop\n" /* where a call returns to must lie before the end */
        "made_end:\n");

static int kind_of(long call)
{
    for (int i = FIRST_CALL; i < KINDS; i++)
        if (kinds[i].call == call) return i;
    return -1;
}

/* The signal that tells of calls stays open. */
static long set_mask(long how, const uint64_t *set, long old, long size)
{
    uint64_t open;
    if (!set || how == SIG_UNBLOCK) return made(SYS_rt_sigprocmask, how, (long)set, old, size, 0, 0);
    open = *set & ~(UINT64_C(1) << (SIGSYS - 1));
    return made(SYS_rt_sigprocmask, how, (long)&open, old, size, 0, 0);
}

/* What is done in a handler, and its return, is done without another signal within it: the one that tells of calls stays open
 * there, too, and the way back is one that is not told of. */
typedef struct action {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
} action; /* the kernel's */

enum { RESTORED = 0x04000000 }; /* SA_RESTORER */

static long set_action(long number, const action *given, long old, long size)
{
    action own = {0};
    if (given) own = *given;
    own.flags |= RESTORED;
    own.restorer = restorer;
    own.mask &= ~(UINT64_C(1) << (SIGSYS - 1));
    return made(SYS_rt_sigaction, number, given ? (long)&own : 0, old, size, 0, 0);
}

static void on_call(int signal, siginfo_t *info, void *context)
{
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
    long call = info->si_syscall,
         a[6] = {r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]};
    (void)signal;
    dispatch = SYSCALL_DISPATCH_FILTER_ALLOW;
    int which = call == SYS_write && is_event(a[0], (size_t)a[2]) ? -1 : kind_of(call);
    if (which >= 0 && fails(which, kinds[which].path ? (const char *)a[kinds[which].path - 1] : NULL))
        r[REG_RAX] = -failing_error;
    else if (call == SYS_fsync)
        r[REG_RAX] = 0;
    else if (call == SYS_rt_sigprocmask)
        r[REG_RAX] = set_mask(a[0], (const uint64_t *)a[1], a[2], a[3]);
    else if (call == SYS_rt_sigaction && a[0] != SIGSYS)
        r[REG_RAX] = set_action(a[0], (const action *)a[1], a[2], a[3]);
    else if (call == SYS_clone || call == SYS_clone3 || call == SYS_vfork || call == SYS_rt_sigreturn)
        _exit(95); /* begun by a function that is not among those below; a handler of before main */
    else
        r[REG_RAX] = made(call, a[0], a[1], a[2], a[3], a[4], a[5]);
    dispatch = SYSCALL_DISPATCH_FILTER_BLOCK;
}

static void watch_thread(void)
{
    char *begin = (char *)(uintptr_t)made;
    if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, begin, (unsigned long)(made_end - begin),
              &dispatch)) {
        perror("syscall user dispatch");
        _exit(94);
    }
    dispatch = SYSCALL_DISPATCH_FILTER_BLOCK;
}

static void watch_calls(void)
{
    /* Not deferred: another signal's handler may begin at the end of this one. */
    action own = {on_call, SA_SIGINFO | SA_NODEFER | RESTORED, restorer, 0};
    if (made(SYS_rt_sigaction, SIGSYS, (long)&own, 0, sizeof own.mask, 0, 0)) _exit(93);
    watch_thread();
}

typedef struct beginning {
    void *(*run)(void *);
    void *argument;
} beginning;

static void *watched_thread(void *own)
{
    beginning b = *(beginning *)own;
    free(own);
    watch_thread();
    void *result = b.run(b.argument);
    dispatch = SYSCALL_DISPATCH_FILTER_ALLOW; /* it ends with all signals blocked */
    return result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
    if (!watches_calls()) return NEXT(pthread_create)(thread, attributes, run, argument);
    if (fails(SPAWN, NULL)) return failing_error;
    beginning *b = __libc_malloc(sizeof *b);
    *b = (beginning){run, argument};
    char before = dispatch;
    dispatch = SYSCALL_DISPATCH_FILTER_ALLOW;
    int error = NEXT(pthread_create)(thread, attributes, watched_thread, b);
    dispatch = before;
    if (error) free(b);
    return error;
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[])
{
    if (fails(SPAWN, file)) return failing_error;
    char before = dispatch;
    dispatch = SYSCALL_DISPATCH_FILTER_ALLOW;
    int error = NEXT(posix_spawnp)(pid, file, actions, attributes, arguments, environment);
    dispatch = before;
    return error;
}

/* --- orders --- */

static void take_order(char *order)
{
    char *end = order ? strchr(order, ':') : NULL;
    if (!end) return;
    *end = '\0';
    for (int i = 0; i < KINDS; i++)
        if (!strcmp(kinds[i].name, order)) failing = i;
    failing_at = strtol(end + 1, &end, 10);
    lasting = *end == '+';
    failing_error = *end == ':' ? atoi(end + 1) : 0;
    if (failing < 0) _exit(92);
}

static void read_orders(void)
{
    sites_path = getenv("LINCE_FAULT_SITES");
    take_order(getenv("LINCE_FAULT"));
    unsetenv("LD_PRELOAD"); /* a program that this one starts is another */
    if (!sites_path) return;
    void *frame[1];
    backtrace(frame, 1); /* loads its library */
    sites = __libc_calloc(MOST_SITES, sizeof *sites);
}

static void redirect(int fd, const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC, 0666);
    if (file < 0 || dup2(file, fd) < 0 || close(file)) _exit(98);
}

/* Returns in each child. */
static void serve(char *outputs)
{
    char order[64];
    char *err = strchr(outputs, ':');
    for (*err++ = '\0';;) {
        size_t used = 0;
        while (used < sizeof order - 1 && NEXT(read)(0, order + used, 1) == 1 && order[used] != '\n') used++;
        if (!used) _exit(0);
        order[used] = '\0';
        pid_t child = fork();
        if (child < 0) _exit(97);
        if (!child) break;
        int status;
        if (waitpid(child, &status, 0) != child) _exit(96);
        dprintf(1, "%d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
    }
    redirect(0, "/dev/null", O_RDONLY);
    redirect(1, outputs, O_WRONLY | O_CREAT | O_TRUNC);
    redirect(2, err, O_WRONLY | O_CREAT | O_TRUNC);
    take_order(order);
}

/* And what lies where, since a program lies elsewhere each time it runs. */
static void put_maps(FILE *file)
{
    char line[4096];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) fprintf(file, "maps %s", line);
    if (!maps || fclose(maps)) _exit(91);
}

static void tell(void)
{
    atomic_store(&active, false);
    FILE *file = sites_path ? fopen(sites_path, "w") : NULL;
    if (!file) return;
    put_maps(file);
    long count = atomic_load(&site_count);
    for (long i = 0; i < count && i < MOST_SITES; i++) {
        const site *s = &sites[i];
        fprintf(file, "%s %s", s->kind->name, *s->path ? s->path : "-");
        for (int f = 0; f < FRAMES && s->frame[f]; f++)
            fprintf(file, " %lx", (unsigned long)(uintptr_t)s->frame[f]);
        fputc('\n', file);
    }
    if (fclose(file)) _exit(99);
}

typedef int main_function(int, char **, char **);
static main_function *real_main;

static int watched_main(int count, char **arguments, char **environment)
{
    char *outputs = getenv("LINCE_FAULT_SERVE");
    if (outputs) serve(outputs);
    if (watches_calls()) watch_calls();
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
    return NEXT(__libc_start_main)(watched_main, count, arguments, begin, end, loader_end, stack);
}
