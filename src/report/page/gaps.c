#include "report/page/gaps.h"
#include "core/error.h"
#include "core/i18n.h"

#include <stdio.h>
#include <string.h>

static void add(const lince_gaps *gaps, char *list, size_t size, const char *warning)
{
    char text[2048];
    size_t used = strlen(list);
    snprintf(list + used, size - used, "%s%s", used ? "; " : "", lince_error());
    if (!gaps->observer || !gaps->observer->warning) return;
    snprintf(text, sizeof text, lince_translate(warning), lince_error());
    gaps->observer->warning(gaps->observer->context, text);
}

int lince_gaps_figure(lince_gaps *gaps, int code)
{
    if (code >= 0) return 0;
    add(gaps, gaps->figures, sizeof gaps->figures,
        code == LINCE_EUNSUPPORTED ? N_("there are no figures: %s") : N_("a figure is missing: %s"));
    return code == LINCE_EUNSUPPORTED ? code : 0;
}

void lince_gaps_pictures(lince_gaps *gaps, int code)
{
    if (code < 0)
        add(gaps, gaps->pictures, sizeof gaps->pictures,
            N_("what shows the samples themselves was not drawn: %s"));
}
