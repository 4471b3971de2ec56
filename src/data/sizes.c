#include "data/sizes.h"

#include <limits.h>
#include <lince/error.h>
#include <lince/text.h>

static void include(lince_sizes *s, int width, int height)
{
    if (!s->pictures++) s->least_width = s->least_height = INT_MAX;
    if (width < s->least_width) s->least_width = width;
    if (height < s->least_height) s->least_height = height;
    if (width > s->greatest_width) s->greatest_width = width;
    if (height > s->greatest_height) s->greatest_height = height;
}

int lince_sizes_add(lince_sizes *s, lince_dataset *dataset, lince_part part)
{
    size_t count = lince_dataset_count(dataset, part);
    for (size_t i = 0; i < count; i++) {
        lince_picture_head head;
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
