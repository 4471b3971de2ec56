#include "data/index/name_groups.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"

#include <regex.h>
#include <string.h>

enum { LONGEST = 4096 /* bytes of a pattern */ };

typedef struct grouping {
    lince_dataset *dataset;
    const char *pattern;
    regex_t regex;
    size_t unmatched;
    const char *first; /* of them */
} grouping;

static const char *matched_part(const grouping *g, const char *name)
{
    const char *slash = strchr(g->pattern, '/') ? NULL : strrchr(name, '/');
    return slash ? slash + 1 : name;
}

static int group_one(grouping *g, lince_sample *sample)
{
    regmatch_t match[2] = {{-1, -1}, {-1, -1}};
    const char *name = matched_part(g, sample->name);
    int code = regexec(&g->regex, name, 2, match, 0);
    if (code == REG_ESPACE) return lince_fail(LINCE_ENOMEM, "--group-pattern %s: out of memory", g->pattern);
    const regmatch_t *found = match[1].rm_so >= 0 ? &match[1] : &match[0];
    if (code || found->rm_eo <= found->rm_so) {
        if (!g->unmatched++) g->first = sample->name;
        return 0;
    }
    char *group = lince_strndup(name + found->rm_so, (size_t)(found->rm_eo - found->rm_so));
    if (!group) return LINCE_ENOMEM;
    sample->group = lince_names_add(&g->dataset->names, group);
    lince_free(group);
    return sample->group ? 0 : LINCE_ENOMEM;
}

static int group_all(grouping *g)
{
    size_t all = 0;
    for (int p = 0; p < LINCE_PARTS; p++) {
        lince_samples *samples = &g->dataset->parts[p];
        all += samples->count;
        for (size_t i = 0; i < samples->count; i++) LINCE_TRY(group_one(g, &samples->at[i]));
    }
    if (all && g->unmatched == all)
        return lince_fail(LINCE_EUSAGE, "--group-pattern %s: matches no file's name; the first: %s",
                          g->pattern, g->first);
    g->dataset->grouped = true;
    if (!g->unmatched) return 0;
    return lince_dataset_add_note(
        g->dataset,
        _("samples whose name --group-pattern does not match, so that each stands for itself: %zu, "
          "the first: %s"),
        g->unmatched, g->first);
}

int lince_dataset_group_by_name(lince_dataset *dataset, const char *pattern)
{
    char why[256];
    grouping g = {.dataset = dataset, .pattern = pattern};
    if (strlen(pattern) > LONGEST)
        return lince_fail(LINCE_EUSAGE, "--group-pattern: expected at most %d bytes, found %zu", LONGEST,
                          strlen(pattern));
    int code = regcomp(&g.regex, pattern, REG_EXTENDED);
    if (code) {
        regerror(code, &g.regex, why, sizeof why);
        return lince_fail(LINCE_EUSAGE, "--group-pattern %s: not a regular expression: %s", pattern, why);
    }
    code = group_all(&g);
    regfree(&g.regex);
    return code;
}
