/* What --augment takes: "none", "standard", or a list of names with values, "crop=4,affine=10:0.1,flip". */
#include "core/error.h"
#include "core/i18n.h"
#include "core/nearest.h"
#include "core/number.h"
#include "picture/augment/augment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char standard[] = "crop=4,flip";

typedef struct value {
    double least, most, usual;
    bool whole;
} value;

/* A name sets `count` values of an augmentation, from `first` on, to the values behind it or, where `same`,
 * all to one. Values that are left out are the usual ones. */
typedef struct entry {
    const char *name, *usage;
    lince_augmentation what;
    int first, count;
    bool same;
    const char *word; /* of the last value: stands for one of its own, one above `most`; NULL: none */
    value value[LINCE_AUGMENT_VALUES];
} entry;

#define ONE(n, u, w, ...)                                                        \
    {                                                                            \
        .name = n, .usage = u, .what = w, .count = 1, .value = { {__VA_ARGS__} } \
    }
#define SHARE(n, w, usual) ONE(n, n "=P", w, 0, 1, usual, false) /* a probability */
#define TWO(n, u, w, one, two)                                              \
    {                                                                       \
        .name = n, .usage = u, .what = w, .count = 2, .value = { one, two } \
    }
#define COLOUR(n, f, c, s, most, usual)                                                                 \
    {                                                                                                   \
        .name = n, .usage = n "=X", .what = LINCE_JITTER, .first = f, .count = c, .same = s, .value = { \
            {0, most, usual, false}                                                                     \
        }                                                                                               \
    }
#define V(...)      \
    {               \
        __VA_ARGS__ \
    }

static const entry table[] = {
    TWO("resized-crop", "resized-crop=LEAST:MOST", LINCE_RESIZED_CROP, V(0.01, 1, 0.08, false),
        V(0.01, 1, 1, false)),
    {.name = "crop",
     .usage = "crop=N[:reflect]",
     .what = LINCE_CROP,
     .count = 2,
     .word = "reflect",
     .value = {{0, 256, 4, true}, {LINCE_CROP_BLACK, LINCE_CROP_BLACK, LINCE_CROP_BLACK, true}}},
    {.name = "flip",
     .usage = "flip[=alternating]",
     .what = LINCE_FLIP,
     .count = 1,
     .word = "alternating",
     .value = {{0, LINCE_FLIP_RANDOM, LINCE_FLIP_RANDOM, true}}},
    ONE("translate", "translate=X", LINCE_TRANSLATE, 0, 1, 0.1, false),
    ONE("rotate", "rotate=DEGREES", LINCE_ROTATE, 0, 180, 15, false),
    {.name = "affine",
     .usage = "affine=DEGREES:SHIFT:SCALE:SHEAR",
     .what = LINCE_AFFINE,
     .count = 4,
     .value = {{0, 180, 10, false}, {0, 1, 0.1, false}, {0, 0.9, 0.1, false}, {0, 60, 5, false}}},
    COLOUR("jitter", LINCE_JITTER_BRIGHTNESS, 3, true, 1, 0.2),
    COLOUR("brightness", LINCE_JITTER_BRIGHTNESS, 1, false, 1, 0.2),
    COLOUR("contrast", LINCE_JITTER_CONTRAST, 1, false, 1, 0.2),
    COLOUR("saturation", LINCE_JITTER_SATURATION, 1, false, 1, 0.2),
    COLOUR("hue", LINCE_JITTER_HUE, 1, false, 0.5, 0.05),
    SHARE("grey", LINCE_GREY, 0.1),
    SHARE("blur", LINCE_BLUR, 0.5),
    TWO("sharpness", "sharpness=P:FACTOR", LINCE_SHARPNESS, V(0, 1, 0.5, false), V(0, 10, 2, false)),
    TWO("posterize", "posterize=P:BITS", LINCE_POSTERIZE, V(0, 1, 0.5, false), V(1, 8, 4, true)),
    TWO("solarize", "solarize=P:FROM", LINCE_SOLARIZE, V(0, 1, 0.5, false), V(0, 255, 128, false)),
    SHARE("autocontrast", LINCE_AUTOCONTRAST, 0.5),
    SHARE("equalize", LINCE_EQUALIZE, 0.5),
    SHARE("invert", LINCE_INVERT, 0.5),
    TWO("randaugment", "randaugment=N:MAGNITUDE", LINCE_RANDAUGMENT, V(1, 16, 2, true), V(0, 30, 9, true)),
    ONE("trivialaugment", "trivialaugment", LINCE_TRIVIALAUGMENT, 0, 1, 1, true),
    ONE("augmix", "augmix=SEVERITY", LINCE_AUGMIX, 1, 10, 3, true),
    SHARE("erase", LINCE_ERASE, 0.25),
};

enum { COUNT = sizeof table / sizeof *table, WORDS = 2 };
static const char *const words[WORDS] = {"none", "standard"};

const char *lince_augment_name(size_t index)
{
    return index < COUNT ? table[index].name : NULL;
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
    for (const entry *e = table; e < table + COUNT; e++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", e->usage);
    }
    return lince_fail(LINCE_EUSAGE, "--augment: expected none, standard or a list of %s; found '%s'", all,
                      copy);
}

static int fail_value(const entry *e, const value *v, int index, const char *word, size_t length)
{
    if (e->word && e->count == 1)
        return lince_fail(LINCE_EUSAGE, "--augment %.*s: expected %g, %g or %s", (int)length, word, v->least,
                          v->most, e->word);
    if (e->word && index == e->count - 1)
        return lince_fail(LINCE_EUSAGE, "--augment %.*s: expected %s", (int)length, word, e->usage);
    if (e->count == 1 || e->same)
        return lince_fail(LINCE_EUSAGE,
                          v->whole ? N_("--augment %.*s: expected a whole number from %g to %g")
                                   : N_("--augment %.*s: expected a number from %g to %g"),
                          (int)length, word, v->least, v->most);
    return lince_fail(LINCE_EUSAGE,
                      v->whole
                          ? N_("--augment %.*s: expected %s; value %d must be a whole number from %g to %g")
                          : N_("--augment %.*s: expected %s; value %d must be a number from %g to %g"),
                      (int)length, word, e->usage, index + 1, v->least, v->most);
}

static void set(lince_augment *a, const entry *e, int index, double number)
{
    for (int i = 0; i < (e->same ? e->count : 1); i++) a->of[e->what][e->first + index + i] = (float)number;
}

static bool is_word(const entry *e, const char *text, size_t length)
{
    return e->word && strlen(e->word) == length && !memcmp(text, e->word, length);
}

/* The values behind "name=", up to `end`. */
static int parse_values(lince_augment *a, const entry *e, const char *text, const char *word, size_t length)
{
    const char *end = word + length;
    for (int i = 0, count = e->same ? 1 : e->count;; i++) {
        if (i == count)
            return lince_fail(LINCE_EUSAGE, "--augment %.*s: too many values; expected %s", (int)length, word,
                              e->usage);
        double number;
        const value *v = &e->value[i];
        if (i == count - 1 && is_word(e, text, (size_t)(end - text))) {
            set(a, e, i, v->most + 1);
            return 0;
        }
        const char *rest = text < end ? lince_number_read(text, &number) : text;
        bool valid = rest > text && rest <= end && (rest == end || *rest == ':');
        if (!valid || !(number >= v->least && number <= v->most) || (v->whole && number != floor(number)))
            return fail_value(e, v, i, word, length);
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
    const entry *e = table;
    while (e < table + COUNT && (strlen(e->name) != name || memcmp(e->name, word, name) != 0)) e++;
    if (e == table + COUNT) return fail_unknown(word, (int)name);
    for (int i = 0; i < (e->same ? 1 : e->count); i++) set(a, e, i, e->value[i].usual);
    if (name < length) LINCE_TRY(parse_values(a, e, word + name + 1, word, length));
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
