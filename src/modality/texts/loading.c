/* Batches of texts of about the same length. */
#include "modality/texts/loading.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"
#include "data/loader/content.h"
#include "text/vocabulary.h"

#include <assert.h>

typedef struct content {
    lince_tokens tokens;
    size_t max_tokens;
    double word_dropout;
} content;

static int allocate(const lince_loader *l, lince_slot *s)
{
    size_t batch = (size_t)l->options.batch_size, tokens;
    const content *own = l->state;
    if (!lince_mul(batch, own->max_tokens, &tokens)) tokens = SIZE_MAX;
    s->token = lince_alloc(tokens, sizeof *s->token);
    s->length = lince_alloc(batch, sizeof *s->length);
    return s->token && s->length ? 0 : LINCE_ENOMEM;
}

static int arrange(lince_loader *l, int epoch)
{
    uint64_t key = lince_key(l->options.seed, LINCE_STREAM_SHUFFLE, (uint64_t)epoch, 0);
    const content *own = l->state;
    return l->options.train ? lince_tokens_arrange(&own->tokens, key, (size_t)l->options.batch_size, l->order)
                            : lince_tokens_sort(&own->tokens, l->order);
}

/* Word dropout (Iyyer et al. 2015, "Deep unordered composition rivals syntactic methods"): a text must be
 * known by more than one of its words. The key's own stream goes to the layers, hence one derived from it. */
static void drop_words(float share, lince_slot *s)
{
    for (int i = 0; i < s->n; i++) {
        lince_random random = lince_random_at(lince_key(s->key[i], LINCE_STREAM_AUGMENT, 0, 0));
        int32_t *text = s->token + (ptrdiff_t)i * s->steps;
        for (int k = 0; k < s->length[i]; k++)
            if (lince_random_uniform(&random) < share) text[k] = LINCE_UNK;
    }
}

static int fill(const lince_loader *l, lince_slot *s, void *scratch)
{
    const content *own = l->state;
    (void)scratch;
    s->steps = lince_tokens_batch(&own->tokens, s->index, (size_t)s->n, s->token, s->length);
    if (l->options.train && own->word_dropout > 0) drop_words((float)own->word_dropout, s);
    return 0;
}

static void release(lince_loader *l)
{
    content *own = l->state;
    if (own) lince_tokens_release(&own->tokens);
    lince_free(own);
}

typedef struct opening {
    lince_encoder *encoder;
    double word_dropout;
} opening;

static int open_part(lince_loader *l, const void *how)
{
    const opening *o = how;
    content *own = l->state = lince_alloc(1, sizeof *own);
    if (!own) return LINCE_ENOMEM;
    own->max_tokens = (size_t)o->encoder->options.max_tokens;
    own->word_dropout = o->word_dropout;
    LINCE_TRY(lince_tokens_init(&own->tokens, l->dataset, l->part, o->encoder));
    l->count = own->tokens.count;
    return 0;
}

static const lince_content texts = {
    .open = open_part, .allocate = allocate, .arrange = arrange, .fill = fill, .release = release};

int lince_loader_new_texts(lince_loader **loader, lince_dataset *dataset, lince_part part,
                           lince_encoder *encoder, double word_dropout, const lince_loader_options *options)
{
    return lince_loader_new(loader, dataset, part, &texts, &(opening){encoder, word_dropout}, options);
}

const lince_tokens *lince_loader_tokens(const lince_loader *l)
{
    assert(l->content == &texts);
    return &((const content *)l->state)->tokens;
}
