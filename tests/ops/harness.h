/* One list of cases for each operation, and what is asked of its rows with them: that they take part, agree with
 * the truth, keep to their memory, and give the same bits on any number of threads (test_rows.c); that the truth's
 * gradient is its derivative (test_gradients.c); how long they take (bench/bench_ops.c).
 *
 * A case is the arguments of one call (kernels/operands.h) and its operands: the memory that they point to. Cases
 * of an operation are made by its suite, by number, from shapes that have caught operations out: odd sizes, tails
 * behind whole vectors, one sample, channels that do not fill a block. */
#ifndef LINCE_TESTS_HARNESS_H
#define LINCE_TESTS_HARNESS_H

#include "core/tensor.h"
#include "kernels/op.h"

#include <stddef.h>
#include <stdint.h>

enum { OPERANDS = 12 };

typedef enum op_role {
    GIVEN,   /* read, and as it was afterwards */
    RESULT,  /* written as a whole: begins as NaN */
    ADDED_TO /* read and written */
} op_role;

typedef enum op_values {
    SIGNED,     /* of either sign, 0.1 to 1.1 away from zero, where functions have kinks */
    POSITIVE_1, /* 0.5 to 1.5 */
    DISTINCT,   /* no two of 10,007 nearer than 0.02, where the largest is taken */
    ZERO,       /* what a row need not write, where it is zero already */
    BYTES,      /* no floats: uint8_t */
    INTEGERS    /* int32_t */
} op_values;

typedef struct op_operand {
    const char *name;
    size_t at; /* of its pointer in the arguments */
    op_role role;
    op_values values;
    size_t n;          /* elements */
    lince_shape shape; /* of a batch of activations, whose padding channels are zero; block 0: none */
    bool learns;       /* the suite's gradient fills its derivative */
    void *memory;      /* what rows see; behind its end stand bytes that nobody may write */
    void *begin;       /* what it holds before each run */
} op_operand;

typedef struct op_suite op_suite;

typedef struct op_case {
    const op_suite *suite;
    char what[160]; /* in words */
    /* The arguments, and where rows have a plan the geometry. */
    _Alignas(max_align_t) unsigned char args[512], geometry[128];
    op_operand operand[OPERANDS];
    int operands;
    int answer;   /* the operand whose sum is differentiated; 0: the first result */
    double terms; /* of the longest sum behind a result */
    double flops; /* multiplications and additions, or 0 where memory is what counts */
    void *own;    /* what the suite keeps: a packing, keys */
} op_case;

struct op_suite {
    lince_op op;
    bool has_geometry; /* rows have a plan, made from `geometry` */
    bool exact;        /* each row gives the truth's numbers */
    bool linear;       /* in each operand: of absolute values the truth gives the sum of its terms' sizes */
    double slack;   /* of others: how far rows may be from the truth, in units of roundoff of its size + 1 */
    bool hides_nan; /* what is no number may stay without effect: it is no operand of each result */
    /* Case `index`: arguments, and operands by op_operand_add; false: there are no more. `timed`: one that is worth
     * timing. */
    bool (*make)(op_case *c, size_t index, bool timed);
    void (*fill)(op_case *c); /* after values are drawn: what is no random number; NULL: all are */
    /* Of sum_i dy_i result_i by each operand that learns, into d[operand]: by the truth of the backward
     * operations. NULL: it is itself one, or has none. */
    void (*gradient)(const op_case *c, const float *dy, float *const *d);
    void (*release)(op_case *c); /* what it keeps; may be NULL */
};

/* All of them, NULL after the last. */
const op_suite *op_suite_at(size_t index);
const op_suite *op_suite_of(lince_op op); /* NULL: none */

/* An operand of the case: flat, or activations. */
op_operand *op_flat(op_case *c, const char *name, size_t at, op_role role, op_values values, size_t n);
op_operand *op_blocked(op_case *c, const char *name, size_t at, op_role role, lince_shape shape,
                       size_t batch);

/* Case `index` with its memory; false: there are no more. */
bool op_case_open(op_case *c, const op_suite *suite, size_t index, bool timed);
void op_case_release(op_case *c);

/* Operands as they were at first, and a run; false where the row declines. */
bool op_case_run(op_case *c, const lince_op_row *row, int threads);
bool op_case_supports(const op_case *c, const lince_op_row *row);

/* Seconds of the fastest of the runs that fit into `seconds`, one after the other on the same memory, after a first
 * one; negative where the row declines. */
double op_case_time(op_case *c, const lince_op_row *row, int threads, double seconds);

size_t op_bytes(const op_operand *o);

/* A context in which each operation is computed by its truth. */
const lince_exec *op_truth(void);

/* The truth among the rows of an operation: the last of them. */
const lince_op_row *op_truth_of(lince_op op);

#endif
