/* Tables of which a step touches few rows (embeddings), trained as if every row were updated at every step.
 *
 * A row without a gradient still moves: its momentum runs on, decay shrinks it, its average follows. A lazy
 * row rests meanwhile, and makes up for what it missed when it is touched again or looked at. With nothing
 * but zero gradients from step 1 to k the weight w, its momentum m and its average a become
 *
 *     w_k = K w_0 - sum_l (K_k / K_l) s_l                  K_l: the product of what decay keeps in steps 1 to l
 *     a_k = d^k a_0 + R w_0 - sum_l (R_l / K_l) s_l        R_l = (1 - d) sum_{i >= l} d^(k - i) K_i,  R = R_1
 *     s_l = c_l r^l m_0 / (sqrt(q^l v_0) / b_l + eps)      Adam's steps (b: bias correction)
 *     s_l = c_l r^l m_0                                    those of others
 *
 * in which only m_0 and v_0 are the weight's own. Momentum dies away in some dozens of steps, in which the
 * denominators hardly change: the sum over l is a function of eps / sqrt(v_0) that its first moments around
 * the mean determine to 1e-7, and one table a step serves all rows (lazy.c;
 * kernels/update.h has the operations). Where they do change, at the
 * very beginning, and where decay is in the gradient, rows make the missed steps one by one. */
#ifndef LINCE_OPTIM_LAZY_H
#define LINCE_OPTIM_LAZY_H

#include "optim/optim.h"

/* Steps after which all rows catch up, so that what is kept of the steps does not grow. */
enum { LINCE_LAZY_WINDOW = 1024 };

typedef struct lince_lazy {
    size_t rows, n;
    lince_store store;
    float *seen;          /* [rows] steps of the window that the row has made; the device's */
    float *rates;         /* [LINCE_LAZY_WINDOW + 1]: steps in the window, then their learning rates */
    lince_rest *steps;    /* [LINCE_LAZY_WINDOW]: what each is for a row at rest */
    lince_missed *missed; /* [LINCE_LAZY_WINDOW]: by a row that has seen so many steps */
} lince_lazy;

/* `seen` and `rates` (LINCE_LAZY_WINDOW + 1 floats) belong into a checkpoint; lince_lazy_restore after they
 * were read, with the hyperparameters of the run and `step` the last one made. LINCE_ENOMEM; LINCE_EFORMAT
 * where they cannot be. */
int lince_lazy_init(lince_lazy *lazy, const lince_device *device, size_t rows, size_t n);
void lince_lazy_release(lince_lazy *lazy);
int lince_lazy_restore(lince_lazy *lazy, const lince_optimizer *optimizer, const lince_hyper *hyper,
                       int step);

/* What is trained: its memory, and by what. */
typedef struct lince_lazy_table {
    const lince_optimizer *optimizer;
    const lince_hyper *hyper;    /* of the step; its `average` is d in float */
    lince_weights_memory memory; /* [rows][n] each */
    double decay;                /* d, of the average */
} lince_lazy_table;

/* Brings `count` rows up to the last step; row, which is the host's, NULL: all of them. */
void lince_lazy_catch_up(lince_lazy *lazy, const lince_exec *exec, const lince_lazy_table *table,
                         const int32_t *row, size_t count);

/* The step hyper->step: of rows that have caught up, with grad[i][n] that of row[i]. */
void lince_lazy_step(lince_lazy *lazy, const lince_exec *exec, const lince_lazy_table *table,
                     const float *grad, const int32_t *row, size_t count);

#endif
