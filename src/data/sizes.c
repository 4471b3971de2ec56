#include "data/sizes.h"

#include "core/error.h"

#include <limits.h>
#include <lince/text.h>

static void include(lince_sizes *s, int width, int height)
{
    if (!s->pictures++) s->least_width = s->least_height = INT_MAX;
    if (width < s->least_width) s->least_width = width;
    if (height < s->least_height) s->least_height = height;
    if (width > s->greatest_width) s->greatest_width = width;
    if (height > s->greatest_height) s->greatest_height = height;
}

static int tell(const lince_watch *w, size_t done, size_t total)
{
    enum { SELDOM = 256 }; /* headers are read in microseconds */
    if (!w || done % SELDOM) return 0;
    if (w->progress) w->progress(w->context, done, total);
    return w->stop && *w->stop ? lince_fail(LINCE_EINTERRUPTED, "interrupted") : 0;
}

int lince_sizes_add(lince_sizes *s, lince_dataset *dataset, lince_part part, const lince_watch *watch)
{
    size_t count = lince_dataset_count(dataset, part);
    for (size_t i = 0; i < count; i++) {
        lince_picture_head head;
        LINCE_TRY(tell(watch, i, count));
        int code = lince_dataset_measure(dataset, part, i, &head);
        if (code == LINCE_ENOMEM) return code;
        if (code) {
            s->unknown++;
            if (code == LINCE_EIO && !s->unread++)
                lince_name_for_display(s->why, sizeof s->why, lince_error());
            continue;
        }
        include(s, head.width, head.height);
        s->deep += head.deep;
    }
    return 0;
}

bool lince_sizes_agree(const lince_sizes *s)
{
    return s->pictures && s->least_width == s->greatest_width && s->least_height == s->greatest_height;
}
