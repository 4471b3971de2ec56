#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct parsing {
    const option_spec *specs;
    lince_settings *settings;
    const lince_setting_info *lists[8]; /* settings of several values that were given already */
    int list_count;
    bool words; /* NAME=VALUE without dashes is no setting, but an argument */
} parsing;

static const char *name_at(const void *context, size_t index)
{
    const parsing *p = context;
    size_t count = 0;
    for (const option_spec *s = p->specs; s->name; s++, count++)
        if (count == index) return s->name;
    const lince_setting_info *info = p->settings ? lince_setting_at(index - count) : NULL;
    return info ? info->name : NULL;
}

static const option_spec *find_spec(const parsing *p, const char *name)
{
    if (!strcmp(name, "h")) name = "help";
    for (const option_spec *s = p->specs; s->name; s++)
        if (!strcmp(s->name, name)) return s;
    return NULL;
}

static const lince_setting_info *find_setting(const parsing *p, const char *name)
{
    return p->settings ? lince_setting_named(name) : NULL;
}

static int unknown(const parsing *p, const char *name)
{
    const char *nearest = lince_nearest(name, name_at, p);
    if (nearest) return cli_error(LINCE_EUSAGE, "unknown option --%s; did you mean --%s?", name, nearest);
    return cli_error(LINCE_EUSAGE, "unknown option --%s; --help lists the options", name);
}

/* A list that was given before on this command line grows: what a file said of it is replaced. */
static int set_setting(parsing *p, const lince_setting_info *info, const char *value)
{
    char joined[SETTING_MAX];
    bool again = false;
    if (!info->list) return lince_settings_set(p->settings, info->name, value);
    for (int i = 0; i < p->list_count; i++) again = again || p->lists[i] == info;
    if (!again) {
        if (p->list_count < (int)(sizeof p->lists / sizeof *p->lists)) p->lists[p->list_count++] = info;
        return lince_settings_set(p->settings, info->name, value);
    }
    int code = lince_settings_get(p->settings, info->name, joined, sizeof joined);
    if (code) return code;
    size_t used = strlen(joined), more = (size_t)snprintf(joined + used, sizeof joined - used, ",%s", value);
    if (used + more >= sizeof joined)
        return cli_error(LINCE_EUSAGE, "--%s: its value has %zu bytes, and there is room for %zu", info->name,
                         used + more, sizeof joined);
    return lince_settings_set(p->settings, info->name, joined);
}

/* "--epochs" where a value should be: the value is missing. */
static bool names_option(const parsing *p, const char *text)
{
    return !strncmp(text, "--", 2) && (find_spec(p, text + 2) || find_setting(p, text + 2));
}

/* A path without a letter comes of a shell's variable that nobody has set: what was asked for was not nothing. */
static bool is_no_path(const char *kind, const char *text)
{
    return !*text && kind &&
           (!strcmp(kind, "PATH") || !strcmp(kind, "DIR") || !strcmp(kind, "FILE") ||
            !strncmp(kind, "*.", 2));
}

static void set_text(const option_spec *spec, const char *value)
{
    size_t length = strlen(spec->value);
    const char **text = spec->text;
    bool again = length > 3 && !strcmp(spec->value + length - 3, "...");
    while (again && *text) text++;
    *text = value;
}

/* Sets option `name` (--lang is every command's, and train's a setting); *value is NULL where none was
 * attached, and then *next may serve. 1: next was used. */
static int set(parsing *p, const char *name, const char *value, const char *next)
{
    const option_spec *spec = find_spec(p, name);
    const lince_setting_info *info = spec ? NULL : find_setting(p, name);
    bool negated =
        !spec && !info && !strncmp(name, "no-", 3) && (info = find_setting(p, name + 3)) && !info->value;
    bool language = !spec && !info && !strcmp(name, "lang");
    if (!spec && !info && !language) return unknown(p, name);
    bool is_switch = !language && (spec ? !spec->value : !info->value);
    if (is_switch) {
        if (value && (spec || negated)) return cli_error(LINCE_EUSAGE, "--%s takes no value", name);
        if (!spec) return lince_settings_set(p->settings, info->name, negated ? "no" : value ? value : "yes");
        *spec->flag = true;
        return 0;
    }
    const char *given = value ? value : next;
    char words[SETTING_VALUE_MAX];
    const char *kind = spec ? spec->value : info ? info->value : NULL;
    if (!given || (!value && names_option(p, given)) || is_no_path(kind, given))
        return cli_error(LINCE_EUSAGE, "--%s: a value is missing (%s)", name,
                         spec       ? lince_translate(spec->value)
                         : language ? "en|es|auto"
                                    : cli_setting_value(info, words));
    int code = 0;
    if (language)
        code = lince_language_set(given);
    else if (spec)
        set_text(spec, given);
    else
        code = set_setting(p, info, given);
    return code ? code : !value;
}

/* What is no option: data, in a command that trains. */
static int refuse_argument(const parsing *p, const char *name, const argument_list *list, const char *arg)
{
    if (list) return cli_error(LINCE_EUSAGE, "%s: too many arguments, from '%s' on", name, arg);
    if (!p->settings) return cli_error(LINCE_EUSAGE, "%s: '%s' is not an option", name, arg);
    return cli_error(LINCE_EUSAGE, "%s: '%s' is not an option; did you mean --data %s?", name, arg, arg);
}

static int parse(parsing *p, int argc, char **argv, argument_list *arguments)
{
    bool options = true;
    if (arguments) arguments->count = 0;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i], *equals = strchr(arg, '=');
        bool dashed = arg[0] == '-' && arg[1];
        if (options && !strcmp(arg, "--")) {
            options = false;
            continue;
        }
        char name[64];
        const char *begin = arg + (dashed ? 1 + (arg[1] == '-') : 0);
        size_t length = equals ? (size_t)(equals - begin) : strlen(begin);
        snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), begin);
        bool bare = !dashed && equals && (find_spec(p, name) || (!p->words && find_setting(p, name)));
        if (!options || (!dashed && !bare)) {
            if (!arguments || arguments->count == arguments->most)
                return refuse_argument(p, argv[0], arguments, arg);
            arguments->at[arguments->count++] = arg;
            continue;
        }
        int used = set(p, name, equals ? equals + 1 : NULL, i + 1 < argc ? argv[i + 1] : NULL);
        if (used < 0) return cli_error(used, "%s: %s", argv[0], lince_error());
        i += used;
    }
    return 0;
}

int cli_parse(int argc, char **argv, const option_spec *specs, lince_settings *settings,
              argument_list *arguments)
{
    return parse(&(parsing){.specs = specs, .settings = settings}, argc, argv, arguments);
}

int cli_parse_words(int argc, char **argv, const option_spec *specs, lince_settings *settings,
                    argument_list *arguments)
{
    return parse(&(parsing){.specs = specs, .settings = settings, .words = true}, argc, argv, arguments);
}

int cli_whole(const char *option, const char *text, int *value)
{
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end || errno || number < 0 || number > INT_MAX)
        return cli_error(LINCE_EUSAGE, "--%s: expected a whole number, not '%s'", option, text);
    *value = (int)number;
    return 0;
}

int cli_positive(const whole_option *options, size_t count)
{
    int code = 0;
    for (size_t i = 0; !code && i < count; i++)
        if (options[i].text && !(code = cli_whole(options[i].option, options[i].text, options[i].value)) &&
            !*options[i].value)
            code = cli_error(LINCE_EUSAGE, "--%s: expected 1 or more", options[i].option);
    return code;
}

int cli_number(const char *option, const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    if (end == text || *end || !isfinite(*value))
        return cli_error(LINCE_EUSAGE, "--%s: expected a number, found '%s'", option, text);
    return 0;
}
