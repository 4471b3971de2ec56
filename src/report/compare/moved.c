/* What remains of the accuracy when the telling word is farther from the end.
 *
 * The telling word of a text is the one without which the true class loses most: the difference of the
 * logarithms of its probability with and without the word, summed over the runs that are compared, so that
 * all of them are asked the same texts. Then k fillers are put behind that word, and for comparison before
 * the whole text, where the word stays as near to the end as it was: so much the odd words cost by
 * themselves. Fillers are frequent words that say nothing of the class. */
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "modality/texts/texts.h"
#include "report/compare/context.h"
#include "report/explain/ask.h"
#include "report/explain/reopen.h"
#include "text/turns.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const int lince_moves[LINCE_MOVES] = {0, 5, 10, 20, 40};

enum {
    TEXTS = 1000,
    BUDGET = 400000, /* tokens that are read to find the telling words, a run: some seconds */
    FREQUENT = 200,  /* words among which fillers are looked for */
    FARTHEST = 40,
    ROWS = 16384, /* tokens of a batch */
    MOST_BATCH = 128
};

/* What one of the runs makes of the texts: the same words, under its own numbers. */
typedef struct reader {
    size_t run;
    lince_blueprint blueprint;
    lince_tokens encoded; /* of the whole test part */
    int32_t filler[LINCE_FILLERS];
    lince_net *net;
} reader;

typedef struct asking {
    lince_context *x;
    const lince_comparison *c;
    reader readers[LINCE_COMPARED_SHOWN];
    size_t *chosen, count; /* texts */
    size_t longest;        /* tokens of one of them */
    size_t *begin;         /* [count + 1] into loss */
    double *loss;          /* of each word of the texts: what the true class loses without it */
    size_t *telling;       /* [count] places of words */
    size_t fillers;
} asking;

static int label_of(const asking *a, size_t text)
{
    return a->c->label[a->x->sample[a->chosen[text]]];
}

static const int32_t *text_at(const asking *a, const reader *r, size_t text, size_t *length)
{
    *length = lince_tokens_length(&r->encoded, a->chosen[text]);
    return r->encoded.token + r->encoded.begin[a->chosen[text]];
}

/* Of one of the two passes over the texts, run by run. */
static int tell(const asking *a, size_t place, size_t text)
{
    return lince_comparison_tell(a->c, place * a->count + text, a->x->shown_count * a->count);
}

/* --- the runs ------------------------------------------------------------------------------------- */

static bool splits_alike(const lince_encoder_options *a, const lince_encoder_options *b)
{
    return a->words.clean == b->words.clean && !strcmp(a->words.stop_words, b->words.stop_words) &&
           !strcmp(a->words.stem, b->words.stem) && a->max_tokens == b->max_tokens;
}

static int open_reader(asking *a, size_t place)
{
    reader *r = &a->readers[place];
    r->run = a->x->shown[place];
    const lince_facts *facts = &a->c->facts[r->run];
    LINCE_TRY(lince_reopen_blueprint(facts, &r->blueprint));
    if (lince_text_encoder_of(r->blueprint.encoder)->net.read_padding)
        return lince_fail(LINCE_EDATA, "%s: reads padding, into which no words can be put",
                          facts->run.folder);
    if (!splits_alike(&lince_text_encoder_of(a->readers[0].blueprint.encoder)->words.options,
                      &lince_text_encoder_of(r->blueprint.encoder)->words.options))
        return lince_fail(LINCE_EDATA,
                          "%s: splits texts otherwise than %s (--clean, --stop-words, --stem, --max-tokens)",
                          facts->run.folder, a->c->facts[a->readers[0].run].run.folder);
    return lince_tokens_init(&r->encoded, a->x->dataset, LINCE_TEST,
                             &lince_text_encoder_of(r->blueprint.encoder)->words);
}

static void close_reader(reader *r)
{
    lince_net_free(r->net);
    lince_tokens_release(&r->encoded);
    lince_blueprint_release(&r->blueprint);
}

/* --- which texts ---------------------------------------------------------------------------------- */

/* So many of them as the budget allows: of a text with n words n + 1 texts are read. */
static int choose_texts(asking *a)
{
    const lince_tokens *tokens = &a->readers[0].encoded;
    double work = 0;
    for (size_t i = 0; i < tokens->count; i++) {
        double n = (double)lince_tokens_length(tokens, i);
        work += n * (n + 1);
    }
    double most = BUDGET / (work / (double)tokens->count);
    LINCE_TRY(lince_context_sample(a->x,
                                   most > TEXTS ? TEXTS
                                   : most < 1   ? 1
                                                : (size_t)most,
                                   &a->chosen, &a->count));
    a->begin = lince_alloc(a->count + 1, sizeof *a->begin);
    a->telling = lince_alloc(a->count, sizeof *a->telling);
    if (!a->begin || !a->telling) return LINCE_ENOMEM;
    for (size_t i = 0; i < a->count; i++) {
        size_t length = lince_tokens_length(tokens, a->chosen[i]);
        a->begin[i + 1] = a->begin[i] + length;
        if (length > a->longest) a->longest = length;
    }
    a->loss = lince_alloc(a->begin[a->count], sizeof *a->loss);
    return a->loss ? 0 : LINCE_ENOMEM;
}

/* --- fillers -------------------------------------------------------------------------------------- */

/* Letters only, nothing that turns what a text says, and known to all runs. */
static bool may_fill(const asking *a, const char *word)
{
    for (size_t i = 0; i < a->x->shown_count; i++)
        if (lince_vocabulary_find(&lince_text_encoder_of(a->readers[i].blueprint.encoder)->words.vocabulary,
                                  word) == LINCE_UNK)
            return false;
    for (const char *c = word; *c; c++)
        if (!isalpha((unsigned char)*c) && (unsigned char)*c < 0x80) return false;
    return !lince_turn(word);
}

/* In how many training texts of each class the vocabulary's first `words` words stand: in [words][classes],
 * and in `of` [classes] how many texts there are. */
static int count_words(asking *a, int32_t words, int classes, double *in, double *of)
{
    lince_tokens train;
    int32_t *seen =
        lince_alloc((size_t)words, sizeof *seen); /* the last text, from 1, that a word stood in */
    if (!seen) return LINCE_ENOMEM;
    int code = lince_tokens_init(&train, a->x->dataset, LINCE_TRAIN,
                                 &lince_text_encoder_of(a->readers[0].blueprint.encoder)->words);
    for (size_t i = 0; !code && i < train.count; i++) {
        int label = lince_dataset_label(a->x->dataset, LINCE_TRAIN, i);
        of[label]++;
        for (size_t k = train.begin[i]; k < train.begin[i + 1]; k++) {
            int32_t token = train.token[k];
            if (token >= words || seen[token] == (int32_t)i + 1) continue;
            seen[token] = (int32_t)i + 1;
            in[(ptrdiff_t)token * classes + label]++;
        }
    }
    lince_free(seen);
    if (!code) lince_tokens_release(&train);
    return code;
}

/* The total variation distance between the classes of the texts with the word and those of all texts. */
static double bias(const double *in, const double *of, int classes)
{
    double texts = 0, all = 0, sum = 0;
    for (int c = 0; c < classes; c++) texts += in[c], all += of[c];
    if (texts == 0) return INFINITY;
    for (int c = 0; c < classes; c++) sum += fabs(in[c] / texts - of[c] / all);
    return 0.5 * sum;
}

/* The least biased of the most frequent words, by the first run's numbers. */
static void take_fillers(asking *a, int32_t words, int classes, const double *in, const double *of)
{
    const lince_vocabulary *v = &lince_text_encoder_of(a->readers[0].blueprint.encoder)->words.vocabulary;
    int32_t *filler = a->readers[0].filler;
    double biases[LINCE_FILLERS];
    for (int32_t w = LINCE_FIRST_WORD; w < words; w++) {
        double own = bias(in + (ptrdiff_t)w * classes, of, classes);
        bool full = a->fillers == LINCE_FILLERS;
        if (!may_fill(a, v->words[w]) || (full && own >= biases[a->fillers - 1])) continue;
        size_t at = full ? a->fillers - 1 : a->fillers++;
        for (; at > 0 && biases[at - 1] > own; at--) filler[at] = filler[at - 1], biases[at] = biases[at - 1];
        filler[at] = w, biases[at] = own;
    }
}

/* The fillers' numbers in the other runs, and their words for the page. */
static void spread_fillers(asking *a)
{
    char *out = a->x->fillers;
    for (size_t k = 0; k < a->fillers; k++) {
        const char *word = lince_text_encoder_of(a->readers[0].blueprint.encoder)
                               ->words.vocabulary.words[a->readers[0].filler[k]];
        size_t used = strlen(out);
        snprintf(out + used, sizeof a->x->fillers - used, "%s%s", k ? " " : "", word);
        for (size_t i = 1; i < a->x->shown_count; i++)
            a->readers[i].filler[k] = lince_vocabulary_find(
                &lince_text_encoder_of(a->readers[i].blueprint.encoder)->words.vocabulary, word);
    }
}

static int choose_fillers(asking *a)
{
    const lince_vocabulary *v = &lince_text_encoder_of(a->readers[0].blueprint.encoder)->words.vocabulary;
    int classes = a->c->classes;
    size_t words = v->size < FREQUENT + LINCE_FIRST_WORD ? v->size : FREQUENT + LINCE_FIRST_WORD;
    double *in = lince_alloc(words * (size_t)classes, sizeof *in),
           *of = lince_alloc((size_t)classes, sizeof *of);
    int code = in && of ? count_words(a, (int32_t)words, classes, in, of) : LINCE_ENOMEM;
    if (!code) take_fillers(a, (int32_t)words, classes, in, of);
    lince_free(in);
    lince_free(of);
    if (!code && !a->fillers)
        code = lince_fail(LINCE_EDATA, "%s: has no words that could be put between",
                          lince_dataset_path(a->x->dataset));
    if (!code) spread_fillers(a);
    return code;
}

/* --- the telling words ---------------------------------------------------------------------------- */

/* For all the chosen texts with all fillers, which are longer than what the run reads otherwise. */
static int open_net(const asking *a, reader *r)
{
    int steps = (int)a->longest + FARTHEST, batch = ROWS / steps;
    const lince_net_options options = {.batch = batch < 1            ? 1
                                                : batch > MOST_BATCH ? MOST_BATCH
                                                                     : batch,
                                       .threads = lince_processors(),
                                       .inference = true};
    lince_text_encoder_of(r->blueprint.encoder)->net.max_tokens = steps;
    return lince_reopen_net(&a->c->facts[r->run], &r->blueprint, &options, &r->net);
}

/* Answers come text by text: the whole one, then without each word. */
typedef struct erasing {
    asking *a;
    size_t text, word; /* word 0: the whole text; i: without word i - 1 */
    double whole;
} erasing;

static double log_probability(const float *probability, int label)
{
    return log(fmax((double)probability[label], 1e-30));
}

static void take_erased(void *context, size_t number, const float *probability)
{
    erasing *e = context;
    asking *a = e->a;
    (void)number;
    double p = log_probability(probability, label_of(a, e->text));
    if (e->word)
        a->loss[a->begin[e->text] + e->word - 1] += e->whole - p;
    else
        e->whole = p;
    if (++e->word > a->begin[e->text + 1] - a->begin[e->text]) e->word = 0, e->text++;
}

static int erase(asking *a, size_t place)
{
    lince_ask ask;
    erasing e = {.a = a};
    const reader *r = &a->readers[place];
    int32_t *scratch = lince_alloc(a->longest, sizeof *scratch);
    int code = lince_ask_init(&ask, r->net, &r->blueprint.loss, take_erased, &e);
    if (!scratch) code = LINCE_ENOMEM;
    for (size_t i = 0; !code && i < a->count; i++) {
        size_t length;
        const int32_t *tokens = text_at(a, r, i, &length);
        lince_ask_erased(&ask, tokens, length, scratch);
        code = tell(a, place, i);
    }
    if (!code) lince_ask_flush(&ask);
    lince_ask_release(&ask);
    lince_free(scratch);
    return code;
}

static void choose_words(asking *a)
{
    for (size_t i = 0; i < a->count; i++) {
        const double *loss = a->loss + a->begin[i];
        for (size_t k = 1; k < a->begin[i + 1] - a->begin[i]; k++)
            if (loss[k] > loss[a->telling[i]]) a->telling[i] = k;
    }
}

/* --- moving --------------------------------------------------------------------------------------- */

/* Answers come text by text, of each the moves behind the word and then those before the text. */
typedef struct moving {
    asking *a;
    const lince_loss *loss;
    size_t hits[2][LINCE_MOVES];
    bool unmoved; /* whether this text was right as it is */
    lince_contest farthest;
} moving;

static void take_moved(void *context, size_t number, const float *probability)
{
    moving *m = context;
    size_t text = number / (2 * LINCE_MOVES), which = number / LINCE_MOVES % 2, move = number % LINCE_MOVES;
    bool right = m->loss->type->decide(probability, m->a->c->classes) == label_of(m->a, text);
    m->hits[which][move] += right;
    if (which == 0 && move == 0) m->unmoved = right;
    if (which == 0 && move == LINCE_MOVES - 1) {
        m->farthest.only_best += m->unmoved && !right;
        m->farthest.only_this += right && !m->unmoved;
    }
}

/* The text with `count` fillers before its word `at`; each text begins with another of them. */
static size_t fill(const asking *a, const reader *r, size_t text, size_t at, size_t count, int32_t *out)
{
    size_t length;
    const int32_t *tokens = text_at(a, r, text, &length);
    memcpy(out, tokens, at * sizeof *out);
    for (size_t i = 0; i < count; i++) out[at + i] = r->filler[(text + i) % a->fillers];
    memcpy(out + at + count, tokens + at, (length - at) * sizeof *out);
    return length + count;
}

static int move(asking *a, size_t place, lince_moved *moved)
{
    lince_ask ask;
    const reader *r = &a->readers[place];
    moving m = {.a = a, .loss = &r->blueprint.loss};
    int32_t *filled = lince_alloc(a->longest + FARTHEST, sizeof *filled);
    int code = lince_ask_init(&ask, r->net, &r->blueprint.loss, take_moved, &m);
    if (!filled) code = LINCE_ENOMEM;
    for (size_t i = 0; !code && i < a->count; i++) {
        for (int k = 0; k < 2 * LINCE_MOVES; k++) {
            size_t at = k < LINCE_MOVES ? a->telling[i] + 1 : 0;
            lince_ask_add(&ask, filled, fill(a, r, i, at, (size_t)lince_moves[k % LINCE_MOVES], filled));
        }
        code = tell(a, place, i);
    }
    if (!code) lince_ask_flush(&ask);
    lince_ask_release(&ask);
    lince_free(filled);
    for (int k = 0; k < LINCE_MOVES; k++) {
        moved->after[k] = lince_wilson(m.hits[0][k], a->count);
        moved->before[k] = lince_wilson(m.hits[1][k], a->count);
    }
    moved->farthest = m.farthest;
    moved->farthest.p = lince_mcnemar_exact(m.farthest.only_best, m.farthest.only_this);
    return code;
}

/* --- the whole ------------------------------------------------------------------------------------ */

static int open_all(asking *a)
{
    for (size_t i = 0; i < a->x->shown_count; i++) LINCE_TRY(open_reader(a, i));
    LINCE_TRY(choose_texts(a));
    return choose_fillers(a);
}

static int ask_all(asking *a, lince_moved *moved)
{
    double p[LINCE_COMPARED_SHOWN];
    size_t count = a->x->shown_count;
    for (size_t i = 0; i < count; i++) {
        LINCE_TRY(open_net(a, &a->readers[i]));
        LINCE_TRY(erase(a, i));
    }
    choose_words(a);
    for (size_t i = 0; i < count; i++) LINCE_TRY(move(a, i, &moved[i]));
    for (size_t i = 0; i < count; i++) p[i] = moved[i].farthest.p;
    lince_holm(p, count);
    for (size_t i = 0; i < count; i++) moved[i].farthest.p = p[i];
    return 0;
}

int lince_context_moved(lince_context *x, const lince_comparison *c)
{
    asking a = {.x = x, .c = c};
    lince_moved *moved = lince_alloc(x->shown_count, sizeof *moved);
    int code = moved ? open_all(&a) : LINCE_ENOMEM;
    if (!code) code = ask_all(&a, moved);
    if (!code) {
        x->moved = moved;
        x->moved_texts = a.count;
        moved = NULL;
    }
    for (size_t i = 0; i < x->shown_count; i++) close_reader(&a.readers[i]);
    lince_free(moved);
    lince_free(a.chosen);
    lince_free(a.begin);
    lince_free(a.loss);
    lince_free(a.telling);
    return code;
}
