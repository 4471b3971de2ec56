#include "core/bytes.h"
#include "core/error.h"
#include "core/memory.h"

#include <errno.h>
#include <string.h>

enum { BELIEVED = 1 << 20 };

static size_t smaller(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

/* By a half, or to what is claimed where that is less: a large file is not to lie in half as much again. */
static int grow(lince_bytes *bytes, size_t *capacity, uint64_t claimed)
{
    size_t wanted = *capacity + *capacity / 2 + 1;
    if (claimed >= *capacity && claimed < wanted) wanted = (size_t)claimed + 1;
    uint8_t *grown = lince_alloc(wanted, 1);
    if (!grown) return LINCE_ENOMEM;
    memcpy(grown, bytes->owned, bytes->size);
    lince_free(bytes->owned);
    bytes->owned = grown;
    *capacity = wanted;
    return 0;
}

int lince_bytes_fill(lince_bytes *bytes, uint64_t claimed, size_t most,
                     ssize_t (*pull)(void *context, void *out, size_t size), void *context)
{
    *bytes = (lince_bytes){0};
    size_t capacity = 0;
    /* One byte more than claimed, so that the end is seen without growing. */
    size_t first = smaller(claimed < BELIEVED ? claimed + 1 : BELIEVED, most);
    int code = lince_grow(&bytes->owned, &capacity, first ? first : 1, 1);
    while (code == 0 && bytes->size < most) {
        if (bytes->size == capacity) code = grow(bytes, &capacity, claimed);
        if (code) break;
        errno = 0;
        ssize_t n =
            pull(context, bytes->owned + bytes->size, smaller(capacity - bytes->size, most - bytes->size));
        if (n == 0) break;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            code = errno ? lince_fail(lince_system_code(errno), "cannot read: %s", lince_reason(errno))
                         : LINCE_EFORMAT;
        else
            bytes->size += (size_t)n;
    }
    bytes->data = bytes->owned;
    if (code) lince_bytes_release(bytes);
    return code;
}

void lince_bytes_release(lince_bytes *bytes)
{
    lince_free(bytes->owned);
    *bytes = (lince_bytes){0};
}
