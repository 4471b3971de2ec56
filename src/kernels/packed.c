#include "kernels/packed.h"
#include "core/error.h"
#include "core/memory.h"

#include <string.h>

static int take(int32_t **array, size_t count)
{
    *array = lince_alloc(count, sizeof **array);
    return *array ? 0 : LINCE_ENOMEM;
}

int lince_packed_init(lince_packed *p, int batch, int max_steps)
{
    size_t n = (size_t)batch, rows, groups = (n + LINCE_GROUP - 1) / LINCE_GROUP, firsts;
    *p = (lince_packed){.batch = batch, .max_steps = max_steps, .table_size = 16};
    if (!lince_mul(n, (size_t)max_steps, &rows) || rows > INT32_MAX / 4)
        return lince_fail(LINCE_EUSAGE, "batches of %d texts of %d tokens are too large", batch, max_steps);
    while (p->table_size < 2 * rows) p->table_size *= 2;
    firsts = groups * ((size_t)max_steps + 1);
    LINCE_TRY(take(&p->text, groups * LINCE_GROUP));
    LINCE_TRY(take(&p->length, n));
    LINCE_TRY(take(&p->first, firsts));
    LINCE_TRY(take(&p->token, rows));
    LINCE_TRY(take(&p->slot, rows));
    LINCE_TRY(take(&p->vocabulary, rows));
    LINCE_TRY(take(&p->use, rows));
    LINCE_TRY(take(&p->use_first, rows + 1));
    LINCE_TRY(take(&p->by_length, (size_t)max_steps + 2));
    return take(&p->table, p->table_size);
}

void lince_packed_release(lince_packed *p)
{
    int32_t *const arrays[] = {p->text,       p->length, p->first,     p->token,     p->slot,
                               p->vocabulary, p->use,    p->use_first, p->by_length, p->table};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) lince_free(arrays[i]);
    *p = (lince_packed){0};
}

/* Deals the texts, longest first and stable, to the groups in turn. */
static void deal(lince_packed *p)
{
    int32_t *place = p->by_length; /* of the next text of that length, counted from the longest */
    memset(place, 0, ((size_t)p->max_steps + 2) * sizeof *place);
    for (int i = 0; i < p->n; i++) place[p->length[i] - 1]++;
    p->steps = 0;
    for (int length = p->max_steps, before = 0; length >= 1; length--) {
        int count = place[length - 1];
        if (count && !p->steps) p->steps = length;
        place[length - 1] = before;
        before += count;
    }
    for (int i = 0; i < p->n; i++) {
        int at = place[p->length[i] - 1]++;
        p->text[at % p->groups * LINCE_GROUP + at / p->groups] = i;
    }
}

/* The rows of each group and step: first[g][.]. */
static void lay_out(lince_packed *p)
{
    int row = 0;
    for (int g = 0; g < p->groups; g++) {
        int active = (p->n - g + p->groups - 1) / p->groups;
        int32_t *first = p->first + (ptrdiff_t)g * (p->max_steps + 1);
        const int32_t *text = p->text + (ptrdiff_t)g * LINCE_GROUP;
        for (int t = 0; t <= p->max_steps; t++) {
            first[t] = row;
            while (active && p->length[text[active - 1]] <= t) active--;
            row += active;
        }
    }
    p->rows = row;
}

static void set_tokens(lince_packed *p, const int32_t *token, int steps)
{
    for (int g = 0; g < p->groups; g++)
        for (int t = 0; t < p->max_steps; t++)
            for (int r = 0, row = lince_row(p, g, t); r < lince_active(p, g, t); r++)
                p->token[row + r] =
                    t < steps ? token[(ptrdiff_t)p->text[g * LINCE_GROUP + r] * steps + t] : 0;
}

/* Numbers the tokens that differ, through a hash table with open addressing (Knuth's multiplier). */
static void find_distinct(lince_packed *p)
{
    size_t mask = p->table_size - 1;
    memset(p->table, -1, p->table_size * sizeof *p->table);
    p->distinct = 0;
    for (int row = 0; row < p->rows; row++) {
        size_t at = ((uint32_t)p->token[row] * 2654435769u >> 7) & mask;
        while (p->table[at] >= 0 && p->vocabulary[p->table[at]] != p->token[row]) at = (at + 1) & mask;
        if (p->table[at] < 0) {
            p->vocabulary[p->distinct] = p->token[row];
            p->table[at] = p->distinct++;
        }
        p->slot[row] = p->table[at];
    }
}

/* The rows of each distinct token, in order: a counting sort by slot. */
static void list_uses(lince_packed *p)
{
    int32_t *first = p->use_first;
    memset(first, 0, ((size_t)p->distinct + 1) * sizeof *first);
    for (int row = 0; row < p->rows; row++) first[p->slot[row] + 1]++;
    for (int d = 0; d < p->distinct; d++) first[d + 1] += first[d];
    for (int row = 0; row < p->rows; row++) p->use[first[p->slot[row]]++] = row;
    for (int d = p->distinct; d > 0; d--) first[d] = first[d - 1];
    first[0] = 0;
}

void lince_pack(lince_packed *p, int n, const int32_t *token, const int32_t *length, int steps,
                bool read_padding)
{
    p->n = n;
    p->groups = (n + LINCE_GROUP - 1) / LINCE_GROUP;
    for (int i = 0; i < n; i++) p->length[i] = read_padding ? p->max_steps : length[i];
    deal(p);
    lay_out(p);
    set_tokens(p, token, steps);
    find_distinct(p);
    list_uses(p);
}
