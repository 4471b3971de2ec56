/* What --augment takes: "none", "standard", or a list of names with values, "crop=4,affine=10:0.1,flip". */
#include "core/error.h"
#include "core/i18n.h"
#include "core/nearest.h"
#include "core/number.h"
#include "picture/augment/row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char standard[] = "crop=4,flip";

/* All names, whichever augmentation is theirs. */
typedef struct entry {
    lince_augmentation what;
    const lince_augment_word *is; /* NULL: there is no such */
} entry;

static entry entry_at(size_t index)
{
    for (int what = 0; what < LINCE_AUGMENTATIONS; what++) {
        const lince_augment_word *words = lince_augmentation_at((lince_augmentation)what)->names;
        for (; words->name; words++)
            if (!index--) return (entry){(lince_augmentation)what, words};
    }
    return (entry){0};
}

enum { WORDS = 2 };
static const char *const words[WORDS] = {"none", "standard"};

const char *lince_augment_name(size_t index)
{
    const lince_augment_word *is = entry_at(index).is;
    return is ? is->name : NULL;
}

static const char *known(const void *context, size_t index)
{
    (void)context;
    return index < WORDS ? words[index] : lince_augment_name(index - WORDS);
}

static int fail_unknown(const char *word, int length)
{
    char copy[64], all[640] = "";
    if ((size_t)length >= sizeof copy) length = sizeof copy - 1;
    memcpy(copy, word, (size_t)length);
    copy[length] = '\0';
    const char *nearest = length ? lince_nearest(copy, known, NULL) : NULL;
    if (nearest)
        return lince_fail(LINCE_EUSAGE, "--augment: unknown '%s'; did you mean '%s'?", copy, nearest);
    const lince_augment_word *is;
    for (size_t i = 0; (is = entry_at(i).is); i++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", is->usage);
    }
    return lince_fail(LINCE_EUSAGE, "--augment: expected none, standard or a list of %s; found '%s'", all,
                      copy);
}

static int fail_value(const lince_augment_word *e, int index, const char *word, size_t length)
{
    double least = e->value[index].least, most = e->value[index].most;
    bool whole = e->value[index].whole;
    if (e->word && e->count == 1)
        return lince_fail(LINCE_EUSAGE, "--augment %.*s: expected %g, %g or %s", (int)length, word, least,
                          most, e->word);
    if (e->word && index == e->count - 1)
        return lince_fail(LINCE_EUSAGE, "--augment %.*s: expected %s", (int)length, word, e->usage);
    if (e->count == 1 || e->same)
        return lince_fail(LINCE_EUSAGE,
                          whole ? N_("--augment %.*s: expected a whole number from %g to %g")
                                : N_("--augment %.*s: expected a number from %g to %g"),
                          (int)length, word, least, most);
    return lince_fail(LINCE_EUSAGE,
                      whole ? N_("--augment %.*s: expected %s; value %d must be a whole number from %g to %g")
                            : N_("--augment %.*s: expected %s; value %d must be a number from %g to %g"),
                      (int)length, word, e->usage, index + 1, least, most);
}

static void set(lince_augment *a, const entry *e, int index, double number)
{
    float *of = a->of[e->what] + e->is->first + index;
    for (int i = 0; i < (e->is->same ? e->is->count : 1); i++) of[i] = (float)number;
}

static bool is_word(const lince_augment_word *e, const char *text, size_t length)
{
    return e->word && strlen(e->word) == length && !memcmp(text, e->word, length);
}

/* The values behind "name=", up to `end`. */
static int parse_values(lince_augment *a, const entry *e, const char *text, const char *word, size_t length)
{
    const char *end = word + length;
    for (int i = 0, count = e->is->same ? 1 : e->is->count;; i++) {
        if (i == count)
            return lince_fail(LINCE_EUSAGE, "--augment %.*s: too many values; expected %s", (int)length, word,
                              e->is->usage);
        double number;
        double most = e->is->value[i].most;
        if (i == count - 1 && is_word(e->is, text, (size_t)(end - text))) {
            set(a, e, i, most + 1);
            return 0;
        }
        const char *rest = text < end ? lince_number_read(text, &number) : text;
        bool valid = rest > text && rest <= end && (rest == end || *rest == ':');
        if (!valid || !(number >= e->is->value[i].least && number <= most) ||
            (e->is->value[i].whole && number != floor(number)))
            return fail_value(e->is, i, word, length);
        set(a, e, i, number);
        if (rest == end) return 0;
        text = rest + 1;
    }
}

/* One "name" or "name=value:value" of `length` bytes. */
static int parse_one(lince_augment *a, const char *word, size_t length)
{
    size_t name = 0;
    while (name < length && word[name] != '=') name++;
    size_t index = 0;
    entry e;
    while ((e = entry_at(index)).is && (strlen(e.is->name) != name || memcmp(e.is->name, word, name) != 0))
        index++;
    if (!e.is) return fail_unknown(word, (int)name);
    for (int i = 0; i < (e.is->same ? 1 : e.is->count); i++) set(a, &e, i, e.is->value[i].usual);
    if (name < length) LINCE_TRY(parse_values(a, &e, word + name + 1, word, length));
    const float *part = a->of[LINCE_RESIZED_CROP];
    if (part[0] > part[1])
        return lince_fail(LINCE_EUSAGE, "--augment %.*s: %g is more than %g", (int)length, word,
                          (double)part[0], (double)part[1]);
    return 0;
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
