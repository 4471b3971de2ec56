#include "train/loop/param_groups.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "core/number.h"

#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- parts ---------------------------------------------------------------------------------------- */

static bool has_digit(const char *begin, const char *end)
{
    while (begin < end)
        if (isdigit((unsigned char)*begin++)) return true;
    return false;
}

static const char *component_end(const char *begin)
{
    return begin + strcspn(begin, ".");
}

/* How much of a layer's name is its part's: its words up to the first with a number, and the next where that
 * has one too and is not the layer's own: "features.3", "layer1.0" of "layer1.0.conv1", "fc". */
static size_t part_length(const char *layer)
{
    const char *begin = layer, *end = component_end(begin);
    while (*end && !has_digit(begin, end)) begin = end + 1, end = component_end(begin);
    if (!has_digit(begin, end)) return strcspn(layer, ".");
    const char *next = *end ? component_end(end + 1) : end;
    return (size_t)((*next && has_digit(end + 1, next) ? next : end) - layer);
}

int lince_param_parts(lince_net *net, int *part)
{
    char current[LINCE_NAME_MAX] = "";
    int parts = 0;
    for (size_t i = 1; i < lince_net_nodes(net); i++) {
        const lince_layer *l = lince_net_layer(net, i);
        size_t length = part_length(l->name);
        bool norm = l->type->norm && !l->name[length],
             same = !strncmp(current, l->name, length) && !current[length];
        if (l->param_count && !same && !(norm && parts)) {
            snprintf(current, sizeof current, "%.*s", (int)length, l->name);
            parts++;
        }
        for (int p = 0; p < l->param_count; p++) *part++ = parts - 1;
    }
    return parts;
}

static int decay_by_layer(lince_net *net, double decay, lince_param_group *group)
{
    if (decay == 1) return 0;
    size_t count = lince_net_params(net);
    int *part = lince_alloc(count + 1, sizeof *part);
    if (!part) return LINCE_ENOMEM;
    int parts = lince_param_parts(net, part);
    for (size_t i = 0; i < count; i++) group[i].rate *= pow(decay, parts - 1 - part[i]);
    lince_free(part);
    return 0;
}

/* --- factors by name ------------------------------------------------------------------------------ */

typedef struct factor {
    char pattern[LINCE_NAME_MAX];
    double value;
} factor;

/* The next one of a list: 1, or 0 where there is none. */
static int next_factor(const char *option, const char **at, factor *f)
{
    size_t length = strcspn(*at, ","), name = strcspn(*at, "=,");
    const char *end;
    if (!length) return 0;
    bool read = (*at)[name] == '=' && name && name < sizeof f->pattern;
    if (read) {
        snprintf(f->pattern, sizeof f->pattern, "%.*s", (int)name, *at);
        end = lince_number_read(*at + name + 1, &f->value);
        read = end == *at + length && end > *at + name + 1 && isfinite(f->value) && f->value >= 0;
    }
    if (!read)
        return lince_fail(LINCE_EUSAGE,
                          "--%s %.*s: expected PATTERN=FACTOR, like 'classifier.*=10' or "
                          "'features.0.*=0'",
                          option, (int)length, *at);
    *at += length + ((*at)[length] == ',');
    return 1;
}

int lince_param_factors_check(const char *option, const char *factors)
{
    factor f;
    int code = 1;
    while (factors && code > 0) code = next_factor(option, &factors, &f);
    return factors ? code : 0;
}

/* The names of parameters and of what they are parts of: "features.0.weight", "features.0", "features". */
typedef struct name_list {
    char (*names)[LINCE_NAME_MAX];
    size_t count, capacity;
} name_list;

static const char *name_at(const void *context, size_t index)
{
    const name_list *list = context;
    return index < list->count ? list->names[index] : NULL;
}

static int add_name(name_list *list, const char *name)
{
    for (size_t length = strlen(name); length; length--) {
        if (name[length] && name[length] != '.') continue;
        LINCE_TRY(lince_grow(&list->names, &list->capacity, list->count + 1, sizeof *list->names));
        snprintf(list->names[list->count++], LINCE_NAME_MAX, "%.*s", (int)length, name);
    }
    return 0;
}

static bool may_be_trained(const lince_param *p)
{
    return !p->buffer && !p->fixed;
}

static int list_names(const lince_net *net, name_list *list)
{
    for (size_t i = 0; i < lince_net_params(net); i++)
        if (may_be_trained(lince_net_param(net, i))) LINCE_TRY(add_name(list, lince_net_param(net, i)->name));
    return 0;
}

static int matches_nothing(const lince_net *net, const char *option, const char *pattern)
{
    char word[LINCE_NAME_MAX];
    name_list list = {0};
    size_t length = strcspn(pattern, "*?[");
    while (length && pattern[length - 1] == '.') length--;
    snprintf(word, sizeof word, "%.*s", (int)length, pattern);
    int code = list_names(net, &list);
    const char *nearest = !code && *word ? lince_nearest(word, name_at, &list) : NULL;
    if (nearest)
        code = lince_fail(LINCE_EUSAGE, "--%s %s: no parameter is called so; did you mean %s?", option,
                          pattern, nearest);
    else if (!code)
        code = lince_fail(LINCE_EUSAGE, "--%s %s: no parameter is called so; the first is %s, the last %s",
                          option, pattern, lince_net_param(net, 0)->name,
                          lince_net_param(net, lince_net_params(net) - 1)->name);
    lince_free(list.names);
    return code;
}

/* value[param] becomes the factor of the last pattern that matches its name. */
static int read_factors(const lince_net *net, const char *option, const char *factors, double *value)
{
    factor f;
    int code = 0;
    while (factors && (code = next_factor(option, &factors, &f)) > 0) {
        bool matched = false;
        for (size_t i = 0; i < lince_net_params(net); i++) {
            const lince_param *p = lince_net_param(net, i);
            if (!may_be_trained(p) || fnmatch(f.pattern, p->name, 0) != 0) continue;
            value[i] = f.value;
            matched = true;
        }
        if (!matched) return matches_nothing(net, option, f.pattern);
    }
    return code;
}

static int multiply_rates(const lince_net *net, const lince_param_grouping *g, lince_param_group *group,
                          double *value)
{
    size_t count = lince_net_params(net);
    for (size_t i = 0; i < count; i++) value[i] = 1;
    LINCE_TRY(read_factors(net, "lr-factor", g->factors, value));
    for (size_t i = 0; i < count; i++) group[i].rate *= value[i];
    return 0;
}

static int set_decays(const lince_net *net, const lince_param_grouping *g, lince_param_group *group,
                      double *value)
{
    size_t count = lince_net_params(net);
    for (size_t i = 0; i < count; i++) value[i] = lince_net_param(net, i)->ndim > 1 || g->decay_norms;
    LINCE_TRY(read_factors(net, "decay-factor", g->decay_factors, value));
    for (size_t i = 0; i < count; i++) group[i].decay = value[i];
    return 0;
}

int lince_param_groups(lince_net *net, const lince_param_grouping *g, lince_param_group *group)
{
    size_t count = lince_net_params(net);
    for (size_t i = 0; i < count; i++)
        group[i].rate = lince_net_param(net, i)->head || g->backbone <= 0 ? 1 : g->backbone;
    LINCE_TRY(decay_by_layer(net, g->layer_decay, group));
    double *value = lince_alloc(count + 1, sizeof *value);
    if (!value) return LINCE_ENOMEM;
    int code = multiply_rates(net, g, group, value);
    if (!code) code = set_decays(net, g, group, value);
    lince_free(value);
    return code;
}
