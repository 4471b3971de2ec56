/* What there is to say of texts: in a run's data.json, of a part that is measured, and by `lince info`. */
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/tell.h"
#include "modality/texts/loading.h"
#include "modality/texts/table_facts.h"
#include "modality/texts/texts.h"

/* --- data.json ------------------------------------------------------------------------------------ */

static json_int_t whole(size_t n)
{
    return (json_int_t)n;
}

/* How many texts have 1, 2, ... words that are read. NULL: out of memory. */
static json_t *lengths_json(const lince_tokens *tokens, int most)
{
    size_t *count = lince_alloc((size_t)most + 1, sizeof *count);
    if (!count) return NULL;
    json_t *array = json_array();
    for (size_t i = 0; i < tokens->count; i++) count[lince_tokens_length(tokens, i)]++;
    for (int n = 1; n <= most; n++) lince_json_add(&array, json_integer(whole(count[n])));
    lince_free(count);
    return array;
}

static json_t *tokens_json(const lince_tokens *k, int most)
{
    return lince_json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "texts", whole(k->count), "words",
                           whole(k->words), "read", whole(k->read), "unknown", whole(k->unknown), "cut",
                           whole(k->cut), "empty", whole(k->empty), "lengths", lengths_json(k, most));
}

static json_t *parts_json(const lince_opening *o)
{
    const lince_text_encoder *e = o->encoder;
    int most = o->settings->max_tokens;
    json_t *parts = json_object();
    lince_json_put(&parts, "train", tokens_json(lince_loader_tokens(o->train), most));
    if (o->val) lince_json_put(&parts, "val", tokens_json(lince_loader_tokens(o->val), most));
    if (e->test.count) lince_json_put(&parts, "test", tokens_json(&e->test, most));
    return parts;
}

static json_t *texts_json(const lince_opening *o)
{
    const lince_settings *s = o->settings;
    const lince_text_encoder *e = o->encoder;
    json_t *vocabulary =
        lince_json_pack("{s:I, s:I, s:i, s:i}", "size", whole(e->words.vocabulary.size), "distinct",
                        whole(e->distinct_words), "min_freq", s->min_freq, "max_vocab", s->max_vocab);
    if (s->vectors)
        lince_json_put(&vocabulary, "vectors",
                       lince_json_pack("{s:s, s:I}", "path", s->vectors, "found", whole(e->vectors_found)));
    return lince_json_pack("{s:o, s:s, s:s?, s:s?, s:i, s:o, s:o}", "table",
                           lince_table_facts_json(o->dataset), "clean", s->clean, "stop_words", s->stop_words,
                           "stem", s->stem, "max_tokens", s->max_tokens, "vocabulary", vocabulary, "parts",
                           parts_json(o));
}

void lince_texts_describe(const lince_opening *o, json_t **data)
{
    lince_json_put(data, "text", texts_json(o));
}

/* --- a part ------------------------------------------------------------------------------------- */

void lince_texts_tell_unknown(const lince_tokens *k, lince_part part, const lince_observer *observer)
{
    if (!lince_tokens_are_unknown(k)) return;
    lince_warn(observer,
               _("words of the %s part that are not in the vocabulary, so that they all look the "
                 "same to the model: %zu of %zu; is it the same language as the training part's?"),
               lince_part_title(part), k->unknown, k->read);
}

void lince_texts_tell_loaded(const void *encoder, const lince_loader *loader, lince_part part,
                             const lince_observer *observer)
{
    (void)encoder;
    lince_texts_tell_unknown(lince_loader_tokens(loader), part, observer);
}

void lince_texts_tell_part(const lince_dataset *dataset, lince_part part, const lince_observer *o)
{
    const lince_table_facts *t = lince_dataset_table(dataset);
    char why[256];
    size_t out = lince_table_left_out(t, why, sizeof why);
    (void)part;
    if (*t->text_column)
        lince_note(o, _("texts from column %s, labels from column %s"), t->text_column, t->label_column);
    if (out) lince_warn(o, _("rows left out: %zu of %zu; %s"), out, t->rows, why);
}

/* --- lince info ----------------------------------------------------------------------------------- */

int lince_texts_put_info(lince_dataset *dataset, const lince_watch *watch, json_t **info)
{
    (void)watch;
    lince_json_put(info, "table", lince_table_facts_json(dataset));
    return 0;
}

/* What a table was read as. */
static void put_table(lince_buffer *out, const json_t *table)
{
    static const struct {
        const char *key, *what; /* untranslated */
    } left_out[] = {{"empty", N_("without a text")},
                    {"duplicates", N_("copies of rows before")},
                    {"unlabelled", N_("without a label")},
                    {"dropped", N_("of labels that are left out")},
                    {"bad", N_("unreadable")}};
    const char *texts = json_string_value(json_object_get(table, "text_column")),
               *labels = json_string_value(json_object_get(table, "label_column"));
    if (texts && *texts && labels && *labels)
        lince_buffer_printf(out, _("texts in column %s, labels in column %s\n"), texts, labels);
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++) {
        double n = json_number_value(json_object_get(table, left_out[i].key));
        if (n > 0)
            lince_buffer_printf(out, _("rows left out, %s: %.0f\n"), lince_translate(left_out[i].what), n);
    }
}

void lince_texts_print_info(const json_t *info, lince_buffer *out)
{
    const json_t *table = json_object_get(info, "table");
    if (table) put_table(out, table);
}
