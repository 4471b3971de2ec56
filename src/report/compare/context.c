/* The texts of a comparison, and all that is found out about them. */
#include "report/compare/context.h"
#include "core/error.h"
#include "core/memory.h"
#include "report/explain/reopen.h"
#include "text/turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the texts ------------------------------------------------------------------------------------ */

/* Of the first run whose data can be read as they were. */
static int open_data(lince_context *x, const lince_comparison *c)
{
    int code = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (!(code = lince_reopen_data(&c->facts[i], &x->dataset))) return 0;
        lince_dataset_free(x->dataset);
        x->dataset = NULL;
    }
    return code;
}

static int by_path(const void *name, const void *row)
{
    return strcmp(name, ((const lince_outcome_row *)row)->path);
}

/* Which row of the comparison each test text is. */
static int pair(lince_context *x, const lince_comparison *c)
{
    const lince_outcome_row *rows = c->outcomes[0].rows;
    x->tests = lince_dataset_count(x->dataset, LINCE_TEST);
    x->sample = lince_alloc(x->tests + 1, sizeof *x->sample);
    if (!x->sample) return LINCE_ENOMEM;
    for (size_t i = 0; i < x->tests; i++) {
        const char *name = lince_dataset_name(x->dataset, LINCE_TEST, i);
        const lince_outcome_row *row = bsearch(name, rows, c->n, sizeof *rows, by_path);
        if (!row || x->tests != c->n)
            return lince_fail(LINCE_EDATA, "%s: predictions.csv has other texts than the test part",
                              c->facts[0].run.folder);
        x->sample[i] = (size_t)(row - rows);
    }
    return 0;
}

static int look_at_words(lince_context *x, size_t n)
{
    const lince_words_options plain = {.clean = LINCE_CLEAN_WORDS};
    lince_splitter *splitter;
    lince_words words = {0};
    x->words = lince_alloc(n, sizeof *x->words);
    x->turns = lince_alloc(n, sizeof *x->turns);
    if (!x->words || !x->turns) return LINCE_ENOMEM;
    LINCE_TRY(lince_splitter_new(&splitter, &plain));
    int code = 0;
    for (size_t i = 0; i < x->tests; i++) {
        code = lince_split_words(splitter, lince_dataset_text(x->dataset, LINCE_TEST, i), &words);
        if (code) break;
        x->words[x->sample[i]] = words.count;
        x->turns[x->sample[i]] = (unsigned char)lince_turns(&words);
    }
    lince_words_release(&words);
    lince_splitter_free(splitter);
    return code;
}

int lince_context_sample(const lince_context *x, size_t most, size_t **sample, size_t *count)
{
    *count = x->tests < most ? x->tests : most;
    *sample = lince_alloc(*count + 1, sizeof **sample);
    if (!*sample) return LINCE_ENOMEM;
    for (size_t i = 0; i < *count; i++) (*sample)[i] = (2 * i + 1) * x->tests / (2 * *count);
    return 0;
}

/* --- the whole ------------------------------------------------------------------------------------ */

/* What is missing leaves its reason behind; only want of memory and an interruption end it all. */
static int excuse(int code, char why[1024])
{
    if (code == LINCE_ENOMEM || code == LINCE_EINTERRUPTED) return code;
    if (code) snprintf(why, 1024, "%s", lince_error());
    return 0;
}

static int find(lince_context *x, const lince_comparison *c)
{
    int code = open_data(x, c);
    if (!code) code = pair(x, c);
    if (!code) code = look_at_words(x, c->n);
    if (code) return excuse(code, x->no_texts);
    x->shown_count = lince_comparison_shown(c, x->shown);
    LINCE_TRY(lince_context_slices(x, c));
    LINCE_TRY(excuse(lince_context_reach(x, c), x->no_reach));
    return excuse(lince_context_moved(x, c), x->no_moved);
}

int lince_context_new(lince_context **context, const lince_comparison *c)
{
    *context = NULL;
    if (c->facts[0].kinds != LINCE_TEXTS) return 0;
    *context = lince_alloc(1, sizeof **context);
    return *context ? find(*context, c) : LINCE_ENOMEM;
}

void lince_context_free(lince_context *x)
{
    if (!x) return;
    for (size_t i = 0; i < x->slice_count; i++) {
        lince_free(x->slices[i].accuracy);
        lince_free(x->slices[i].contests);
    }
    lince_free(x->slices);
    lince_free(x->reach);
    lince_free(x->moved);
    lince_free(x->sample);
    lince_free(x->words);
    lince_free(x->turns);
    lince_dataset_free(x->dataset);
    lince_free(x);
}
