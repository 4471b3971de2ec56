#include "core/free_memory.h"
#include "core/file.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static FILE *open_in(const char *root, const char *path)
{
    char whole[LINCE_PATH_MAX];
    int length = snprintf(whole, sizeof whole, "%s%s", root, path);
    return length >= 0 && (size_t)length < sizeof whole ? fopen(whole, "re") : NULL;
}

/* MemAvailable (what could be had without swapping, by the kernel's own estimate) and SwapFree, proc_meminfo(5). */
static size_t machine(const char *root)
{
    char line[256];
    size_t kibibytes = 0, one;
    int found = 0;
    FILE *file = open_in(root, "/proc/meminfo");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %zu", &one) == 1 || sscanf(line, "SwapFree: %zu", &one) == 1)
            kibibytes += one, found++;
    if (file) fclose(file);
    return found == 2 ? kibibytes * 1024 : SIZE_MAX;
}

/* The number in a file; SIZE_MAX where there is none ("max"). */
static size_t number_in(const char *root, const char *path)
{
    size_t number = SIZE_MAX;
    FILE *file = open_in(root, path);
    if (file && fscanf(file, "%zu", &number) != 1) number = SIZE_MAX;
    if (file) fclose(file);
    return number;
}

/* Where this process stands among the groups of version 2: "0::/system.slice/that.service"; "" where it is in none. */
static void own_group(const char *root, char group[LINCE_PATH_MAX])
{
    char line[LINCE_PATH_MAX];
    FILE *file = open_in(root, "/proc/self/cgroup");
    *group = '\0';
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, "0::/", 4)) {
            line[strcspn(line, "\n")] = '\0';
            strcpy(group, strcmp(line + 3, "/") != 0 ? line + 3 : "");
        }
    if (file) fclose(file);
}

/* The least that the own group, or one that it is in, may have; a container sees its own as the root. */
static size_t groups(const char *root)
{
    char group[LINCE_PATH_MAX], path[LINCE_PATH_MAX + 32];
    size_t least = number_in(root, "/sys/fs/cgroup/memory/memory.limit_in_bytes"); /* version 1 */
    for (own_group(root, group);; *strrchr(group, '/') = '\0') {
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.max", group);
        size_t most = number_in(root, path);
        if (most < least) least = most;
        if (!*group) return least;
    }
}

size_t lince_free_memory_in(const char *root)
{
    size_t free = machine(root), most = groups(root);
    return free < most ? free : most;
}

size_t lince_free_memory(void)
{
    return lince_free_memory_in("");
}
