/* How far the gradient of the loss reaches back over the states of the last recurrent layer. */
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "modality/texts/texts.h"
#include "report/compare/context.h"
#include "report/explain/reopen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 1000, FEWEST = 10 /* texts that a distance is told of */, ROWS = 2048, MOST_BATCH = 32 };

/* One run being asked. */
typedef struct asking {
    const lince_context *x;
    const lince_comparison *c;
    lince_blueprint blueprint;
    lince_net *net;
    lince_tokens encoded; /* of the whole test part */
    size_t *chosen, count;
    int node, width, steps, batch; /* the states' node and features; of a text at most; texts at a time */
    int32_t *token, *length;       /* [batch][steps], [batch] */
    float *gradient;               /* [batch][steps][width] */
    float *norm;                   /* [LINCE_REACH][count], NaN: the text is shorter */
} asking;

static void find_states(asking *a)
{
    for (size_t i = 1; i < lince_net_nodes(a->net); i++) {
        const lince_layer *layer = lince_net_layer(a->net, i);
        if (layer->type->recurrent) a->node = (int)i, a->width = layer->out.channels;
    }
}

/* Memory is for the longest of the chosen texts; padding, where it is read, has its full length. */
static int open_net(asking *a, const lince_facts *facts)
{
    size_t longest = 1;
    LINCE_TRY(lince_reopen_blueprint(facts, &a->blueprint));
    LINCE_TRY(lince_tokens_init(&a->encoded, a->x->dataset, LINCE_TEST,
                                &lince_text_encoder_of(a->blueprint.encoder)->words));
    for (size_t i = 0; i < a->count; i++) {
        size_t length = lince_tokens_length(&a->encoded, a->chosen[i]);
        if (length > longest) longest = length;
    }
    if (!lince_text_encoder_of(a->blueprint.encoder)->net.read_padding)
        lince_text_encoder_of(a->blueprint.encoder)->net.max_tokens = (int)longest;
    a->steps = lince_text_encoder_of(a->blueprint.encoder)->net.max_tokens;
    a->batch = ROWS / a->steps < 1 ? 1 : ROWS / a->steps > MOST_BATCH ? MOST_BATCH : ROWS / a->steps;
    const lince_net_options options = {
        .batch = a->batch, .threads = lince_processors(), .keep = true, .frozen = true};
    LINCE_TRY(lince_reopen_net(facts, &a->blueprint, &options, &a->net));
    find_states(a);
    size_t places = (size_t)a->batch * (size_t)a->steps;
    a->token = lince_alloc(places, sizeof *a->token);
    a->length = lince_alloc((size_t)a->batch, sizeof *a->length);
    a->gradient = lince_alloc(places * (size_t)a->width, sizeof *a->gradient);
    a->norm = lince_alloc(LINCE_REACH * a->count, sizeof *a->norm);
    return a->token && a->length && a->gradient && a->norm ? 0 : LINCE_ENOMEM;
}

/* Of each text's own loss. */
static void put_loss_gradient(asking *a, size_t first, int n)
{
    const lince_loss *l = &a->blueprint.loss;
    int classes = lince_net_classes(a->net);
    for (int i = 0; i < n; i++) {
        size_t row = a->x->sample[a->chosen[first + (size_t)i]], at = (size_t)i * (size_t)classes;
        int32_t label = (int32_t)a->c->label[row];
        lince_loss_gradient(lince_net_exec(a->net), l, lince_net_output(a->net) + at, 1, classes,
                            &(lince_targets){.label = &label}, lince_net_output_gradient(a->net) + at, NULL);
    }
}

static float norm_of(const float *v, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)v[i] * (double)v[i];
    return (float)sqrt(sum);
}

static int take_norms(asking *a, size_t first, int n)
{
    LINCE_TRY(lince_net_read(a->net, (size_t)a->node, true, a->gradient));
    for (int i = 0; i < n; i++) {
        int length = lince_text_encoder_of(a->blueprint.encoder)->net.read_padding ? a->steps : a->length[i];
        for (int d = 0; d < LINCE_REACH; d++) {
            ptrdiff_t place = (ptrdiff_t)i * a->steps + length - 1 - d;
            a->norm[(size_t)d * a->count + first + (size_t)i] =
                d < length ? norm_of(a->gradient + place * a->width, a->width) : NAN;
        }
    }
    return 0;
}

/* Of the texts from the `first` on, a batch. */
static int ask(asking *a, size_t first)
{
    int n = a->count - first < (size_t)a->batch ? (int)(a->count - first) : a->batch;
    memset(a->token, 0, (size_t)a->batch * (size_t)a->steps * sizeof *a->token);
    for (int i = 0; i < n; i++) {
        size_t text = a->chosen[first + (size_t)i], length = lince_tokens_length(&a->encoded, text);
        memcpy(a->token + (ptrdiff_t)i * a->steps, a->encoded.token + a->encoded.begin[text],
               length * sizeof *a->token);
        a->length[i] = (int32_t)length;
    }
    lince_net_set_tokens(a->net, n, a->token, a->length, a->steps);
    lince_net_forward(a->net, n, false, NULL);
    put_loss_gradient(a, first, n);
    lince_net_backward(a->net);
    return take_norms(a, first, n);
}

/* --- means and medians ---------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* Sorts. */
static double median(float *v, size_t n)
{
    qsort(v, n, sizeof *v, by_value);
    return n % 2 ? (double)v[n / 2] : 0.5 * ((double)v[n / 2 - 1] + (double)v[n / 2]);
}

static double mean(const float *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)v[i];
    return sum / (double)n;
}

/* Texts whose loss has no gradient at all, in float, have no shares either; they are left out. */
static lince_reach_point summarise(const asking *a, int distance, float *norm, float *share)
{
    size_t n = 0;
    const float *last = a->norm, *here = a->norm + (size_t)distance * a->count;
    for (size_t i = 0; i < a->count; i++) {
        if (isnan(here[i]) || !(last[i] > 0)) continue;
        norm[n] = here[i];
        share[n++] = here[i] / last[i];
    }
    if (n < FEWEST) return (lince_reach_point){.count = n};
    return (lince_reach_point){n, mean(norm, n), median(norm, n), mean(share, n), median(share, n)};
}

static int summarise_all(const asking *a, lince_reach *r)
{
    float *norm = lince_alloc(a->count, sizeof *norm), *share = lince_alloc(a->count, sizeof *share);
    r->tenth = -1;
    for (int d = 0; norm && share && d < LINCE_REACH; d++) {
        r->at[d] = summarise(a, d, norm, share);
        if (r->at[d].count < FEWEST) break;
        r->distances = d + 1;
        if (r->tenth < 0 && r->at[d].share_median < 0.1) r->tenth = d;
    }
    int code = norm && share ? 0 : LINCE_ENOMEM;
    lince_free(norm);
    lince_free(share);
    return code;
}

/* --- the whole ------------------------------------------------------------------------------------ */

static int ask_all(asking *a, size_t place)
{
    for (size_t first = 0; first < a->count; first += (size_t)a->batch) {
        LINCE_TRY(ask(a, first));
        LINCE_TRY(lince_comparison_tell(a->c, place * a->count + first, a->x->shown_count * a->count));
    }
    return 0;
}

static int ask_run(const lince_context *x, const lince_comparison *c, size_t place, lince_reach *reach)
{
    asking a = {.x = x, .c = c};
    int code = lince_context_sample(x, TEXTS, &a.chosen, &a.count);
    if (!code) code = open_net(&a, &c->facts[x->shown[place]]);
    if (!code) code = ask_all(&a, place);
    if (!code) code = summarise_all(&a, reach);
    lince_free(a.chosen);
    lince_free(a.token);
    lince_free(a.length);
    lince_free(a.gradient);
    lince_free(a.norm);
    lince_tokens_release(&a.encoded);
    lince_net_free(a.net);
    lince_blueprint_release(&a.blueprint);
    return code;
}

int lince_context_reach(lince_context *x, const lince_comparison *c)
{
    lince_reach *reach = lince_alloc(x->shown_count, sizeof *reach);
    if (!reach) return LINCE_ENOMEM;
    int code = 0;
    for (size_t i = 0; i < x->shown_count && !code; i++) code = ask_run(x, c, i, &reach[i]);
    if (!code && reach[0].distances < 2)
        code = lince_fail(LINCE_EDATA, "%s: too few test texts of more than one word",
                          lince_dataset_path(x->dataset));
    if (code) {
        lince_free(reach);
        return code;
    }
    x->reach = reach;
    x->reach_texts = x->tests < TEXTS ? x->tests : TEXTS;
    return 0;
}
