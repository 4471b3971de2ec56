#include "text/encoder.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "text/breaks.h"

#include <stdio.h>
#include <string.h>

int lince_encoder_init(lince_encoder *e, const lince_encoder_options *options)
{
    *e = (lince_encoder){.options = *options};
    int code = lince_splitter_new(&e->splitter, &options->words);
    if (!code) code = lince_vocabulary_init(&e->vocabulary);
    if (code) lince_encoder_release(e);
    return code;
}

void lince_encoder_release(lince_encoder *e)
{
    lince_splitter_free(e->splitter);
    lince_vocabulary_release(&e->vocabulary);
    lince_words_release(&e->words);
    *e = (lince_encoder){0};
}

int lince_encode(lince_encoder *e, const char *text, int32_t *tokens, lince_encoded *encoded)
{
    size_t most = (size_t)e->options.max_tokens, unknown = 0;
    LINCE_TRY(lince_split_words(e->splitter, text, &e->words));
    size_t n = e->words.count < most ? e->words.count : most;
    for (size_t i = 0; i < n; i++) {
        tokens[i] = lince_vocabulary_find(&e->vocabulary, lince_word_at(&e->words, i));
        unknown += tokens[i] == LINCE_UNK;
    }
    if (!n) tokens[n++] = LINCE_UNK;
    if (encoded) *encoded = (lince_encoded){e->words.count, unknown};
    return (int)n;
}

/* --- as JSON -------------------------------------------------------------------------------------- */

int lince_encoder_write(const lince_encoder *e, char **options, char **vocabulary)
{
    const lince_encoder_options *o = &e->options;
    json_t *words = json_array();
    *options = *vocabulary = NULL;
    for (size_t i = 0; i < e->vocabulary.size; i++)
        lince_json_add(&words, lince_json_string(e->vocabulary.words[i]));
    LINCE_TRY(lince_json_text(words, JSON_COMPACT, vocabulary));
    bool characters = o->words.characters || !lince_has_dictionaries();
    int rules = o->words.rules ? (int)o->words.rules : LINCE_RULES_SCRIPTS;
    return lince_json_text(
        lince_json_pack("{s:s, s:i, s:s, s:s, s:s, s:i}", "clean", lince_cleaning_name(o->words.clean),
                        "rules", rules, "breaks", characters ? "characters" : "dictionary", "stop_words",
                        o->words.stop_words, "stem", o->words.stem, "max_tokens", o->max_tokens),
        JSON_COMPACT, options);
}

/* The document of one of the metadata; NULL where it is none. */
static int parse(const char *text, json_t **json)
{
    int code = lince_json_parse(text, strlen(text), 0, json, NULL);
    return code == LINCE_EFORMAT ? 0 : code;
}

static int wrong(const char *path, const char *what)
{
    return lince_fail(LINCE_EDATA, "%s: its metadata '%s' is not as lince writes it", path, what);
}

int lince_encoder_read_options(lince_encoder_options *o, const char *text, const char *path)
{
    const char *clean, *stop, *stem, *breaks = "";
    int rules = LINCE_RULES_BLANKS; /* of models that say nothing of them */
    json_t *json;
    *o = (lince_encoder_options){0};
    LINCE_TRY(parse(text, &json));
    bool whole = json && !json_unpack(json, "{s:s, s?i, s?s, s:s, s:s, s:i}", "clean", &clean, "rules",
                                      &rules, "breaks", &breaks, "stop_words", &stop, "stem", &stem,
                                      "max_tokens", &o->max_tokens);
    whole = whole && (rules == LINCE_RULES_BLANKS || rules == LINCE_RULES_SCRIPTS);
    bool dictionary = whole && !strcmp(breaks, "dictionary");
    whole = whole && !lince_cleaning_named(clean, &o->words.clean) && o->max_tokens >= 1 &&
            o->max_tokens <= LINCE_TOKENS_MAX && strlen(stop) < sizeof o->words.stop_words &&
            strlen(stem) < sizeof o->words.stem;
    if (whole) {
        strcpy(o->words.stop_words, stop);
        strcpy(o->words.stem, stem);
        o->words.rules = (lince_words_rules)rules;
        o->words.characters = !dictionary;
    }
    json_decref(json);
    if (dictionary && !lince_has_dictionaries())
        return lince_fail(LINCE_EUNSUPPORTED,
                          "%s: its words were found by ICU's dictionaries; this lince is built without them",
                          path);
    return whole ? 0 : wrong(path, "lince.text");
}

static int read_vocabulary(lince_vocabulary *v, const char *text, const char *path)
{
    json_t *words;
    LINCE_TRY(parse(text, &words));
    size_t count = json_array_size(words);
    int code = 0;
    for (size_t i = 0; i < count && !code; i++) {
        const char *word = json_string_value(json_array_get(words, i));
        if (!word || (i < v->size && strcmp(word, v->words[i]) != 0))
            code = wrong(path, "lince.vocabulary");
        else if (i >= LINCE_FIRST_WORD)
            code = lince_vocabulary_add(v, word);
    }
    json_decref(words);
    return code ? code : count < LINCE_FIRST_WORD ? wrong(path, "lince.vocabulary") : 0;
}

int lince_encoder_read(lince_encoder *e, const char *options, const char *vocabulary, const char *path)
{
    lince_encoder_options o;
    *e = (lince_encoder){0};
    LINCE_TRY(lince_encoder_read_options(&o, options, path));
    LINCE_TRY(lince_encoder_init(e, &o));
    int code = read_vocabulary(&e->vocabulary, vocabulary, path);
    if (code) lince_encoder_release(e);
    return code;
}
