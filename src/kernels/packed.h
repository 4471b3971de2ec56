/* A batch of texts without its padding: what is computed for each step is a row, finished texts have none.
 *
 * Texts are sorted by length and dealt out to groups of at most LINCE_GROUP, so that all groups have about
 * the same work and each has its longest text first. A group is computed by itself: at its step t the first
 * active(t) of its texts are not finished yet, and their rows lie side by side:
 *
 *     row of (group g, step t, rank r) = first[g][t] + r,     r < first[g][t + 1] - first[g][t]
 *
 * What a text gives depends on its own rows alone, so that the order of the batch leaves no trace. */
#ifndef LINCE_KERNELS_PACKED_H
#define LINCE_KERNELS_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINCE_GROUP = 16 };

typedef struct lince_packed {
    int batch, max_steps; /* what memory is for */
    int n, groups, steps; /* of this batch: texts, groups, steps of the longest text */
    int rows;             /* the sum of the lengths */
    int32_t *text;        /* [groups][LINCE_GROUP] -> which of the batch */
    int32_t *length;      /* [n] */
    int32_t *first;       /* [groups][max_steps + 1] */
    int32_t *token;       /* [rows] */
    int32_t *slot;        /* [rows] -> which distinct token */
    int distinct;         /* different tokens in the batch */
    int32_t *vocabulary;  /* [distinct], in the order of their first rows */
    int32_t *use;         /* [rows]: the rows of distinct token 0, then those of 1, ... */
    int32_t *use_first;   /* [distinct + 1] into it */
    int32_t *by_length;   /* for the sorting: [max_steps + 2] */
    int32_t *table;       /* hash table of the packing: token -> slot */
    size_t table_size;
} lince_packed;

int lince_packed_init(lince_packed *packed, int batch, int max_steps);
void lince_packed_release(lince_packed *packed);

/* token [n][steps], length [n] in 1..max_steps. With `read_padding` every text has max_steps steps, and 0 for
 * what is behind its end. */
void lince_pack(lince_packed *packed, int n, const int32_t *token, const int32_t *length, int steps,
                bool read_padding);

static inline int lince_active(const lince_packed *p, int group, int step)
{
    const int32_t *first = p->first + (ptrdiff_t)group * (p->max_steps + 1);
    return step < p->max_steps ? first[step + 1] - first[step] : 0;
}

static inline int lince_row(const lince_packed *p, int group, int step)
{
    return p->first[(ptrdiff_t)group * (p->max_steps + 1) + step];
}

static inline int lince_text(const lince_packed *p, int group, int rank)
{
    return p->text[(ptrdiff_t)group * LINCE_GROUP + rank];
}

/* Texts of a group. */
static inline int lince_group_texts(const lince_packed *p, int group)
{
    return lince_active(p, group, 0);
}

#endif
