#include "tune/space.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "core/number.h"
#include "core/yaml.h"
#include "models/model_zoo.h"
#include "picture/augment/augment.h"
#include "settings/settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- what can vary -------------------------------------------------------------------------------- */

static const char *setting_name_at(const void *context, size_t index)
{
    (void)context;
    const lince_setting_info *info = lince_setting_at(index);
    return info ? info->name : NULL;
}

/* Trials are compared by what they reach on the same samples, and told apart by nothing else. */
static int check_varies(const lince_setting_info *info)
{
    if (!strcmp(info->name, "epochs"))
        return lince_fail(LINCE_EUSAGE,
                          "tune: epochs cannot vary: --epochs N is what the best trials get, and others are "
                          "stopped earlier");
    switch (lince_setting_decides(info)) {
    case LINCE_DECIDES_LEARNING: break;
    case LINCE_DECIDES_SAMPLES:
        return lince_fail(LINCE_EUSAGE,
                          "tune: %s cannot vary: all trials must be measured on the same samples; give one "
                          "value, --%s VALUE",
                          info->name, info->name);
    case LINCE_DECIDES_CHANCE:
        return lince_fail(LINCE_EUSAGE, "tune: seed cannot vary: the best of several seeds is luck; compare "
                                        "seeds afterwards, by 'lince compare --seeds 3'");
    case LINCE_DECIDES_OUTCOME:
    case LINCE_DECIDES_NOTHING:
        return lince_fail(LINCE_EUSAGE, "tune: %s cannot vary: it changes nothing of what is learned",
                          info->name);
    }
    return 0;
}

int lince_space_check(const lince_space *space, const lince_modality *modality, const char *data)
{
    for (size_t i = 0; i < space->count; i++) {
        const lince_setting_info *info = space->dims[i].setting;
        const lince_modality *its = lince_modality_of_setting(info);
        if (its && its != modality)
            return lince_fail(LINCE_EUSAGE, "tune: %s cannot vary: it is a setting of %s, and %s holds %s",
                              info->name, _(its->plural), data, _(modality->plural));
    }
    return 0;
}

static int find_setting(const char *name, const lince_setting_info **info)
{
    if ((*info = lince_setting_named(name))) return 0;
    const char *nearest = lince_nearest(name, setting_name_at, NULL);
    if (nearest)
        return lince_fail(LINCE_EUSAGE, "tune: there is no setting '%s'; did you mean '%s'?", name, nearest);
    return lince_fail(LINCE_EUSAGE, "tune: there is no setting '%s'; 'lince help train' lists them", name);
}

/* --- parsing -------------------------------------------------------------------------------------- */

/* Whether the setting takes it: on a copy, which forgets it again. Of some what a text says is read only when
 * a run begins: a slip of the pen should not cost half of all trials. */
static int try_value(const lince_settings *settings, const char *name, const char *value)
{
    lince_settings copy;
    lince_augment augment;
    LINCE_TRY(lince_settings_fill(&copy, settings));
    int code = lince_settings_set(&copy, name, value);
    lince_settings_release(&copy);
    if (!code && !strcmp(name, "augment")) code = lince_augment_parse(&augment, value);
    if (!code && !strcmp(name, "model") && !lince_architecture_named(value)) code = LINCE_EUSAGE;
    return code;
}

/* ":log" and ":int" behind a range, taken off its end. */
static int take_flags(char *range, lince_dimension *d)
{
    for (char *colon; (colon = strrchr(range, ':')); *colon = '\0')
        if (!strcmp(colon, ":log"))
            d->log = true;
        else if (!strcmp(colon, ":int"))
            d->whole = true;
        else
            return lince_fail(LINCE_EUSAGE,
                              "tune: %s=%s: behind a range ':log' or ':int' may stand, not '%s'",
                              d->setting->name, d->text, colon);
    return 0;
}

static int read_bounds(lince_dimension *d, const lince_settings *settings, char *range)
{
    char *dots = strstr(range, "..");
    *dots = '\0';
    const char *low = range, *high = dots + 2;
    const char *low_end = lince_number_read(low, &d->low), *high_end = lince_number_read(high, &d->high);
    if (low_end == low || high_end == high || *low_end || *high_end)
        return lince_fail(LINCE_EUSAGE, "tune: %s=%s: expected LOW..HIGH, two numbers", d->setting->name,
                          d->text);
    LINCE_TRY(try_value(settings, d->setting->name, low));
    LINCE_TRY(try_value(settings, d->setting->name, high));
    if (d->low >= d->high)
        return lince_fail(LINCE_EUSAGE, "tune: %s=%s: the range is empty: expected the lower end first",
                          d->setting->name, d->text);
    if (d->log && d->low <= 0)
        return lince_fail(LINCE_EUSAGE, "tune: %s=%s: a logarithmic range begins above 0", d->setting->name,
                          d->text);
    if (d->whole && (d->low != floor(d->low) || d->high != floor(d->high)))
        return lince_fail(LINCE_EUSAGE, "tune: %s=%s: expected whole numbers at both ends", d->setting->name,
                          d->text);
    return 0;
}

static int read_range(lince_dimension *d, const lince_settings *settings)
{
    char range[LINCE_VALUE_MAX];
    const char *value = d->setting->value;
    snprintf(range, sizeof range, "%s", d->text);
    if (!value || (strcmp(value, "N") != 0 && *value != 'X' && strcmp(value, "-1") != 0))
        return lince_fail(LINCE_EUSAGE, "tune: %s=%s: its values are no numbers; list them, as %s=A,B",
                          d->setting->name, d->text, d->setting->name);
    LINCE_TRY(take_flags(range, d));
    d->whole |= !strcmp(value, "N");
    return read_bounds(d, settings, range);
}

static int read_list(lince_dimension *d, const lince_settings *settings)
{
    const char *separator = strchr(d->text, '|') ? "|" : ",";
    size_t most = 2;
    for (const char *c = d->text; *c; c++) most += *c == *separator;
    if (!(d->choice = lince_alloc(most, sizeof *d->choice))) return LINCE_ENOMEM;
    for (const char *at = d->text, *end; at; at = *end ? end + 1 : NULL) {
        end = at + strcspn(at, separator);
        char *choice = lince_strndup(at, (size_t)(end - at));
        if (!choice) return LINCE_ENOMEM;
        d->choice[d->count++] = choice;
        if (strlen(choice) >= LINCE_VALUE_MAX)
            return lince_fail(LINCE_EUSAGE, "tune: %s: '%.64s...' is too long", d->setting->name, choice);
        if (!*choice)
            return lince_fail(LINCE_EUSAGE, "tune: %s=%s: a value is missing", d->setting->name, d->text);
        for (size_t i = 0; i + 1 < d->count; i++)
            if (!strcmp(d->choice[i], choice))
                return lince_fail(LINCE_EUSAGE, "tune: %s=%s: '%s' stands there twice", d->setting->name,
                                  d->text, choice);
        LINCE_TRY(try_value(settings, d->setting->name, choice));
    }
    return 0;
}

static void release(lince_dimension *d)
{
    for (size_t i = 0; i < d->count; i++) lince_free(d->choice[i]);
    lince_free(d->choice);
    lince_free(d->text);
    *d = (lince_dimension){0};
}

static int add(lince_space *space, const lince_setting_info *info, const char *values,
               lince_settings *settings)
{
    bool varies = strstr(values, "..") || strpbrk(values, "|,");
    if (!varies) return lince_settings_set(settings, info->name, values);
    LINCE_TRY(check_varies(info));
    for (size_t i = 0; i < space->count; i++)
        if (space->dims[i].setting == info)
            return lince_fail(LINCE_EUSAGE, "tune: %s is given twice", info->name);
    if (space->count == LINCE_SPACE_MAX)
        return lince_fail(LINCE_EUSAGE, "tune: at most %d settings can vary", LINCE_SPACE_MAX);
    lince_dimension *d = &space->dims[space->count++];
    *d = (lince_dimension){.setting = info, .text = lince_strdup(values)};
    if (!d->text) return LINCE_ENOMEM;
    bool listed = strpbrk(values, "|,");
    return listed ? read_list(d, settings) : read_range(d, settings);
}

int lince_space_add(lince_space *space, const char *text, lince_settings *settings)
{
    char name[64];
    const lince_setting_info *info;
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return lince_fail(LINCE_EUSAGE,
                          "tune: '%s': expected NAME=VALUES, as lr=1e-4..1e-1:log or "
                          "batch-size=16,32,64",
                          text);
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    LINCE_TRY(find_setting(name, &info));
    return add(space, info, equals + 1, settings);
}

void lince_space_release(lince_space *space)
{
    for (size_t i = 0; i < space->count; i++) release(&space->dims[i]);
    space->count = 0;
}

/* --- YAML ----------------------------------------------------------------------------------------- */

static const char *scalar(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static int list_text(yaml_document_t *document, const yaml_node_t *node, lince_buffer *out)
{
    const yaml_node_item_t *first = node->data.sequence.items.start, *end = node->data.sequence.items.top;
    if (first == end) return lince_fail(LINCE_EUSAGE, "the list is empty");
    for (const yaml_node_item_t *i = first; i < end; i++) {
        const yaml_node_t *item = yaml_document_get_node(document, *i);
        if (!scalar(item)) return lince_fail(LINCE_EUSAGE, "expected a list of plain values");
        if (i > first) lince_buffer_puts(out, "|");
        LINCE_TRY(lince_yaml_put(out, item));
    }
    return 0;
}

static bool is_among(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(*names, name)) return true;
    return false;
}

/* ":log" or ":int" where it is so. */
static int flag_text(const char *name, const char *text, lince_buffer *out)
{
    static const char *const yes[] = {"true", "yes", NULL}, *const no[] = {"false", "no", NULL};
    if (!text || is_among(text, no)) return 0;
    if (!is_among(text, yes))
        return lince_fail(LINCE_EUSAGE, "%s: expected true or false, found '%s'", name, text);
    lince_buffer_printf(out, ":%s", name);
    return 0;
}

/* {low: 1e-4, high: 0.1, log: true} */
static int range_text(yaml_document_t *document, const yaml_node_t *node, lince_buffer *out)
{
    const char *part[4] = {0};
    static const char *const names[] = {"low", "high", "log", "int"};
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
        const char *key = scalar(yaml_document_get_node(document, p->key));
        int which = 0;
        while (which < 4 && (!key || strcmp(key, names[which]) != 0)) which++;
        if (which == 4)
            return lince_fail(LINCE_EUSAGE, "'%s': expected low, high, log or int", key ? key : "?");
        part[which] = scalar(yaml_document_get_node(document, p->value));
        if (!part[which]) return lince_fail(LINCE_EUSAGE, "'%s': expected a plain value", key);
    }
    if (!part[0] || !part[1]) return lince_fail(LINCE_EUSAGE, "a range needs low and high");
    lince_buffer_printf(out, "%s..%s", part[0], part[1]);
    LINCE_TRY(flag_text(names[2], part[2], out));
    return flag_text(names[3], part[3], out);
}

static int load_pair(lince_space *space, yaml_document_t *document, const yaml_node_pair_t *pair,
                     lince_settings *settings)
{
    const yaml_node_t *node = yaml_document_get_node(document, pair->value);
    const char *name = scalar(yaml_document_get_node(document, pair->key));
    const lince_setting_info *info;
    lince_buffer text = {0};
    lince_buffer_puts(&text, "");
    if (!name) return lince_fail(LINCE_EUSAGE, "a key must be a plain word");
    LINCE_TRY(find_setting(name, &info));
    int code = 0;
    if (node->type == YAML_SEQUENCE_NODE)
        code = list_text(document, node, &text);
    else if (node->type == YAML_MAPPING_NODE)
        code = range_text(document, node, &text);
    else
        lince_buffer_puts(&text, scalar(node) ? scalar(node) : "");
    if (!code) code = text.error;
    if (!code) code = add(space, info, text.data, settings);
    lince_buffer_release(&text);
    return code;
}

typedef struct loading {
    lince_space *space;
    lince_settings *settings;
} loading;

static int load_document(void *context, yaml_document_t *document, const char *path)
{
    const loading *l = context;
    const yaml_node_t *root = yaml_document_get_root_node(document);
    if (!root || root->type != YAML_MAPPING_NODE)
        return lince_fail(LINCE_EUSAGE, "%s: expected lines of the form 'setting: values'", path);
    for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
        int code = load_pair(l->space, document, p, l->settings);
        if (code) {
            char place[LINCE_PATH_MAX + 32];
            const yaml_node_t *key = yaml_document_get_node(document, p->key);
            snprintf(place, sizeof place, "%s:%zu", path, key->start_mark.line + 1);
            return lince_fail_in(code, place);
        }
    }
    return 0;
}

int lince_space_load(lince_space *space, const char *path, lince_settings *settings)
{
    return lince_yaml_read(path, load_document, &(loading){space, settings});
}

/* --- places and values ---------------------------------------------------------------------------- */

/* The ends in which places are linear. Whole numbers have half a step around each, so that all are as
 * wide. */
static void ends(const lince_dimension *d, double *from, double *to)
{
    double half = d->whole ? 0.5 : 0;
    *from = d->low - half, *to = d->high + half;
    if (d->log) *from = log(*from), *to = log(*to);
}

/* Four digits are more than a search can tell apart, and what is printed is what is used. */
void lince_dimension_print(const lince_dimension *d, double place, char out[LINCE_VALUE_MAX])
{
    enum { DIGITS = 4 };
    double from, to;
    if (d->count) {
        size_t i = place > 0 ? (size_t)place : 0;
        snprintf(out, LINCE_VALUE_MAX, "%s", d->choice[i < d->count ? i : d->count - 1]);
        return;
    }
    ends(d, &from, &to);
    double value = from + place * (to - from);
    if (d->log) value = exp(value);
    if (d->whole) value = round(value);
    value = fmin(fmax(value, d->low), d->high);
    char number[LINCE_NUMBER_MAX];
    lince_number_print(number, value, d->whole ? 17 : DIGITS);
    if (lince_number_read(number, &value), value < d->low || value > d->high)
        lince_number_print_exact(number, value < d->low ? d->low : d->high);
    snprintf(out, LINCE_VALUE_MAX, "%s", number);
}

double lince_dimension_place(const lince_dimension *d, const char *text)
{
    double from, to, value = 0;
    for (size_t i = 0; i < d->count; i++)
        if (!strcmp(d->choice[i], text)) return (double)i;
    if (d->count) return 0;
    lince_number_read(text, &value);
    ends(d, &from, &to);
    return fmin(fmax(((d->log ? log(value) : value) - from) / (to - from), 0), 1);
}

static double dimension_size(const lince_dimension *d)
{
    return d->count ? (double)d->count : d->whole ? d->high - d->low + 1 : INFINITY;
}

double lince_space_size(const lince_space *space)
{
    double size = 1;
    for (size_t i = 0; i < space->count; i++) size *= dimension_size(&space->dims[i]);
    return size;
}

void lince_space_point(const lince_space *space, double number, double *place)
{
    for (size_t i = 0; i < space->count; i++) {
        const lince_dimension *d = &space->dims[i];
        char value[LINCE_NUMBER_MAX];
        double size = dimension_size(d), index = fmod(number, size);
        number = floor(number / size);
        if (!d->count) lince_number_print_exact(value, d->low + index);
        place[i] = d->count ? index : lince_dimension_place(d, value);
    }
}
