#include "core/error.h"
#include "core/nearest.h"
#include "core/number.h"
#include "sound/augment/row.h"

#include <stdio.h>
#include <string.h>

static const char standard[] = "shift,gain,time-mask,band-mask";

static const lince_sound_augmentation_row *const rows[] = {
#define SOUND_AUGMENTATION(what, row) [what] = &row,
#include "sound/augment/list.def"
};

/* --- reading -------------------------------------------------------------------------------------- */

const char *lince_sound_augment_name(size_t index)
{
    return index < LINCE_SOUND_AUGMENTATIONS ? rows[index]->name : NULL;
}

static const char *known(const void *context, size_t index)
{
    (void)context;
    return lince_sound_augment_name(index);
}

static int fail_unknown(const char *word, size_t length)
{
    char copy[64], all[320] = "";
    snprintf(copy, sizeof copy, "%.*s", (int)(length < sizeof copy ? length : sizeof copy - 1), word);
    const char *nearest = length ? lince_nearest(copy, known, NULL) : NULL;
    if (nearest)
        return lince_fail(LINCE_EUSAGE, "--sound-augment: unknown '%s'; did you mean '%s'?", copy, nearest);
    for (size_t i = 0; i < LINCE_SOUND_AUGMENTATIONS; i++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", rows[i]->usage);
    }
    return lince_fail(LINCE_EUSAGE, "--sound-augment: expected none, standard or a list of %s; found '%s'",
                      all, copy);
}

/* The values behind "name=", up to the end of the word. */
static int parse_values(const lince_sound_augmentation_row *row, float *v, const char *word, size_t name,
                        size_t length)
{
    const char *at = word + name + 1, *end = word + length;
    for (int i = 0; i < row->count && at <= end; i++) {
        double number;
        const char *rest = at < end ? lince_number_read(at, &number) : at;
        bool valid = rest > at && rest <= end && (rest == end || *rest == ':');
        if (!valid || !(number >= row->value[i].least && number <= row->value[i].most))
            return lince_fail(LINCE_EUSAGE,
                              "--sound-augment %.*s: expected %s; value %d must be a number from %g to %g",
                              (int)length, word, row->usage, i + 1, row->value[i].least, row->value[i].most);
        v[i] = (float)number;
        at = rest + 1;
    }
    return at > end ? 0
                    : lince_fail(LINCE_EUSAGE, "--sound-augment %.*s: too many values; expected %s",
                                 (int)length, word, row->usage);
}

static int parse_one(lince_sound_augment *a, const char *word, size_t length)
{
    size_t name = 0, i = 0;
    while (name < length && word[name] != '=') name++;
    while (i < LINCE_SOUND_AUGMENTATIONS &&
           (strlen(rows[i]->name) != name || memcmp(rows[i]->name, word, name) != 0))
        i++;
    if (i == LINCE_SOUND_AUGMENTATIONS) return fail_unknown(word, name);
    for (int k = 0; k < rows[i]->count; k++) a->of[i][k] = (float)rows[i]->value[k].usual;
    a->used[i] = true;
    return name < length ? parse_values(rows[i], a->of[i], word, name, length) : 0;
}

int lince_sound_augment_parse(lince_sound_augment *augment, const char *text)
{
    *augment = (lince_sound_augment){0};
    if (!text || !strcmp(text, "none")) return 0;
    if (!strcmp(text, "standard")) text = standard;
    for (;;) {
        size_t length = strcspn(text, ",");
        LINCE_TRY(parse_one(augment, text, length));
        if (!text[length]) return 0;
        text += length + 1;
    }
}

/* --- doing ---------------------------------------------------------------------------------------- */

bool lince_sound_augments_wave(const lince_sound_augment *a)
{
    for (size_t i = 0; i < LINCE_SOUND_AUGMENTATIONS; i++)
        if (a->used[i] && rows[i]->wave) return true;
    return false;
}

bool lince_sound_augments(const lince_sound_augment *a)
{
    for (size_t i = 0; i < LINCE_SOUND_AUGMENTATIONS; i++)
        if (a->used[i]) return true;
    return false;
}

/* What a row draws does not depend on which others there are. */
static lince_random random_of(const lince_occasion *occasion, size_t row)
{
    return lince_random_at(lince_key(lince_occasion_key(occasion), LINCE_STREAM_AUGMENT, row, 0));
}

void lince_sound_augment_wave(const lince_sound_augment *a, const lince_occasion *occasion, float *samples,
                              size_t n)
{
    for (size_t i = 0; i < LINCE_SOUND_AUGMENTATIONS; i++) {
        if (!a->used[i] || !rows[i]->wave) continue;
        lince_random random = random_of(occasion, i);
        rows[i]->wave(&random, a->of[i], samples, n);
    }
}

void lince_sound_augment_map(const lince_sound_augment *a, const lince_occasion *occasion, size_t bands,
                             size_t frames, float *x)
{
    for (size_t i = 0; i < LINCE_SOUND_AUGMENTATIONS; i++) {
        if (!a->used[i] || !rows[i]->map) continue;
        lince_random random = random_of(occasion, i);
        rows[i]->map(&random, a->of[i], bands, frames, x);
    }
}
