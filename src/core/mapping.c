#include "core/mapping.h"
#include "core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map_file(lince_mapping *map, const char *path, int fd)
{
    struct stat status;
    if (fstat(fd, &status)) return lince_fail(LINCE_EIO, "%s: cannot read: %s", path, lince_reason(errno));
    if (!S_ISREG(status.st_mode)) return lince_fail(LINCE_EIO, "%s: not a plain file", path);
    if (!status.st_size) return 0; /* which mmap refuses */
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return lince_fail(lince_system_code(errno), "%s: cannot map: %s", path, lince_reason(errno));
    *map = (lince_mapping){bytes, (size_t)status.st_size};
    return 0;
}

int lince_mapping_open(lince_mapping *map, const char *path)
{
    *map = (lince_mapping){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer must not block */
    if (fd < 0) return lince_fail(lince_system_code(errno), "%s: cannot read: %s", path, lince_reason(errno));
    int code = map_file(map, path, fd);
    close(fd);
    return code;
}

void lince_mapping_release(lince_mapping *map)
{
    if (map->bytes) munmap((void *)map->bytes, map->size);
    *map = (lince_mapping){0};
}
