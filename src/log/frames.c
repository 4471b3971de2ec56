#include "log/frames.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "log/crc32c.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

uint32_t lince_frames_mask(uint32_t crc)
{
    return (crc >> 15 | crc << 17) + 0xa282ead8;
}

static void put(unsigned char *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) to[i] = (unsigned char)(value >> 8 * i);
}

int lince_frames_create(lince_frames *r, int folder, const char *where, const char *name)
{
    *r = (lince_frames){.fd = -1, .written = lince_now()};
    LINCE_TRY(lince_path_join(r->path, where, name));
    r->fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (r->fd >= 0) return 0;
    if (errno == EEXIST) return 1;
    return lince_fail(lince_system_code(errno), "%s: cannot write: %s", r->path, lince_reason(errno));
}

unsigned char *lince_frames_begin(lince_frames *r, size_t size)
{
    size_t needed;
    if (!lince_add(r->size, LINCE_FRAME_BYTES, &needed) || !lince_add(needed, size, &needed)) return NULL;
    if (lince_grow(&r->waiting, &r->capacity, needed, 1)) return NULL;
    return r->waiting + r->size + 12;
}

int lince_frames_end(lince_frames *r, size_t size)
{
    enum { ENOUGH = 1 << 16, SECONDS = 2 };
    unsigned char *frame = r->waiting + r->size;
    put(frame, size, 8);
    put(frame + 8, lince_frames_mask(lince_crc32c(frame, 8)), 4);
    put(frame + 12 + size, lince_frames_mask(lince_crc32c(frame + 12, size)), 4);
    r->size += LINCE_FRAME_BYTES + size;
    return r->size >= ENOUGH || lince_now() - r->written >= SECONDS ? lince_frames_flush(r) : 0;
}

int lince_frames_flush(lince_frames *r)
{
    size_t done = 0;
    while (done < r->size) {
        ssize_t n = write(r->fd, r->waiting + done, r->size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return lince_fail(lince_system_code(errno), "%s: cannot write: %s", r->path, lince_reason(errno));
        done += (size_t)n;
    }
    r->size = 0;
    r->written = lince_now();
    return 0;
}

int lince_frames_close(lince_frames *r)
{
    int code = r->fd < 0 ? 0 : lince_frames_flush(r);
    if (r->fd >= 0) close(r->fd);
    lince_free(r->waiting);
    *r = (lince_frames){.fd = -1};
    return code;
}
