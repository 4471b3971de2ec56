#include "modality/passport.h"
#include "core/error.h"
#include "core/memory.h"

#include <assert.h>

int lince_passport_take(lince_passport *p, const char *key, char *value)
{
    if (!value) return lince_fail(LINCE_ENOMEM, "out of memory for the model's description");
    assert(p->count < LINCE_PASSPORT_MAX);
    p->list[p->count++] = (lince_metadata){key, value};
    return 0;
}

int lince_passport_put(lince_passport *p, const char *key, const char *value)
{
    return lince_passport_take(p, key, lince_strdup(value));
}

void lince_passport_release(lince_passport *p)
{
    for (size_t i = 0; i < p->count; i++) lince_free((char *)(size_t)p->list[i].value);
    *p = (lince_passport){0};
}
