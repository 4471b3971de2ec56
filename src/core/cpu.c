#include "core/cpu.h"
#include "core/error.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

static const char *const names[LINCE_LEVELS] = {"plain", "avx2", "avx512", "amx"};

const char *lince_level_name(lince_level level)
{
    return names[level];
}

#ifdef __x86_64__
/* Whether the kernel lets this process use the tiles' 8 KiB of registers, which it must be asked for
 * (https://docs.kernel.org/arch/x86/xstate.html). */
static bool may_use_tiles(void)
{
    enum { ASK_FOR_STATE = 0x1023, TILE_DATA = 18 }; /* ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA */
    return syscall(SYS_arch_prctl, ASK_FOR_STATE, TILE_DATA) == 0;
}

static bool has_amx(void)
{
    enum { BF16_TILES = 1 << 22, TILES = 1 << 24, BF16 = 1 << 5 };
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx512vl")) return false;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & BF16_TILES) || !(d & TILES)) return false;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && a & BF16 && may_use_tiles();
}
#endif

static lince_level own_level(void)
{
#ifdef __x86_64__
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return LINCE_PLAIN;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512bw"))
        return LINCE_AVX2;
    return has_amx() ? LINCE_AMX : LINCE_AVX512;
#else
    return LINCE_PLAIN;
#endif
}

/* Asking takes a while: a system call, and instructions that a virtual machine must emulate. */
static struct {
    pthread_once_t once;
    lince_level level;
} highest = {.once = PTHREAD_ONCE_INIT};

static void ask_for_highest(void)
{
    highest.level = own_level();
}

lince_level lince_cpu_highest(void)
{
    pthread_once(&highest.once, ask_for_highest);
    return highest.level;
}

/* Those of the machine itself (lince_feature). */
static unsigned own_features(void)
{
    unsigned features = 0;
#ifdef __x86_64__
    enum { AVX_VNNI = 1 << 4, TILES_INT8 = 1 << 25 };
    unsigned a, b, c, d;
    if (lince_cpu_highest() >= LINCE_AVX512 && __builtin_cpu_supports("avx512vnni"))
        features |= LINCE_AVX512_VNNI;
    if (lince_cpu_highest() >= LINCE_AVX2 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && a & AVX_VNNI)
        features |= LINCE_AVX_VNNI;
    if (lince_cpu_highest() >= LINCE_AMX && __get_cpuid_count(7, 0, &a, &b, &c, &d) && d & TILES_INT8)
        features |= LINCE_AMX_INT8;
#endif
    return features;
}

static const lince_cpu_mask masks[] = {{"plain", LINCE_PLAIN, 0},
                                       {"avx2", LINCE_AVX2, 0},
                                       {"avxvnni", LINCE_AVX2, LINCE_AVX_VNNI},
                                       {"avx512", LINCE_AVX512, 0},
                                       {"avx512vnni", LINCE_AVX512, LINCE_AVX512_VNNI},
                                       {"amx", LINCE_AMX, 0}};

const lince_cpu_mask *lince_cpu_mask_at(size_t index)
{
    return index < sizeof masks / sizeof *masks ? &masks[index] : NULL;
}

bool lince_cpu_offers(const lince_cpu_mask *mask)
{
    return mask->level <= lince_cpu_highest() && !(mask->features & ~own_features());
}

/* What LINCE_CPU names; NULL: nothing. */
static const lince_cpu_mask *asked_for(const char *name)
{
    const lince_cpu_mask *mask;
    for (size_t i = 0; (mask = lince_cpu_mask_at(i)); i++)
        if (name && !strcmp(mask->name, name)) return mask;
    return NULL;
}

int lince_cpu_check(void)
{
    const char *name = getenv("LINCE_CPU");
    if (!name || !*name) return 0;
    const lince_cpu_mask *mask = asked_for(name);
    if (!mask)
        return lince_fail(LINCE_EUSAGE,
                          "LINCE_CPU: '%s' is no level; amx, avx512vnni, avx512, avxvnni, avx2 and plain are",
                          name);
    if (!lince_cpu_offers(mask))
        return lince_fail(LINCE_EUSAGE, "LINCE_CPU: this machine has no %s, %s at most", name,
                          names[lince_cpu_highest()]);
    return 0;
}

/* Constants of the process, found when first asked for. */
static struct {
    pthread_once_t once;
    lince_level level;
    unsigned features;
    size_t cache[3];
    char name[128];
} machine = {.once = PTHREAD_ONCE_INIT};

/* The highest level hides nothing, by whatever name. */
static void ask_for_level(void)
{
    const lince_cpu_mask *mask = asked_for(getenv("LINCE_CPU"));
    bool hides = mask && mask->level < LINCE_AMX;
    machine.level = hides && mask->level < lince_cpu_highest() ? mask->level : lince_cpu_highest();
    machine.features = own_features() & (hides ? mask->features : ~0u);
}

/* The text of one file of Linux's description of the first processor's caches; false where there is none. */
static bool read_cache_file(int index, const char *file, char *out, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/%s", index, file);
    FILE *f = fopen(path, "re");
    if (!f) return false;
    bool read = fgets(out, (int)size, f) != NULL;
    fclose(f);
    return read;
}

static size_t cache_of_linux(int level)
{
    char text[64];
    for (int i = 0; read_cache_file(i, "level", text, sizeof text); i++) {
        if (atoi(text) != level || !read_cache_file(i, "type", text, sizeof text) || *text == 'I') continue;
        if (read_cache_file(i, "size", text, sizeof text)) return (size_t)strtoul(text, NULL, 10) << 10;
    }
    return 0;
}

/* What the C library knows, where Linux tells nothing (some virtual machines, other systems). */
static size_t cache_of_library(int level)
{
    long size = -1;
#ifdef _SC_LEVEL1_DCACHE_SIZE
    static const int name[] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
    size = sysconf(name[level - 1]);
#endif
    return size > 0 ? (size_t)size : 0;
}

/* The brand that the processor tells by itself, without blanks around it; elsewhere what is compiled for. */
static void read_name(char *out, size_t size)
{
    snprintf(out, size, "?");
#ifdef __x86_64__
    unsigned word[12];
    for (unsigned i = 0; i < 3; i++)
        if (!__get_cpuid(0x80000002 + i, &word[4 * i], &word[4 * i + 1], &word[4 * i + 2], &word[4 * i + 3]))
            return;
    const char *begin = (const char *)word, *end = begin + strnlen(begin, sizeof word);
    while (begin < end && *begin == ' ') begin++;
    while (end > begin && end[-1] == ' ') end--;
    if (end > begin) snprintf(out, size, "%.*s", (int)(end - begin), begin);
#elif defined __aarch64__
    snprintf(out, size, "arm64");
#endif
}

static void ask(void)
{
    static const size_t usual[] = {32 << 10, 256 << 10, 4 << 20};
    ask_for_level();
    read_name(machine.name, sizeof machine.name);
    for (int level = 1; level <= 3; level++) {
        size_t size = cache_of_linux(level);
        if (!size) size = cache_of_library(level);
        machine.cache[level - 1] = size ? size : usual[level - 1];
    }
}

lince_level lince_cpu_level(void)
{
    pthread_once(&machine.once, ask);
    return machine.level;
}

bool lince_cpu_has(unsigned features)
{
    pthread_once(&machine.once, ask);
    return (machine.features & features) == features;
}

int lince_cpu_lanes(void)
{
    static const int lanes[LINCE_LEVELS] = {1, 8, 16, 16};
    return lanes[lince_cpu_level()];
}

size_t lince_cpu_cache(int level)
{
    pthread_once(&machine.once, ask);
    return machine.cache[level - 1];
}

const char *lince_cpu_name(void)
{
    pthread_once(&machine.once, ask);
    return machine.name;
}
