#include "core/peak_memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

void lince_peak_memory_begin(void)
{
    int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    if (write(file, "5", 1) < 0) { /* an older peak is kept, and reported */
    }
    close(file);
}

/* "VmHWM:    1234 kB" of /proc/self/status; 0: there is none. */
static size_t high_water_mark(void)
{
    char line[256];
    unsigned long kibibytes = 0;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %lu", &kibibytes) == 1) break;
    if (status) fclose(status);
    return (size_t)kibibytes * 1024;
}

size_t lince_peak_memory(void)
{
    struct rusage usage;
    size_t peak = high_water_mark();
    if (peak || getrusage(RUSAGE_SELF, &usage)) return peak;
    return (size_t)usage.ru_maxrss * 1024; /* Linux and the BSDs count in KiB */
}
