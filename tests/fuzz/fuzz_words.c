/* Any bytes as a text: split without complaint, whatever they are, and the same words each time. */
#include "core/memory.h"
#include "text/words.h"

#include <lince/error.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static void split(lince_splitter *splitter, const char *text, lince_words *words)
{
    if (lince_split_words(splitter, text, words) < 0) abort();
    for (size_t i = 0; i < words->count; i++) {
        size_t length = strlen(lince_word_at(words, i));
        if (!length || length > LINCE_WORD_MAX || words->begin[i] + length >= words->text.size) abort();
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    static const lince_words_options ways[] = {
        {.clean = LINCE_CLEAN_WORDS},
        {.clean = LINCE_CLEAN_WORDS, .characters = true},
        {.clean = LINCE_CLEAN_WORDS, .rules = LINCE_RULES_BLANKS},
        {.clean = LINCE_CLEAN_WORDS, .stop_words = "english", .stem = "english"},
        {.clean = LINCE_CLEAN_TWEETS, .stem = "spanish"},
        {.clean = LINCE_CLEAN_NONE}};
    char *text = lince_strndup((const char *)bytes, size);
    if (!text) abort();
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        lince_splitter *splitter;
        lince_words words = {0}, again = {0};
        if (lince_splitter_new(&splitter, &ways[i]) < 0) abort();
        split(splitter, text, &words);
        split(splitter, text, &again);
        if (words.count != again.count || words.text.size != again.text.size ||
            (words.count && memcmp(words.text.data, again.text.data, words.text.size) != 0))
            abort();
        lince_words_release(&words);
        lince_words_release(&again);
        lince_splitter_free(splitter);
    }
    lince_free(text);
    return 0;
}
