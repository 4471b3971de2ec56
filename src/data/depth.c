#include "data/depth.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"

enum { AT_ONCE = 256 /* pictures, between two looks at the watch */ };

typedef struct work {
    lince_dataset *dataset;
    lince_part part;
    size_t first;
    lince_extent extents[AT_ONCE];
    int codes[AT_ONCE]; /* missing memory is no picture's fault */
} work;

/* Headers are read first: where most pictures are not deep, few are decoded. */
static void look(void *context, size_t index)
{
    work *w = context;
    lince_picture_head head;
    lince_image image;
    w->extents[index] = (lince_extent){0};
    w->codes[index] = lince_dataset_measure(w->dataset, w->part, w->first + index, &head);
    if (w->codes[index] || !head.deep) return;
    w->codes[index] = lince_dataset_read(w->dataset, w->part, w->first + index, &image);
    if (w->codes[index]) return;
    w->extents[index] = image.extent;
    lince_image_release(&image);
}

int lince_depth_add(lince_extent *extent, lince_dataset *dataset, lince_part part, int threads,
                    const lince_watch *watch)
{
    size_t total = lince_dataset_count(dataset, part);
    work *w = lince_alloc(1, sizeof *w);
    if (!w) return LINCE_ENOMEM;
    int code = 0;
    *w = (work){.dataset = dataset, .part = part};
    for (; w->first < total && !code; w->first += AT_ONCE) {
        size_t n = total - w->first < AT_ONCE ? total - w->first : AT_ONCE;
        lince_parallel(threads, n, look, w);
        for (size_t i = 0; i < n; i++) lince_extent_join(extent, &w->extents[i]);
        for (size_t i = 0; i < n && !code; i++)
            if (w->codes[i] == LINCE_ENOMEM) code = lince_fail(LINCE_ENOMEM, "out of memory");
        if (watch && watch->progress) watch->progress(watch->context, w->first + n, total);
        if (watch && watch->stop && *watch->stop && !code)
            code = lince_fail(LINCE_EINTERRUPTED, "interrupted");
    }
    lince_free(w);
    return code;
}
