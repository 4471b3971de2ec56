/* What --augment takes: "none", "standard", or a list of names with values, "crop=4,flip,erase=0.25". */
#include "core/error.h"
#include "core/i18n.h"
#include "core/nearest.h"
#include "core/number.h"
#include "data/transform.h"

#include <math.h>
#include <string.h>

static const char standard[] = "crop=4,flip";

static void set_crop(lince_augment *a, double v)
{
    a->crop = (int)v;
}

static void set_flip(lince_augment *a, double v)
{
    a->flip = v != 0;
}

static void set_translate(lince_augment *a, double v)
{
    a->translate = (float)v;
}

static void set_jitter(lince_augment *a, double v)
{
    a->jitter = (float)v;
}

static void set_erase(lince_augment *a, double v)
{
    a->erase = (float)v;
}

/* `usual`: the value of a name that stands alone. */
static const struct entry {
    const char *name;
    double most, usual;
    bool whole;
    void (*set)(lince_augment *a, double value);
} table[] = {
    {"crop", 256, 4, true, set_crop},
    {"flip", 1, 1, true, set_flip},
    {"translate", 1, 0.1, false, set_translate},
    {"jitter", 1, 0.2, false, set_jitter},
    {"erase", 1, 0.25, false, set_erase},
};

enum { COUNT = sizeof table / sizeof *table };

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    return index < COUNT ? table[index].name : NULL;
}

static int fail_unknown(const char *word, int length)
{
    char copy[64];
    if ((size_t)length >= sizeof copy) length = sizeof copy - 1;
    memcpy(copy, word, (size_t)length);
    copy[length] = '\0';
    const char *nearest = length ? lince_nearest(copy, name_at, NULL) : NULL;
    if (nearest)
        return lince_fail(LINCE_EUSAGE, "--augment: unknown '%s'; did you mean '%s'?", copy, nearest);
    return lince_fail(LINCE_EUSAGE,
                      "--augment: expected none, standard or a list of crop=N, flip, translate=X, jitter=X, "
                      "erase=X; found '%s'",
                      copy);
}

/* One "name" or "name=value" of `length` bytes. */
static int parse_one(lince_augment *a, const char *word, size_t length)
{
    size_t name = 0;
    while (name < length && word[name] != '=') name++;
    const struct entry *e = table;
    while (e < table + COUNT && (strlen(e->name) != name || memcmp(e->name, word, name) != 0)) e++;
    if (e == table + COUNT) return fail_unknown(word, (int)name);
    double value = e->usual;
    const char *number = word + name + 1;
    bool valid =
        name == length || (number < word + length && lince_number_read(number, &value) == word + length);
    if (!valid || !(value >= 0 && value <= e->most) || (e->whole && value != floor(value)))
        return lince_fail(LINCE_EUSAGE,
                          e->whole ? N_("--augment %.*s: expected a whole number from 0 to %g")
                                   : N_("--augment %.*s: expected a number from 0 to %g"),
                          (int)length, word, e->most);
    e->set(a, value);
    return 0;
}

bool lince_augments(const lince_augment *a)
{
    return a->crop || a->flip || a->translate > 0 || a->jitter > 0 || a->erase > 0;
}

int lince_augment_parse(lince_augment *augment, const char *text)
{
    *augment = (lince_augment){0};
    if (!text || !strcmp(text, "none")) return 0;
    if (!strcmp(text, "standard")) text = standard;
    for (;;) {
        size_t length = strcspn(text, ",");
        LINCE_TRY(parse_one(augment, text, length));
        if (!text[length]) return 0;
        text += length + 1;
    }
}
