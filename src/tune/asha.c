#include "tune/asha.h"

#include <math.h>

void lince_rungs_init(lince_rungs *r, int epochs, int least, int reduction)
{
    int down[LINCE_RUNGS_MAX];
    *r = (lince_rungs){.reduction = reduction};
    double at = epochs;
    for (int n = epochs; r->count < LINCE_RUNGS_MAX && n >= 1 && (n >= least || !r->count);
         n = (int)lround(at /= reduction))
        if (!r->count || n < down[r->count - 1]) down[r->count++] = n;
    for (int i = 0; i < r->count; i++) r->epochs[i] = down[r->count - 1 - i];
}

static bool known_at(const lince_standing *t, int rung)
{
    return t->reached > rung || (t->failed && t->sent > rung);
}

static double score_at(const lince_standing *t, int rung)
{
    return t->reached > rung ? t->score[rung] : -INFINITY;
}

/* How many of those known at the rung are better; of equal ones the earlier counts as better. */
static size_t better(const lince_standing *trials, size_t count, size_t of, int rung)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == of || !known_at(&trials[i], rung)) continue;
        double a = score_at(&trials[i], rung), b = score_at(&trials[of], rung);
        n += a > b || (a == b && i < of);
    }
    return n;
}

static int promotable(const lince_rungs *r, const lince_standing *trials, size_t count, int rung)
{
    size_t known = 0, found = count, least = count;
    for (size_t i = 0; i < count; i++) known += known_at(&trials[i], rung);
    for (size_t i = 0; i < count; i++) {
        if (trials[i].reached <= rung || trials[i].sent != rung + 1 || trials[i].failed) continue;
        size_t place = better(trials, count, i, rung);
        if (place < known / (size_t)r->reduction && place < least) least = place, found = i;
    }
    return found < count ? (int)found : -1;
}

int lince_asha_promote(const lince_rungs *r, const lince_standing *trials, size_t count)
{
    for (int rung = r->count - 2; rung >= 0; rung--) {
        int found = promotable(r, trials, count, rung);
        if (found >= 0) return found;
    }
    return -1;
}

int lince_asha_leader(const lince_standing *trials, size_t count)
{
    int leader = -1;
    for (size_t i = 0; i < count; i++) {
        const lince_standing *t = &trials[i], *l = leader < 0 ? NULL : &trials[leader];
        if (!t->reached || t->failed) continue;
        if (!l || t->reached > l->reached ||
            (t->reached == l->reached && t->score[t->reached - 1] > l->score[l->reached - 1]))
            leader = (int)i;
    }
    return leader;
}
