/* What bytes are worth here: layer by layer, and as a whole. Nets of one thread run in turns, and the least processor time of each
 * counts, so that other programs do not decide. */
#include "core/clock.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/tell.h"
#include "train/ask/quantizing.h"

#include <math.h>
#include <string.h>

static const int batches[LINCE_QUANTIZED_SPEEDS] = {1, 8};

typedef struct pair {
    lince_net *floats, *bytes;
} pair;

static void release(pair *p)
{
    lince_net_free(p->floats);
    lince_net_free(p->bytes);
}

static int build(const lince_quantizing *q, const char *names, int batch, pair *p)
{
    lince_net_options options = {.batch = batch, .threads = 1, .inference = true};
    *p = (pair){0};
    LINCE_TRY(lince_model_build(q->m, &options, &p->floats));
    LINCE_TRY(lince_quantizing_build(q, names, q->method, batch, 1, &p->bytes));
    lince_net_forward(p->floats, batch, false, NULL);
    lince_net_forward(p->bytes, batch, false, NULL);
    return 0;
}

static void judge_layers(lince_quantizing *q, const pair *p)
{
    for (size_t i = 0; i < q->plan.part_count; i++) {
        const lince_quantized_part *part = &q->plan.parts[i];
        double bytes = lince_net_time_node(p->bytes, (size_t)part->node), floats = 0;
        for (int k = 0; k < part->count; k++)
            floats += lince_net_time_node(p->floats, (size_t)part->stands_for[k]);
        if (bytes > floats)
            lince_quantizing_name(&q->slow, lince_net_layer(p->floats, (size_t)part->layer)->name);
    }
}

static double seconds(lince_net *net, int batch)
{
    double start = lince_own_time();
    lince_net_forward(net, batch, false, NULL);
    return lince_own_time() - start;
}

static void time_pair(const pair *p, lince_quantized_speed *s)
{
    enum { TURNS = 9 };
    double least[2] = {HUGE_VAL, HUGE_VAL};
    for (int i = 0; i < TURNS; i++) {
        least[0] = fmin(least[0], seconds(p->floats, s->batch));
        least[1] = fmin(least[1], seconds(p->bytes, s->batch));
    }
    s->before = 1e3 * least[0];
    s->after = 1e3 * least[1];
}

static bool is_slow(const lince_quantizing *q, const lince_quantized_part *part)
{
    const char *name = lince_net_layer(q->floats, (size_t)part->layer)->name;
    return lince_quantizing_named(&q->slow, name);
}

static bool any_is_fast(const lince_quantizing *q)
{
    for (size_t i = 0; i < q->plan.part_count; i++)
        if (!is_slow(q, &q->plan.parts[i])) return true;
    return false;
}

static int time_with(const lince_quantizing *q, const char *names, lince_quantized_speed *s)
{
    pair p;
    int code = build(q, names, s->batch, &p);
    if (!code) time_pair(&p, s);
    release(&p);
    return code;
}

/* A layer by itself does not see that bytes before and behind it would have to become floats, and floats bytes: where all
 * layers in bytes are faster than those alone that are, none stays in floats. */
static int weigh_whole(lince_quantizing *q)
{
    double ratio = 1;
    bool mixes = any_is_fast(q);
    for (int i = 0; i < LINCE_QUANTIZED_SPEEDS; i++) {
        lince_quantized_speed all = {.batch = batches[i]}, some = all;
        LINCE_TRY(time_with(q, "", &all));
        if (mixes) LINCE_TRY(time_with(q, q->slow.data, &some));
        ratio *= all.after / (mixes ? some.after : all.before);
    }
    if (ratio < 1) lince_buffer_release(&q->slow);
    return 0;
}

static int check_any_fast(const lince_quantizing *q)
{
    return any_is_fast(q)
               ? 0
               : lince_fail(LINCE_EDATA, "8 bits are not faster here in any layer; nothing was written");
}

/* Of the plan with all layers in bytes. */
int lince_quantizing_find_slow(lince_quantizing *q)
{
    for (int i = 0; i < LINCE_QUANTIZED_SPEEDS; i++) {
        pair p;
        int code = build(q, "", batches[i], &p);
        if (!code) judge_layers(q, &p);
        release(&p);
        LINCE_TRY(code);
    }
    if (q->slow.error) return q->slow.error;
    if (q->slow.size) LINCE_TRY(weigh_whole(q));
    if (q->slow.size)
        lince_note(&q->observer, _("layers that are not faster in 8 bits here, and stay as they are:%s"),
                   q->slow.data);
    return check_any_fast(q);
}

static int refuse(const lince_quantized_speed *s)
{
    return lince_fail(
        LINCE_EDATA,
        "8 bits are not faster here: a batch of %d takes %.3f ms in floats and %.3f ms in 8 bits; nothing "
        "was written",
        s->batch, s->before, s->after);
}

int lince_quantizing_time(lince_quantizing *q)
{
    for (int i = 0; i < LINCE_QUANTIZED_SPEEDS; i++) {
        pair p;
        q->speed[i].batch = batches[i];
        int code = build(q, q->names.data ? q->names.data : "", batches[i], &p);
        if (!code) time_pair(&p, &q->speed[i]);
        release(&p);
        if (!code && q->speed[i].after > q->speed[i].before) code = refuse(&q->speed[i]);
        LINCE_TRY(code);
    }
    return 0;
}
