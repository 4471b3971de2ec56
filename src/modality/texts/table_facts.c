#include "modality/texts/table_facts.h"
#include "core/i18n.h"
#include "core/json.h"

#include <stdio.h>
#include <string.h>

static json_int_t whole(size_t n)
{
    return (json_int_t)n;
}

json_t *lince_table_facts_json(const lince_dataset *d)
{
    const lince_table_facts *f = lince_dataset_table(d);
    if (!f) return NULL;
    return lince_json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:b}", "rows",
                           whole(f->rows), "lines", whole(f->lines), "empty", whole(f->empty), "duplicates",
                           whole(f->duplicates), "unlabelled", whole(f->unlabelled), "dropped",
                           whole(f->dropped), "bad", whole(f->bad), "elsewhere", whole(f->elsewhere),
                           "quoting", f->quoting ? f->quoting : "", "text_column", f->text_column,
                           "label_column", f->label_column, "group_column", f->group_column, "grouped",
                           lince_dataset_grouped(d));
}

size_t lince_table_left_out(const lince_table_facts *f, char *text, size_t size)
{
    const struct {
        size_t count;
        const char *reason;
    } list[] = {{f->empty, _("without a text")},
                {f->duplicates, _("copies of rows before")},
                {f->unlabelled, _("without a label")},
                {f->dropped, _("of labels that are left out")},
                {f->bad, _("unreadable")},
                {f->elsewhere, _("of no part")}};
    size_t sum = 0, used = 0;
    *text = '\0';
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        if (!list[i].count) continue;
        sum += list[i].count;
        if (used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s: %zu", used ? "; " : "", list[i].reason,
                                     list[i].count);
    }
    return sum;
}

lince_columns lince_columns_recorded(const json_t *data)
{
    const json_t *table = json_object_get(json_object_get(data, "text"), "table");
    lince_columns c = {json_string_value(json_object_get(table, "text_column")),
                       json_string_value(json_object_get(table, "label_column")), NULL, false};
    if (!c.text || !*c.text || !c.label || !*c.label) return (lince_columns){0}; /* fastText's lines */
    c.named = strchr(c.text, '(') != NULL;
    c.quoting = json_string_value(json_object_get(table, "quoting"));
    return c;
}

/* One column: "4 (text)" gives "text", "4" itself; behind a comma where there are some. */
static void put_column(const char *recorded, size_t length, char out[LINCE_COLUMN_MAX])
{
    const char *name = memchr(recorded, '(', length);
    size_t used = strlen(out), digits = strspn(recorded, "0123456789");
    if (name) digits = length - (size_t)(name - recorded) - 2;
    snprintf(out + used, LINCE_COLUMN_MAX - used, "%s%.*s", used ? "," : "", (int)digits,
             name ? name + 1 : recorded);
}

const char *lince_column_option(const char *recorded, char out[LINCE_COLUMN_MAX])
{
    static const char joint[] = " + ";
    *out = '\0';
    for (const char *next; recorded; recorded = next ? next + sizeof joint - 1 : NULL) {
        next = strstr(recorded, joint);
        put_column(recorded, next ? (size_t)(next - recorded) : strlen(recorded), out);
    }
    return out;
}
