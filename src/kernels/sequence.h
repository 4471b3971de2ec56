/* Operations (op.h) on rows of packed texts (kernels/packed.h), as functions: looked up, added up, dropped and
 * read. n: floats a row. */
#ifndef LINCE_KERNELS_SEQUENCE_H
#define LINCE_KERNELS_SEQUENCE_H

#include "kernels/exec.h"
#include "kernels/packed.h"

/* out[i] = table[index[i]], i < count */
void lince_gather_rows(const lince_exec *exec, const float *table, const int32_t *index, size_t count,
                       size_t n, float *out);

/* sum[d] = over the rows that hold distinct token d, in their order, of x[row * ld ..] */
void lince_sum_uses(const lince_exec *exec, const lince_packed *packed, const float *x, size_t ld, size_t n,
                    float *sum);

/* plain[text][max_steps][n], zero behind each text's end; x has a row for each step, or for each distinct
 * token. */
void lince_unpack(const lince_exec *exec, const lince_packed *packed, const float *x, bool distinct, size_t n,
                  float *plain);

/* y[row] = x[slot[row]] / (1 - p) where kept, else 0; slot NULL: x[row]. What is kept is a function of the
 * text's key, `layer`, the step and the feature. Linear in x: backward is the same function. */
void lince_drop_steps(const lince_exec *exec, const lince_packed *packed, const float *x, const int32_t *slot,
                      size_t n, float p, const uint64_t *key, uint64_t layer, float *y);

/* One vector for a text, y[text][n], and back: every row of dx is written.
 * last: of the first `from_last` features the last step, of the others the first. */
void lince_read_last(const lince_exec *exec, const lince_packed *packed, const float *x, size_t n,
                     size_t from_last, float *y);
void lince_read_last_backward(const lince_exec *exec, const lince_packed *packed, const float *dy, size_t n,
                              size_t from_last, float *dx);
void lince_read_mean(const lince_exec *exec, const lince_packed *packed, const float *x, size_t n, float *y);
void lince_read_mean_backward(const lince_exec *exec, const lince_packed *packed, const float *dy, size_t n,
                              float *dx);
/* taken[text][n]: the row of the largest, the first where several are equal */
void lince_read_max(const lince_exec *exec, const lince_packed *packed, const float *x, size_t n, float *y,
                    int32_t *taken);
void lince_read_max_backward(const lince_exec *exec, const lince_packed *packed, const float *dy, size_t n,
                             const int32_t *taken, float *dx);

#endif
