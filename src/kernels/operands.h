/* What the rows of the operations of kernels.h and sequence.h are handed; those headers say what is computed.
 * Memory is the device's, but for what is said to be the host's. */
#ifndef LINCE_KERNELS_OPERANDS_H
#define LINCE_KERNELS_OPERANDS_H

#include "core/tensor.h"
#include "kernels/attention.h"
#include "kernels/kernels.h"
#include "kernels/packed.h"

/* FILL, COPY, SCALE, SHIFT, SUM, QUOTIENT, and the activations: each value by itself. Of two operands b is the second, in
 * backward the gradient. y may be one of them. */
typedef struct lince_map_args {
    const float *a, *b;
    float *y;
    size_t n;
    float number; /* FILL, SCALE, SHIFT */
    bool relu;    /* SUM */
} lince_map_args;

/* ADD_BIAS: x is the bias, y the rows. SUM_ROWS: x the rows, y the sum. */
typedef struct lince_rows_args {
    const float *x;
    float *y;
    size_t rows, n;
} lince_rows_args;

/* SUM_CHANNELS, TO_PLAIN, FROM_PLAIN, CLEAR_PADDING (y alone). */
typedef struct lince_layout_args {
    lince_shape shape;
    size_t n;
    const float *x;
    float *y;
} lince_layout_args;

/* DROPOUT, DROP_SAMPLES. */
typedef struct lince_dropout_args {
    const float *x;
    float *y;
    size_t n, size;
    float p;
    const uint64_t *key; /* the host's */
    uint64_t layer;
} lince_dropout_args;

typedef struct lince_gemm_args {
    bool ta, tb;
    size_t m, n, k;
    const float *a;
    size_t lda;
    const float *b;
    size_t ldb;
    float beta;
    float *c;
    size_t ldc;
} lince_gemm_args;

/* MAX_POOL, AVG_POOL: x -> y; backward: dy -> dx. AVG_POOL with a window of 0: adaptive. */
typedef struct lince_pool_args {
    lince_window w;
    lince_shape in, out;
    size_t n;
    bool gate;
    const float *from; /* x, dy */
    float *to;         /* y, dx */
    uint8_t *taken;
} lince_pool_args;

/* BATCH_NORM: x -> y; backward: x, dy -> dx (y), dgamma, dbeta. With `sums` these alone, the host's. BATCH_NORM with
 * `scale` and `shift`, of given statistics: these alone. */
typedef struct lince_batch_norm_args {
    lince_batch_norm bn;
    lince_shape shape;
    size_t n;
    bool relu;
    bool add; /* backward: dx is added to what is there */
    const float *x, *dy;
    float *y, *dgamma, *dbeta;
    float *scale, *shift;
    double *sums;
} lince_batch_norm_args;

/* LAYER_NORM: x -> y, moments; backward: x, dy, moments -> dx, dgamma, dbeta. */
typedef struct lince_layer_norm_args {
    lince_layer_norm ln;
    lince_shape shape;
    size_t n;
    const float *x, *dy;
    float *y, *dx, *dgamma, *dbeta;
} lince_layer_norm_args;

/* PAD: x -> y; backward: dy -> dx. */
typedef struct lince_pad_args {
    lince_shape in, out;
    int top, left;
    size_t n;
    const float *from;
    float *to;
} lince_pad_args;

/* SCALE_CHANNELS: x, s -> y; backward: x, s, dy -> dx, ds, of which one may be NULL. */
typedef struct lince_scale_channels_args {
    lince_shape shape;
    size_t n;
    const float *x, *s, *dy;
    float *y, *dx, *ds;
} lince_scale_channels_args;

/* CONCAT: x -> y; backward: dy -> dx, of which one may be NULL. */
typedef struct lince_concat_args {
    lince_join join;
    size_t n;
    const float *x[2], *dy;
    float *y, *dx[2];
} lince_concat_args;

/* PICK_CHANNELS: x -> y; backward: dy -> dx. */
typedef struct lince_pick_args {
    lince_shape in, out;
    lince_pick pick;
    size_t n;
    const float *from;
    float *to;
} lince_pick_args;

/* PAD_SHORTCUT: x -> y; backward: dy -> dx. */
typedef struct lince_pad_shortcut_args {
    lince_shape in, out;
    int stride;
    size_t n;
    const float *from;
    float *to;
} lince_pad_shortcut_args;

/* PREPEND: x, token -> y; backward: dy -> dx, dtoken, of which one may be NULL. */
typedef struct lince_prepend_args {
    lince_shape in;
    size_t n;
    const float *from, *token;
    float *to, *dtoken;
} lince_prepend_args;

/* MERGE_PIXELS: x -> y; backward: dy -> dx. */
typedef struct lince_merge_args {
    lince_shape in, out;
    size_t n;
    const float *from;
    float *to;
} lince_merge_args;

/* ATTENTION: qkv -> y, log_sum; backward: qkv, y, log_sum, dy -> dqkv, dtable, of which one may be NULL. `shape`: of y. */
typedef struct lince_attention_args {
    lince_attention a;
    lince_shape shape;
    size_t n;
    const float *qkv;
    float *y;
    const float *dy;
    float *dqkv, *dtable;
} lince_attention_args;

/* Of texts: the packing and indices are the host's. GATHER_ROWS: x, index -> y; SUM_USES; UNPACK; READ_...:
 * x -> y, backward: dy (x) -> dx (y). */
typedef struct lince_sequence_args {
    const lince_packed *packed;
    const float *x;
    float *y;
    size_t n;             /* floats a row */
    size_t ld;            /* SUM_USES: floats from row to row of x */
    const int32_t *index; /* GATHER_ROWS [count] */
    size_t count;
    bool distinct;    /* UNPACK */
    size_t from_last; /* READ_LAST */
    int32_t *taken;   /* READ_MAX: the device's */
} lince_sequence_args;

typedef struct lince_drop_steps_args {
    const lince_packed *packed;
    const float *x;
    const int32_t *slot; /* the host's */
    size_t n;
    float p;
    const uint64_t *key; /* the host's */
    uint64_t layer;
    float *y;
} lince_drop_steps_args;

#endif
