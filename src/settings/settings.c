#include "settings/settings.h"
#include "core/buffer.h"
#include "core/choice.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "core/number.h"
#include "core/plain_locale.h"
#include "core/yaml.h"
#include "data/dataset.h"
#include "log/logger.h"
#include "loss/loss.h"
#include "optim/optim.h"
#include "optim/schedule/schedule.h"
#include "text/encoding.h"
#include "weights/formats/format.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum kind { A_TEXT, AN_INTEGER, A_NUMBER, A_SWITCH, A_SEED } kind;

typedef struct entry {
    lince_setting_info info;
    kind kind;
    size_t offset;
    double least, most;         /* of INTEGER and NUMBER */
    bool above;                 /* the least value itself is not allowed */
    const char *const *words;   /* of TEXT: what it may be, ends with NULL; */
    lince_name_at *names;       /* and these; both NULL: anything */
    const char *word;           /* of NUMBER: stands for LINCE_TO_BE_FOUND */
    const char *const *aliases; /* what people bring along from other programs; ends with NULL */
    const char *modality;       /* lince_setting_modality */
    bool stepwise;              /* lince_setting_is_stepwise */
    lince_decides decides;
} entry;

#define BIG        1e9
#define WHAT       N_("What to train")
#define DATA       N_("Data")
#define TEXTS      N_("Texts")
#define RECORDINGS N_("Recordings")
#define TRAINING   N_("Training")
#define MACHINE    N_("Machine")
#define REPORT     N_("Report")

#define WORDS(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define ONE_OF(...)   .words = WORDS(__VA_ARGS__)
#define ALSO(...)     .aliases = WORDS(__VA_ARGS__)
#define SHORT(letter) .info.short_name = letter
#define LIST          .info.list = true
#define OF(kind)      .modality = #kind
#define STEPWISE      .stepwise = true
#define DECIDES(what) .decides = LINCE_DECIDES_##what

#define ROW(of, f, n, g, v, d)                                                                           \
    .kind = of, .offset = offsetof(lince_settings, f), .info.name = n, .info.group = g, .info.value = v, \
    .info.standard = d

static const entry table[] = {
#define TEXT(f, n, g, v, d, ...) {ROW(A_TEXT, f, n, g, v, d), .info.help = __VA_ARGS__},
#define INTEGER(f, n, g, v, d, lo, hi, ...) \
    {ROW(AN_INTEGER, f, n, g, v, d), .least = lo, .most = hi, .info.help = __VA_ARGS__},
#define NUMBER(f, n, g, v, d, lo, hi, ...) \
    {ROW(A_NUMBER, f, n, g, v, d), .least = lo, .most = hi, .info.help = __VA_ARGS__},
#define SWITCH(f, n, g, ...)     {ROW(A_SWITCH, f, n, g, NULL, "no"), .info.help = __VA_ARGS__},
#define SEED(f, n, g, v, d, ...) {ROW(A_SEED, f, n, g, v, d), .info.help = __VA_ARGS__},
#include "settings/list.def"
};

enum { COUNT = sizeof table / sizeof *table };

const lince_setting_info *lince_setting_at(size_t index)
{
    return index < COUNT ? &table[index].info : NULL;
}

static void *field(const lince_settings *settings, const entry *e)
{
    return (char *)settings + e->offset;
}

/* Dashes and underscores are the same to a user. */
static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !((*a == '_' || *a == '-') && (*b == '_' || *b == '-'))) return false;
    return *a == *b;
}

static bool is_called(const entry *e, const char *name)
{
    if (same_name(e->info.name, name)) return true;
    for (size_t i = 0; e->aliases && e->aliases[i]; i++)
        if (same_name(e->aliases[i], name)) return true;
    return e->info.short_name && !strcmp(e->info.short_name, name);
}

static const entry *find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (is_called(&table[i], name)) return &table[i];
    return NULL;
}

/* --- what is known of one ------------------------------------------------------------------------- */

lince_decides lince_setting_decides(const lince_setting_info *setting)
{
    return find(setting->name)->decides;
}

const char *lince_setting_modality(const lince_setting_info *setting)
{
    return find(setting->name)->modality;
}

bool lince_setting_is_stepwise(const lince_setting_info *setting)
{
    return find(setting->name)->stepwise;
}

static const char *choice_at(const void *context, size_t index)
{
    const entry *e = context;
    size_t count = 0;
    while (e->words && e->words[count]) {
        if (count == index) return e->words[index];
        count++;
    }
    return e->names ? e->names(NULL, index - count) : NULL;
}

const char *lince_setting_choice(const lince_setting_info *setting, size_t index)
{
    return setting ? choice_at(find(setting->name), index) : NULL;
}

const lince_setting_info *lince_setting_named(const char *name)
{
    const entry *e = name ? find(name) : NULL;
    return e ? &e->info : NULL;
}

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    return index < COUNT ? table[index].info.name : NULL;
}

static const entry *known(const char *name)
{
    const entry *e = find(name);
    if (e) return e;
    const char *nearest = lince_nearest(name, name_at, NULL);
    if (nearest)
        lince_fail(LINCE_EUSAGE, "unknown option '%s'; did you mean '%s'?", name, nearest);
    else
        lince_fail(LINCE_EUSAGE, "unknown option '%s'; 'lince help train' lists them", name);
    return NULL;
}

/* --- values --------------------------------------------------------------------------------------- */

/* A decimal number and nothing else, with a point whatever the locale. */
static bool parse_number(const char *text, double *value)
{
    if (!isdigit((unsigned char)*text) && !strchr("+-.", *text)) return false;
    if (strpbrk(text, "xXnN") || !*text) return false;
    const char *end = lince_number_read(text, value);
    return *end == '\0' && end != text && isfinite(*value);
}

static int set_number(const entry *e, void *place, const char *text)
{
    double value;
    bool whole = e->kind == AN_INTEGER;
    if (e->word && !strcmp(text, e->word)) {
        *(double *)place = LINCE_TO_BE_FOUND;
        return 0;
    }
    if (!parse_number(text, &value) || (whole && value != floor(value)))
        return lince_fail(LINCE_EUSAGE,
                          whole ? N_("--%s: expected a whole number, found '%s'")
                                : N_("--%s: expected a number, found '%s'"),
                          e->info.name, text);
    if (e->above && (value <= e->least || value > e->most))
        return lince_fail(LINCE_EUSAGE, "--%s: expected a value above %g and up to %g, found %s",
                          e->info.name, e->least, e->most, text);
    if (value < e->least || value > e->most)
        return e->most >= BIG ? lince_fail(LINCE_EUSAGE, "--%s: expected %g or more, found %s", e->info.name,
                                           e->least, text)
                              : lince_fail(LINCE_EUSAGE, "--%s: expected a value from %g to %g, found %s",
                                           e->info.name, e->least, e->most, text);
    if (whole)
        *(int *)place = (int)value;
    else
        *(double *)place = value;
    return 0;
}

static int set_switch(const entry *e, void *place, const char *text)
{
    static const char *const words[2][5] = {{"no", "false", "off", "0", "n"},
                                            {"yes", "true", "on", "1", "y"}};
    for (int value = 0; value < 2; value++)
        for (int i = 0; i < 5; i++)
            if (!strcasecmp(words[value][i], text)) {
                *(bool *)place = value;
                return 0;
            }
    return lince_fail(LINCE_EUSAGE, "--%s: expected yes or no, found '%s'", e->info.name, text);
}

static int set_seed(const entry *e, void *place, const char *text)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno)
        return lince_fail(LINCE_EUSAGE, "--%s: expected a whole number from 0 to 2^64 - 1, found '%s'",
                          e->info.name, text);
    *(uint64_t *)place = value;
    return 0;
}

static int set_text(const entry *e, void *place, const char *text)
{
    if (e->words || e->names) LINCE_TRY(lince_choice_check(e->info.name, text, choice_at, e));
    char *copy = *text ? lince_strdup(text) : NULL;
    if (*text && !copy) return LINCE_ENOMEM;
    lince_free(*(char **)place);
    *(char **)place = copy;
    return 0;
}

static int (*const setters[])(const entry *e, void *place, const char *text) = {[A_TEXT] = set_text,
                                                                                [AN_INTEGER] = set_number,
                                                                                [A_NUMBER] = set_number,
                                                                                [A_SWITCH] = set_switch,
                                                                                [A_SEED] = set_seed};

int lince_settings_set(lince_settings *settings, const char *name, const char *value)
{
    LINCE_NEED(settings);
    LINCE_NEED(name);
    LINCE_NEED(value);
    LINCE_PLAIN_LOCALE;
    const entry *e = known(name);
    return e ? setters[e->kind](e, field(settings, e), value) : LINCE_EUSAGE;
}

int lince_settings_init(lince_settings *settings)
{
    LINCE_PLAIN_LOCALE;
    *settings = (lince_settings){0};
    for (size_t i = 0; i < COUNT; i++)
        LINCE_TRY(setters[table[i].kind](&table[i], field(settings, &table[i]), table[i].info.standard));
    return 0;
}

void lince_settings_release(lince_settings *settings)
{
    for (size_t i = 0; i < COUNT; i++)
        if (table[i].kind == A_TEXT) lince_free(*(char **)field(settings, &table[i]));
    *settings = (lince_settings){0};
}

int lince_settings_fill(lince_settings *settings, const lince_settings *from)
{
    int code = 0;
    *settings = *from;
    for (size_t i = 0; i < COUNT; i++) {
        if (table[i].kind != A_TEXT) continue;
        char **text = field(settings, &table[i]);
        if (*text && !(*text = lince_strdup(*text))) code = LINCE_ENOMEM;
    }
    if (code) lince_settings_release(settings);
    return code;
}

lince_settings *lince_settings_new(void)
{
    lince_settings *settings = lince_alloc(1, sizeof *settings);
    if (!settings || !lince_settings_init(settings)) return settings;
    lince_settings_free(settings);
    return NULL;
}

lince_settings *lince_settings_copy(const lince_settings *settings)
{
    lince_settings *copy = settings ? lince_alloc(1, sizeof *copy) : NULL;
    if (!copy || !lince_settings_fill(copy, settings)) return copy;
    lince_free(copy);
    return NULL;
}

void lince_settings_free(lince_settings *settings)
{
    if (settings) lince_settings_release(settings);
    lince_free(settings);
}

const char *lince_settings_text(const lince_settings *settings, const char *name,
                                char number[LINCE_NUMBER_MAX])
{
    LINCE_PLAIN_LOCALE;
    const entry *e = known(name);
    if (!e) return NULL;
    const void *place = field(settings, e);
    switch (e->kind) {
    case A_TEXT: return *(char *const *)place ? *(char *const *)place : "";
    case AN_INTEGER: snprintf(number, LINCE_NUMBER_MAX, "%d", *(const int *)place); break;
    case A_NUMBER:
        if (e->word && *(const double *)place == LINCE_TO_BE_FOUND) return e->word;
        lince_number_print_exact(number, *(const double *)place);
        break;
    case A_SWITCH: return *(const bool *)place ? "yes" : "no";
    case A_SEED: snprintf(number, LINCE_NUMBER_MAX, "%" PRIu64, *(const uint64_t *)place); break;
    }
    return number;
}

bool lince_settings_hold(const lince_settings *settings, const char *name, const char *text)
{
    char number[LINCE_NUMBER_MAX];
    const char *value = lince_settings_text(settings, name, number);
    return value && !strcmp(value, text);
}

bool lince_settings_agree(const lince_settings *a, const lince_settings *b, const char *name)
{
    char number[LINCE_NUMBER_MAX];
    return lince_settings_hold(a, name, lince_settings_text(b, name, number));
}

int lince_settings_get(const lince_settings *settings, const char *name, char *out, size_t size)
{
    LINCE_NEED(settings);
    LINCE_NEED(name);
    LINCE_NEED(out);
    char number[LINCE_NUMBER_MAX];
    const char *text = lince_settings_text(settings, name, number);
    if (!text) return LINCE_EUSAGE;
    size_t length = (size_t)snprintf(out, size, "%s", text);
    if (length < size) return 0;
    return lince_fail(LINCE_EUSAGE, "--%s: its value has %zu bytes, and there is room for %zu", name, length,
                      size);
}

/* --- configuration files -------------------------------------------------------------------------- */

/* A list becomes text with commas: head: [4096, 2048] */
static int value_text(yaml_document_t *document, const yaml_node_t *node, lince_buffer *out)
{
    if (node->type == YAML_SCALAR_NODE) return lince_yaml_put(out, node);
    if (node->type != YAML_SEQUENCE_NODE) return LINCE_EFORMAT;
    for (yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top; i++) {
        const yaml_node_t *item = yaml_document_get_node(document, *i);
        if (!item || item->type != YAML_SCALAR_NODE) return LINCE_EFORMAT;
        if (i > node->data.sequence.items.start) lince_buffer_puts(out, ",");
        LINCE_TRY(lince_yaml_put(out, item));
    }
    return out->error;
}

typedef struct loading {
    lince_settings *settings;
    bool (*is_left)(void *context, const char *name);
    void *context;
    bool seen[COUNT];
} loading;

static int load_pair(loading *l, yaml_document_t *document, const yaml_node_t *key, const yaml_node_t *value)
{
    if (key->type != YAML_SCALAR_NODE) return lince_fail(LINCE_EUSAGE, "a key must be a plain word");
    const entry *e = known((const char *)key->data.scalar.value);
    if (!e) return LINCE_EUSAGE;
    bool *seen = &l->seen[e - table];
    if (*seen) return lince_fail(LINCE_EUSAGE, "'%s' is given twice", e->info.name);
    *seen = true;
    if (l->is_left && l->is_left(l->context, e->info.name)) return 0;
    lince_buffer text = {0};
    lince_buffer_puts(&text, "");
    int code = value_text(document, value, &text);
    if (code == LINCE_EFORMAT)
        code = lince_fail(LINCE_EUSAGE, "'%s': expected a value or a list of values", e->info.name);
    if (!code) code = setters[e->kind](e, field(l->settings, e), text.data);
    lince_buffer_release(&text);
    return code;
}

static int load_document(void *context, yaml_document_t *document, const char *path)
{
    loading *l = context;
    const yaml_node_t *root = yaml_document_get_root_node(document);
    if (!root) return 0;
    if (root->type != YAML_MAPPING_NODE)
        return lince_fail(LINCE_EUSAGE, "%s: expected lines of the form 'key: value'", path);
    for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(document, p->key),
                          *value = yaml_document_get_node(document, p->value);
        int code = load_pair(l, document, key, value);
        if (code) {
            char place[LINCE_PATH_MAX + 32];
            snprintf(place, sizeof place, "%s:%zu", path, key->start_mark.line + 1);
            return lince_fail_in(code, place);
        }
    }
    return 0;
}

int lince_settings_load(lince_settings *settings, const char *path)
{
    LINCE_NEED(settings);
    LINCE_NEED(path);
    return lince_settings_load_but(settings, path, NULL, NULL);
}

int lince_settings_load_but(lince_settings *settings, const char *path,
                            bool (*is_left)(void *context, const char *name), void *context)
{
    LINCE_PLAIN_LOCALE;
    loading l = {.settings = settings, .is_left = is_left, .context = context};
    return lince_yaml_read(path, load_document, &l);
}
