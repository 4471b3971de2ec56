/* Batches of texts of about the same length. */
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"
#include "data/loader/loader_internal.h"
#include "text/vocabulary.h"

static int allocate(const lince_loader *l, lince_slot *s)
{
    size_t batch = (size_t)l->options.batch_size, tokens;
    if (!lince_mul(batch, l->max_tokens, &tokens)) tokens = SIZE_MAX;
    s->tokens = lince_alloc(tokens, sizeof *s->tokens);
    s->length = lince_alloc(batch, sizeof *s->length);
    return s->tokens && s->length ? 0 : LINCE_ENOMEM;
}

static int arrange(lince_loader *l, int epoch)
{
    uint64_t key = lince_key(l->options.seed, LINCE_STREAM_SHUFFLE, (uint64_t)epoch, 0);
    return l->options.train ? lince_tokens_arrange(&l->tokens, key, (size_t)l->options.batch_size, l->order)
                            : lince_tokens_sort(&l->tokens, l->order);
}

/* Word dropout (Iyyer et al. 2015, "Deep unordered composition rivals syntactic methods"): a text must be
 * known by more than one of its words. The key's own stream goes to the layers, hence one derived from it. */
static void drop_words(const lince_loader *l, lince_slot *s)
{
    for (int i = 0; i < s->n; i++) {
        lince_random random = lince_random_at(lince_key(s->key[i], LINCE_STREAM_AUGMENT, 0, 0));
        int32_t *text = s->tokens + (ptrdiff_t)i * s->steps;
        for (int k = 0; k < s->length[i]; k++)
            if (lince_random_uniform(&random) < l->options.word_dropout) text[k] = LINCE_UNK;
    }
}

static int fill(const lince_loader *l, lince_slot *s, void *scratch)
{
    (void)scratch;
    s->steps = lince_tokens_batch(&l->tokens, s->index, (size_t)s->n, s->tokens, s->length);
    if (l->options.train && l->options.word_dropout > 0) drop_words(l, s);
    return 0;
}

static void release(lince_loader *l)
{
    lince_tokens_release(&l->tokens);
}

static const lince_content texts = {
    .allocate = allocate, .arrange = arrange, .fill = fill, .release = release};

static int open_texts(lince_loader *l, void *context)
{
    lince_encoder *encoder = context;
    LINCE_TRY(lince_tokens_init(&l->tokens, l->dataset, l->part, encoder));
    l->count = l->tokens.count;
    l->max_tokens = (size_t)encoder->options.max_tokens;
    return 0;
}

int lince_loader_new_texts(lince_loader **loader, lince_dataset *dataset, lince_part part,
                           lince_encoder *encoder, const lince_loader_options *options)
{
    return lince_loader_make(loader, &texts, dataset, part, options, open_texts, encoder);
}

const lince_tokens *lince_loader_tokens(const lince_loader *l)
{
    return l->content == &texts ? &l->tokens : NULL;
}
