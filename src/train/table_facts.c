#include "train/table_facts.h"

static json_int_t whole(size_t n)
{
    return (json_int_t)n;
}

json_t *lince_table_facts_json(const lince_dataset *d)
{
    const lince_table_facts *f = lince_dataset_table(d);
    if (!f) return NULL;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:b}", "rows", whole(f->rows),
                     "lines", whole(f->lines), "empty", whole(f->empty), "duplicates", whole(f->duplicates),
                     "unlabelled", whole(f->unlabelled), "dropped", whole(f->dropped), "bad", whole(f->bad),
                     "text_column", f->text_column, "label_column", f->label_column, "group_column",
                     f->group_column, "grouped", lince_dataset_grouped(d));
}
