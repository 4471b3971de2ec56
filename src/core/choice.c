#include "core/choice.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/nearest.h"

#include <string.h>

int lince_choice_check(const char *setting, const char *text, lince_name_at *name_at, const void *context)
{
    lince_buffer all = {0};
    const char *name, *nearest = lince_nearest(text, name_at, context);
    for (size_t i = 0; (name = name_at(context, i)); i++) {
        if (!strcmp(name, text)) {
            lince_buffer_release(&all);
            return 0;
        }
        lince_buffer_printf(&all, i ? "|%s" : "%s", name);
    }
    int code = all.error;
    if (!code && nearest)
        code = lince_fail(LINCE_EUSAGE, "--%s %s: expected one of %s; did you mean %s?", setting, text,
                          all.data, nearest);
    else if (!code)
        code = lince_fail(LINCE_EUSAGE, "--%s %s: expected one of %s", setting, text, all.data);
    lince_buffer_release(&all);
    return code;
}
