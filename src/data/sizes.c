#include "data/sizes.h"

#include "core/error.h"
#include "core/memory.h"

#include <limits.h>
#include <lince/text.h>
#include <string.h>

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

static int add_share(lince_sizes *s, lince_share share, lince_dataset *dataset, lince_part part,
                     const lince_watch *watch)
{
    for (size_t i = 0; i < share.count; i++) {
        lince_picture_head head;
        LINCE_TRY(tell(watch, i, share.count));
        int code = lince_dataset_measure(dataset, part, share.begin + i, &head);
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

static void join(lince_sizes *s, const lince_sizes *other)
{
    size_t pictures = s->pictures + other->pictures;
    if (other->pictures) {
        include(s, other->least_width, other->least_height);
        include(s, other->greatest_width, other->greatest_height);
    }
    s->pictures = pictures;
    if (!s->unread) memcpy(s->why, other->why, sizeof s->why);
    s->unknown += other->unknown;
    s->unread += other->unread;
    s->deep += other->deep;
}

/* In the members' order, which is that of the samples. */
int lince_sizes_add(lince_sizes *s, const lince_group *group, lince_dataset *dataset, lince_part part,
                    const lince_watch *watch)
{
    size_t members = (size_t)group->size;
    lince_share share = lince_group_share(group, lince_dataset_count(dataset, part));
    lince_sizes *each = lince_alloc(members, sizeof *each);
    int code = each ? add_share(&each[group->rank], share, dataset, part, watch) : LINCE_ENOMEM;
    code = lince_group_all(group, code);
    if (!code) code = lince_group_gather(group, each, members, members, sizeof *each);
    for (size_t i = 0; i < members && !code; i++) join(s, &each[i]);
    lince_free(each);
    return code;
}

bool lince_sizes_agree(const lince_sizes *s)
{
    return s->pictures && s->least_width == s->greatest_width && s->least_height == s->greatest_height;
}
