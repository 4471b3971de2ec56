#include "data/index/part_names.h"
#include "core/hash.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

typedef struct part_word {
    const char *word;
    lince_part part;
} part_word;

static const part_word part_words[] = {
    {"train", LINCE_TRAIN}, {"training", LINCE_TRAIN}, {"test", LINCE_TEST},      {"testing", LINCE_TEST},
    {"val", LINCE_VAL},     {"valid", LINCE_VAL},      {"validation", LINCE_VAL}, {"dev", LINCE_VAL},
};

/* Of folders only: tables have these words in their names for other reasons, too ("course_eval.csv"). "eval"
 * is a test: where there is a validation part beside it, it is called "val" or "dev". */
static const part_word folder_words[] = {
    {"trn", LINCE_TRAIN},       {"tst", LINCE_TEST},     {"eval", LINCE_TEST},
    {"evaluation", LINCE_TEST}, {"pred", LINCE_TEST},    {"predict", LINCE_TEST},
    {"prediction", LINCE_TEST}, {"holdout", LINCE_TEST}, {"entrenamiento", LINCE_TRAIN},
    {"prueba", LINCE_TEST},     {"pruebas", LINCE_TEST}, {"validacion", LINCE_VAL},
    {"validación", LINCE_VAL},
};

/* What stands beside a part's name without saying more: behind it without a gap, too ("testset"). */
static const char *const picture_words[] = {"images", "image",  "imgs",     "img",      "pictures",
                                            "pics",   "photos", "photo",    "jpegs",    "jpegimages",
                                            "jpg",    "png",    "imagenes", "imágenes", "fotos"};
static const char *const other_words[] = {"set",      "sets",    "data",    "dataset", "split",   "part",
                                          "folder",   "final",   "x",       "seg",     "labels",  "label",
                                          "labelled", "labeled", "new",     "full",    "cropped", "resized",
                                          "metadata", "datos",   "conjunto"};

/* What lies beside the pictures of a class. */
static const char *const companion_words[] = {"mask",        "masks", "annotation",
                                              "annotations", "label", "labels"};

static bool is_one_of(const char *word, size_t length, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == length && !strncasecmp(word, words[i], length)) return true;
    return false;
}

#define IS_ONE_OF(word, length, words) is_one_of(word, length, words, sizeof words / sizeof *words)

static lince_part look_up(const char *word, size_t length, const part_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i].word) == length && !strncasecmp(word, words[i].word, length))
            return words[i].part;
    return LINCE_PARTS;
}

lince_part lince_part_named(const char *word, size_t length)
{
    return look_up(word, length, part_words, sizeof part_words / sizeof *part_words);
}

static lince_part folder_part_named(const char *word, size_t length)
{
    lince_part part = lince_part_named(word, length);
    if (part < LINCE_PARTS) return part;
    return look_up(word, length, folder_words, sizeof folder_words / sizeof *folder_words);
}

static bool says_nothing(const char *word, size_t length)
{
    return IS_ONE_OF(word, length, picture_words) || IS_ONE_OF(word, length, other_words);
}

/* As folder_part_named, of "trainset" and "testimages", too, and of imagesTr's and imagesTs' last letters. */
static lince_part part_of_word(const char *word, size_t length)
{
    enum { SHORTEST = 3 };
    lince_part part = folder_part_named(word, length);
    if (length == 2 && !memcmp(word, "Tr", 2)) return LINCE_TRAIN;
    if (length == 2 && !memcmp(word, "Ts", 2)) return LINCE_TEST;
    for (size_t n = SHORTEST; part == LINCE_PARTS && n < length; n++)
        if (says_nothing(word + n, length - n)) part = folder_part_named(word, n);
    return part;
}

/* Letters beyond ASCII are letters. */
static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The end of the word that begins at `begin`. */
static size_t word_end(const char *name, size_t begin, size_t length)
{
    size_t end = begin + 1;
    while (end < length && is_letter(name[end]) &&
           !(isupper((unsigned char)name[end]) && islower((unsigned char)name[end - 1])))
        end++;
    return end;
}

static uint64_t hash_word(uint64_t seed, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char small = (char)tolower((unsigned char)word[i]);
        seed = lince_hash(seed, &small, 1);
    }
    return lince_hash(seed, " ", 1);
}

lince_named_part lince_part_in(const char *name, size_t length)
{
    lince_named_part found = {.part = LINCE_PARTS, .sure = true};
    for (size_t at = 0, end; at < length; at = end) {
        end = at + 1;
        if (!is_letter(name[at])) continue;
        end = word_end(name, at, length);
        lince_part part = part_of_word(name + at, end - at);
        if (part < LINCE_PARTS) {
            found.part = part;
            continue;
        }
        found.sure = found.sure && says_nothing(name + at, end - at);
        found.rest = hash_word(found.rest, name + at, end - at);
    }
    if (length <= 2) found.part = LINCE_PARTS; /* a language, more likely */
    found.sure = found.sure && found.part < LINCE_PARTS;
    return found;
}

bool lince_names_pictures(const char *name, size_t length)
{
    return IS_ONE_OF(name, length, picture_words);
}

bool lince_names_contents(const char *name, size_t length)
{
    return lince_names_pictures(name, length) || IS_ONE_OF(name, length, companion_words);
}
