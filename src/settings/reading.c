#include "settings/reading.h"

#include <string.h>

bool lince_skips_bad(const lince_settings *s)
{
    return s->on_bad && !strcmp(s->on_bad, "skip");
}

int lince_decoding_settings(const lince_settings *s, lince_decoding *how)
{
    how->complete_only = s->incomplete && !strcmp(s->incomplete, "refuse");
    int code = s->range ? lince_range_parse(s->range, &how->range) : 0;
    return code < 0 ? code : 0;
}

lince_within lince_within_settings(const lince_settings *s, const lince_observer *observer)
{
    return (lince_within){.bounds = {.file = (uint64_t)s->max_file_mb << 20,
                                     .archive = (uint64_t)s->max_archive_mb << 20,
                                     .files = (uint64_t)s->max_files,
                                     .ratio = s->max_ratio,
                                     .wait = s->max_wait},
                          .watch = lince_watch_opening(observer),
                          .found = lince_watch_indexing(observer)};
}

lince_table_options lince_table_settings(const lince_settings *s)
{
    return (lince_table_options){.text_column = s->text_column,
                                 .label_column = s->label_column,
                                 .group_column = s->group_column,
                                 .group_pattern = s->group_pattern,
                                 .image_column = s->image_column,
                                 .split_column = s->split_column,
                                 .header = s->header,
                                 .quoting = s->quoting,
                                 .encoding = s->encoding,
                                 .classes = s->classes,
                                 .drop_labels = s->drop_label,
                                 .labels = s->labels,
                                 .label_separator = s->label_separator,
                                 .skip_bad = lince_skips_bad(s)};
}
