/* Attention (kernels/attention.h) in blocks of queries and keys: the scores of one block against another lie in the
 * first- or second-level cache for as long as they are needed, and nothing of their size goes through memory (Dao et al.
 * 2022). A task is a head of a sample, and shares nothing with others: each sum is made in one order. */
#include "kernels/x86/attention.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/x86/row.h"

#include <math.h>
#include <string.h>

enum {
    QUERIES = 64,     /* of a block */
    KEYS = 208,       /* of a block, forward: those of a picture of 224 x 224 in patches of 16 x 16 */
    KEYS_BACK = 96,   /* backward, which needs more of each */
    MOST_D = 96,      /* channels of a head */
    MOST_BIASED = 64, /* tokens of a window with biases, which are one block of either kind */
    WIDE = 48,        /* columns of a panel, at most */
    SPARE = 16,       /* floats that a tile at the edge may read in vain */
};

/* Floats of panels [columns rounded up][rows]. */
#define PANELS(rows, columns) (((columns) + WIDE - 1) / WIDE * WIDE * (rows))

/* A head of a sample. */
typedef struct head {
    const lince_attention_simd *simd;
    const lince_attention_args *a;
    lince_windows w;
    size_t d, plane, number, sample;
    float scale;
    const float *q, *k, *v;
    float *log_sum;
} head;

/* Some tokens of a window. */
typedef struct tokens {
    lince_attention_tokens at;
    uint32_t pixel[KEYS];
    float part[KEYS];
    bool parted; /* not all are of one part */
} tokens;

typedef struct work {
    const lince_attention_simd *simd;
    const lince_attention_args *a;
} work;

/* Where the head's channels begin in a sample that has `times` the channels of y, behind `part` of these. */
static size_t place(const head *h, size_t times, size_t part)
{
    size_t blocks = (size_t)(h->a->shape.channels / h->a->shape.block), own = h->d / (size_t)h->simd->lanes;
    return ((h->sample * times + part) * blocks + h->number * own) * h->plane;
}

static head head_of(const work *job, size_t index)
{
    const lince_attention_args *a = job->a;
    size_t heads = (size_t)a->a.heads, area = (size_t)a->shape.height * (size_t)a->shape.width;
    head h = {.simd = job->simd,
              .a = a,
              .w = lince_windows_of(&a->a, a->shape),
              .d = (size_t)a->shape.channels / heads,
              .plane = area * (size_t)a->shape.block,
              .number = index % heads,
              .sample = index / heads};
    h.scale = 1 / sqrtf((float)h.d);
    h.q = a->qkv + place(&h, 3, 0), h.k = a->qkv + place(&h, 3, 1), h.v = a->qkv + place(&h, 3, 2);
    h.log_sum = a->a.log_sum ? a->a.log_sum + index * area : NULL;
    return h;
}

static void find_tokens(const head *h, size_t window, size_t first, size_t count, tokens *t)
{
    int across = h->w.window[1], y = (int)(first / (size_t)across), x = (int)(first % (size_t)across);
    t->at = (lince_attention_tokens){t->pixel, count, h->d, h->plane};
    t->parted = false;
    for (size_t i = 0; i < count; i++) {
        lince_window_token k = lince_window_token_at(&h->w, window, y, x);
        t->pixel[i] = (uint32_t)k.pixel;
        t->part[i] = (float)k.part;
        t->parted |= t->part[i] != t->part[0];
        if (++x == across) x = 0, y++;
    }
}

/* Nearly equal blocks of at most `most` tokens: how many each has. */
static size_t block_of(const head *h, size_t most)
{
    size_t blocks = (h->w.tokens + most - 1) / most;
    return (h->w.tokens + blocks - 1) / blocks;
}

/* --- products ----------------------------------------------------------------------------------------------- */

/* What stands in panels, and how far these are apart. */
typedef struct panels {
    const float *memory;
    size_t depth, columns, pitch;
} panels;

/* C[rows][columns] = or += A B, a[r * row + l * step]. */
static void multiply(const lince_gemm_simd *g, size_t rows, const float *a, size_t row, size_t step, panels b,
                     float *c, size_t ldc, bool add)
{
    const lince_gemm_ahead nothing = {0};
    for (size_t j = 0; j < b.columns; j += g->outer_columns)
        for (size_t r = 0; r < rows; r += g->outer_rows)
            g->outer(b.depth, a + r * row, row, step, b.memory + j / g->outer_columns * b.pitch, &nothing,
                     c + r * ldc + j, ldc, lince_smaller(g->outer_rows, rows - r),
                     lince_smaller(g->outer_columns, b.columns - j), add ? LINCE_GEMM_ADD : LINCE_GEMM_SET);
}

/* Rows [count][d] as the columns of panels [d][count]; and as the rows of panels [count][d]. */
static panels across(const head *h, const float *rows, size_t count, float *to)
{
    const lince_gemm_simd *g = h->simd->gemm;
    size_t pitch = h->d * g->outer_columns;
    for (size_t j = 0; j < count; j += g->outer_columns)
        g->pack(h->d, lince_smaller(g->outer_columns, count - j), rows + j * h->d, h->d, true,
                to + j / g->outer_columns * pitch);
    return (panels){to, h->d, count, pitch};
}

static panels along(const head *h, const float *rows, size_t count, float *to)
{
    const lince_gemm_simd *g = h->simd->gemm;
    size_t pitch = count * g->outer_columns;
    for (size_t j = 0; j < h->d; j += g->outer_columns)
        g->pack(count, lince_smaller(g->outer_columns, h->d - j), rows + j, h->d, false,
                to + j / g->outer_columns * pitch);
    return (panels){to, count, h->d, pitch};
}

/* --- biases ------------------------------------------------------------------------------------------------- */

/* b_ij of the head, [tokens][tokens]: for tokens i and a row of tokens j what lies side by side in the table, backwards. */
static void expand(const head *h, float *bias)
{
    size_t height = (size_t)h->w.window[0], width = (size_t)h->w.window[1], wide = 2 * width - 1,
           count = (2 * height - 1) * wide, heads = (size_t)h->a->a.heads;
    float turned[4 * MOST_BIASED];
    for (size_t r = 0; r < count; r++) turned[count - 1 - r] = h->a->a.table[r * heads + h->number];
    for (size_t i = 0; i < h->w.tokens; i++)
        for (size_t y = 0; y < height; y++, bias += width)
            memcpy(bias, turned + (y + height - 1 - i / width) * wide + width - 1 - i % width,
                   width * sizeof *bias);
}

/* The table's gradient from that of each b_ij. */
static void reduce(const head *h, const float *db)
{
    size_t height = (size_t)h->w.window[0], width = (size_t)h->w.window[1], wide = 2 * width - 1,
           count = (2 * height - 1) * wide, heads = (size_t)h->a->a.heads;
    float turned[4 * MOST_BIASED] = {0}, *to = h->a->dtable + h->sample * count * heads + h->number;
    for (size_t i = 0; i < h->w.tokens; i++)
        for (size_t y = 0; y < height; y++, db += width)
            for (size_t x = 0; x < width; x++)
                turned[(y + height - 1 - i / width) * wide + width - 1 - i % width + x] += db[x];
    for (size_t r = 0; r < count; r++) to[r * heads] = turned[count - 1 - r];
}

/* Of token i of q. */
static lince_attention_bias bias_of(const head *h, const float *bias, const tokens *q, size_t i,
                                    const tokens *k)
{
    return (lince_attention_bias){.bias = h->a->a.table ? bias + i * h->w.tokens : NULL,
                                  .part = k->parted ? k->part : NULL,
                                  .own = q->part[i]};
}

/* --- forward ------------------------------------------------------------------------------------------------ */

typedef struct forward_memory {
    _Alignas(64) float rows[KEYS * MOST_D], k[PANELS(MOST_D, KEYS)], v[PANELS(KEYS, MOST_D)];
    float q[QUERIES * MOST_D + SPARE], s[QUERIES * KEYS + SPARE], y[QUERIES * MOST_D],
        bias[MOST_BIASED * MOST_BIASED];
    float largest[QUERIES], sum[QUERIES];
    tokens query, key;
    panels keys, values;
} forward_memory;

static void load_keys(const head *h, size_t window, size_t first, size_t count, forward_memory *m)
{
    find_tokens(h, window, first, count, &m->key);
    h->simd->gather(&m->key.at, h->k, 1, m->rows);
    m->keys = across(h, m->rows, count, m->k);
    h->simd->gather(&m->key.at, h->v, 1, m->rows);
    m->values = along(h, m->rows, count, m->v);
}

/* The queries' results over the keys so far. */
static void attend_keys(const head *h, bool first, forward_memory *m)
{
    const lince_gemm_simd *g = h->simd->gemm;
    size_t count = m->query.at.count, keys = m->key.at.count;
    multiply(g, count, m->q, h->d, 1, m->keys, m->s, KEYS, false);
    for (size_t i = 0; i < count; i++) {
        lince_attention_bias b = bias_of(h, m->bias, &m->query, i, &m->key);
        if (first) m->largest[i] = -INFINITY, m->sum[i] = 0;
        float left = h->simd->weigh(m->s + i * KEYS, keys, &b, &m->largest[i], &m->sum[i]);
        if (!first && left != 1) h->simd->scale(m->y + i * h->d, h->d, left);
    }
    multiply(g, count, m->s, KEYS, 1, m->values, m->y, h->d, !first);
}

static void finish(const head *h, forward_memory *m)
{
    for (size_t i = 0; i < m->query.at.count; i++) {
        h->simd->scale(m->y + i * h->d, h->d, 1 / m->sum[i]);
        if (h->log_sum) h->log_sum[m->query.pixel[i]] = m->largest[i] + logf(m->sum[i]);
    }
    h->simd->scatter(&m->query.at, m->y, 1, false, h->a->y + place(h, 1, 0));
}

static void attend_window(const head *h, size_t window, forward_memory *m)
{
    size_t all = h->w.tokens, queries = block_of(h, QUERIES), keys = block_of(h, KEYS);
    if (keys == all) load_keys(h, window, 0, keys, m);
    for (size_t i = 0; i < all; i += queries) {
        find_tokens(h, window, i, lince_smaller(queries, all - i), &m->query);
        h->simd->gather(&m->query.at, h->q, h->scale, m->q);
        for (size_t j = 0; j < all; j += keys) {
            if (keys < all) load_keys(h, window, j, lince_smaller(keys, all - j), m);
            attend_keys(h, j == 0, m);
        }
        finish(h, m);
    }
}

static void attend_head(void *context, size_t index)
{
    head h = head_of(context, index);
    forward_memory m;
    if (h.a->a.table) expand(&h, m.bias);
    for (size_t window = 0; window < h.w.count; window++) attend_window(&h, window, &m);
}

/* --- backward ----------------------------------------------------------------------------------------------- */

typedef struct backward_memory {
    _Alignas(64) float rows[KEYS_BACK * MOST_D], k_across[PANELS(MOST_D, KEYS_BACK)],
        v_across[PANELS(MOST_D, KEYS_BACK)], k_along[PANELS(KEYS_BACK, MOST_D)], dk[KEYS_BACK * MOST_D],
        dv[KEYS_BACK * MOST_D];
    float q[QUERIES * MOST_D + SPARE], dy[QUERIES * MOST_D + SPARE], dq[QUERIES * MOST_D],
        q_along[PANELS(QUERIES, MOST_D)], dy_along[PANELS(QUERIES, MOST_D)];
    float p[QUERIES * KEYS_BACK + SPARE], ds[QUERIES * KEYS_BACK + SPARE];
    float bias[MOST_BIASED * MOST_BIASED], db[MOST_BIASED * MOST_BIASED], own[QUERIES];
    tokens query, key;
    panels keys, values, keys_along, queries_along, gradients_along;
} backward_memory;

static void load_keys_back(const head *h, size_t window, size_t first, size_t count, backward_memory *m)
{
    find_tokens(h, window, first, count, &m->key);
    h->simd->gather(&m->key.at, h->v, 1, m->rows);
    m->values = across(h, m->rows, count, m->v_across);
    h->simd->gather(&m->key.at, h->k, 1, m->rows);
    m->keys = across(h, m->rows, count, m->k_across);
    m->keys_along = along(h, m->rows, count, m->k_along);
}

static void load_queries_back(const head *h, size_t window, size_t first, size_t count, backward_memory *m)
{
    find_tokens(h, window, first, count, &m->query);
    h->simd->gather(&m->query.at, h->q, h->scale, m->q);
    h->simd->gather(&m->query.at, h->a->dy + place(h, 1, 0), 1, m->dy);
    h->simd->gather(&m->query.at, h->a->y + place(h, 1, 0), 1, m->dq); /* dq is still free */
    for (size_t i = 0; i < count; i++) m->own[i] = h->simd->dot(m->dy + i * h->d, m->dq + i * h->d, h->d);
    m->queries_along = along(h, m->q, count, m->q_along);
    m->gradients_along = along(h, m->dy, count, m->dy_along);
}

/* p and ds of the queries by the keys. */
static void weigh_back(const head *h, backward_memory *m)
{
    size_t count = m->query.at.count, keys = m->key.at.count;
    multiply(h->simd->gemm, count, m->q, h->d, 1, m->keys, m->p, KEYS_BACK, false);
    multiply(h->simd->gemm, count, m->dy, h->d, 1, m->values, m->ds, KEYS_BACK, false);
    for (size_t i = 0; i < count; i++) {
        lince_attention_bias b = bias_of(h, m->bias, &m->query, i, &m->key);
        h->simd->weigh_back(m->p + i * KEYS_BACK, m->ds + i * KEYS_BACK, keys, &b,
                            h->log_sum[m->query.pixel[i]], m->own[i]);
        if (h->a->dtable) h->simd->add(m->db + i * h->w.tokens, m->ds + i * KEYS_BACK, keys);
    }
}

/* q was scaled: dk is as it should be, dq is not yet. */
static void send_back(const head *h, bool first_queries, bool first_keys, backward_memory *m)
{
    const lince_gemm_simd *g = h->simd->gemm;
    size_t count = m->query.at.count, keys = m->key.at.count;
    weigh_back(h, m);
    if (!h->a->dqkv) return;
    multiply(g, keys, m->p, 1, KEYS_BACK, m->gradients_along, m->dv, h->d, !first_queries);
    multiply(g, keys, m->ds, 1, KEYS_BACK, m->queries_along, m->dk, h->d, !first_queries);
    multiply(g, count, m->ds, KEYS_BACK, 1, m->keys_along, m->dq, h->d, false);
    h->simd->scatter(&m->query.at, m->dq, h->scale, !first_keys, h->a->dqkv + place(h, 3, 0));
}

static void send_back_window(const head *h, size_t window, backward_memory *m)
{
    size_t all = h->w.tokens, queries = block_of(h, QUERIES), keys = block_of(h, KEYS_BACK);
    for (size_t j = 0; j < all; j += keys) {
        load_keys_back(h, window, j, lince_smaller(keys, all - j), m);
        for (size_t i = 0; i < all; i += queries) {
            load_queries_back(h, window, i, lince_smaller(queries, all - i), m);
            send_back(h, i == 0, j == 0, m);
        }
        if (!h->a->dqkv) continue;
        h->simd->scatter(&m->key.at, m->dk, 1, false, h->a->dqkv + place(h, 3, 1));
        h->simd->scatter(&m->key.at, m->dv, 1, false, h->a->dqkv + place(h, 3, 2));
    }
}

static void send_back_head(void *context, size_t index)
{
    head h = head_of(context, index);
    backward_memory m;
    if (h.a->a.table) expand(&h, m.bias);
    if (h.a->dtable) memset(m.db, 0, h.w.tokens * h.w.tokens * sizeof *m.db);
    for (size_t window = 0; window < h.w.count; window++) send_back_window(&h, window, &m);
    if (h.a->dtable) reduce(&h, m.db);
}

/* --- rows --------------------------------------------------------------------------------------------------- */

static void run_forward(const lince_attention_simd *simd, const lince_kernel *kernel,
                        const lince_attention_args *a)
{
    work w = {simd, a};
    lince_parallel(kernel->exec.threads, a->n * (size_t)a->a.heads, attend_head, &w);
}

static void run_backward(const lince_attention_simd *simd, const lince_kernel *kernel,
                         const lince_attention_args *a)
{
    work w = {simd, a};
    lince_parallel(kernel->exec.threads, a->n * (size_t)a->a.heads, send_back_head, &w);
}

static bool supported(const lince_attention_args *a, int lanes)
{
    int d = a->shape.channels / a->a.heads;
    return a->shape.block == lanes && d % lanes == 0 && d <= MOST_D &&
           (!a->a.table || lince_windows_of(&a->a, a->shape).tokens <= MOST_BIASED);
}

static bool supports_avx512(const void *geometry)
{
    return supported(geometry, 16);
}

static bool supports_avx2(const void *geometry)
{
    return supported(geometry, 8);
}

LINCE_X86_ROW(attention, ATTENTION, avx512, AVX512, lince_attention_simd_avx512, supports_avx512,
              run_forward);
LINCE_X86_ROW(attention, ATTENTION, avx2, AVX2, lince_attention_simd_avx2, supports_avx2, run_forward);
LINCE_X86_ROW(attention_backward, ATTENTION_BACKWARD, avx512, AVX512, lince_attention_simd_avx512,
              supports_avx512, run_backward);
LINCE_X86_ROW(attention_backward, ATTENTION_BACKWARD, avx2, AVX2, lince_attention_simd_avx2, supports_avx2,
              run_backward);
