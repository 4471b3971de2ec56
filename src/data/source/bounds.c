#include "data/source/bounds.h"
#include "core/error.h"

const lince_bounds lince_usual_bounds = {
    .file = 256 << 20, .archive = (uint64_t)4096 << 20, .files = 20000000, .ratio = 250, .wait = 60};

int lince_bounds_check_file(const lince_bounds *b, uint64_t size)
{
    if (size <= b->file) return 0;
    return lince_fail(LINCE_EFORMAT,
                      "%llu bytes or more; at most %llu of one file are read (--max-file-mb allows more)",
                      (unsigned long long)size, (unsigned long long)b->file);
}

int lince_bounds_check_ratio(const lince_bounds *b, uint64_t unpacked, uint64_t packed)
{
    if (unpacked <= LINCE_RATIO_FREE || (double)unpacked <= b->ratio * (double)packed) return 0;
    return lince_fail(
        LINCE_EFORMAT,
        "%llu MiB or more come out of %.3f MiB, over %g times as much: a file that was made to take all memory "
        "or time? --max-ratio allows more",
        (unsigned long long)(unpacked >> 20), (double)packed * 0x1p-20, b->ratio);
}
