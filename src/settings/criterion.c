#include "settings/criterion.h"
#include "core/error.h"
#include "core/number.h"

#include <string.h>

static int check_number(const lince_settings *s, const lince_loss_type *of, const lince_loss_type *chosen)
{
    char value[LINCE_NUMBER_MAX];
    LINCE_TRY(lince_settings_get(s, of->setting, value, sizeof value));
    if (!strcmp(value, lince_setting_named(of->setting)->standard)) return 0;
    return lince_fail(
        LINCE_EUSAGE,
        "--%s %s: is a number of --loss %s, and the loss is %s; give --loss %s, or leave it out", of->setting,
        value, of->name, chosen->name, of->name);
}

static bool has_number(const lince_loss_type *type, const char *setting)
{
    return type->setting && !strcmp(type->setting, setting);
}

int lince_criterion(lince_loss *loss, const lince_settings *s)
{
    char value[LINCE_NUMBER_MAX];
    *loss = (lince_loss){.type = !strcmp(s->loss, "auto") ? &lince_cross_entropy : lince_loss_named(s->loss)};
    if (!loss->type) return LINCE_EUSAGE;
    for (size_t i = 0; lince_loss_at(i); i++)
        if (lince_loss_at(i)->setting && !has_number(loss->type, lince_loss_at(i)->setting))
            LINCE_TRY(check_number(s, lince_loss_at(i), loss->type));
    if (!loss->type->setting) return 0;
    LINCE_TRY(lince_settings_get(s, loss->type->setting, value, sizeof value));
    lince_number_read(value, &loss->number);
    return 0;
}

bool lince_same_criterion(const lince_settings *a, const lince_settings *b)
{
    lince_loss x, y;
    return !lince_criterion(&x, a) && !lince_criterion(&y, b) && x.type == y.type && x.number == y.number;
}
