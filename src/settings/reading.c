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

lince_table_options lince_table_settings(const lince_settings *s)
{
    return (lince_table_options){.text_column = s->text_column,
                                 .label_column = s->label_column,
                                 .group_column = s->group_column,
                                 .image_column = s->image_column,
                                 .split_column = s->split_column,
                                 .header = s->header,
                                 .quoting = s->quoting,
                                 .encoding = s->encoding,
                                 .classes = s->classes,
                                 .drop_labels = s->drop_label,
                                 .skip_bad = lince_skips_bad(s)};
}
