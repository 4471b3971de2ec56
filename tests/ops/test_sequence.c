/* Rows of packed texts against their definitions: what is looked up and read, exactly; sums and means within
 * their bounds. */
#include "core/memory.h"
#include "kernels/sequence.h"
#include "ops/rows.h"
#include "ops/sample.h"

#include <string.h>

enum { USES, MEAN, MEAN_BACK, DROP, WHATS };
static const char *const names[WHATS] = {"sum of uses", "mean", "mean backward", "dropout"};
static tally tallies[WHATS];

enum { MOST_TEXTS = 40, MOST_STEPS = 40, MOST_FEATURES = 30, VOCABULARY = 12 };

typedef struct problem {
    lince_packed packed;
    value_kind kind;
    size_t n, rows;
    float *x, *y, *back, *dy; /* [rows][n], [texts or max rows][n], [rows][n], as y */
} problem;

static float *floats(size_t n)
{
    float *x = lince_alloc(n, sizeof *x);
    assert_non_null(x);
    return x;
}

static problem draw(lince_random *r, value_kind kind)
{
    int32_t token[MOST_TEXTS * MOST_STEPS], length[MOST_TEXTS];
    int texts = draw_size(r, 1, MOST_TEXTS), steps = draw_size(r, 1, MOST_STEPS);
    problem p = {.kind = kind, .n = (size_t)draw_size(r, 1, MOST_FEATURES)};
    for (int i = 0; i < texts; i++) {
        length[i] = draw_size(r, 1, steps);
        for (int t = 0; t < steps; t++)
            token[i * steps + t] = t < length[i] ? (int32_t)lince_random_below(r, VOCABULARY) : 0;
    }
    assert_int_equal(lince_packed_init(&p.packed, texts, steps), 0);
    lince_pack(&p.packed, texts, token, length, steps, false);
    p.rows = (size_t)p.packed.rows;
    size_t most = (p.rows + (size_t)texts) * p.n;
    p.x = floats(most), p.y = floats(most), p.back = floats(most), p.dy = floats(most);
    for (size_t i = 0; i < most; i++) {
        p.x[i] = draw_weight(kind, i / p.n >= p.rows / 2, r);
        p.dy[i] = draw_weight(kind, i & 1, r);
    }
    return p;
}

static void release(problem *p)
{
    lince_free(p->x), lince_free(p->y), lince_free(p->back), lince_free(p->dy);
    lince_packed_release(&p->packed);
}

static void check(const problem *p, int what, double terms, size_t at, estimate expected, float found)
{
    double ratio = error_ratio(expected, found);
    if (!(ratio <= 1))
        fail_msg("%s, %s values: [%zu] is %.9g, expected %.9g: %.3g times the bound", names[what],
                 value_kind_names[p->kind], at, (double)found, expected.value, ratio);
    record(&tallies[what], p->kind, terms, ratio);
}

/* --- the rows of each text --------------------------------------------------------------------------------
 */

typedef struct text {
    int number, length;
    size_t row[MOST_STEPS]; /* of each step */
} text;

static text text_at(const lince_packed *packed, int group, int rank)
{
    text t = {.number = lince_text(packed, group, rank)};
    while (rank < lince_active(packed, group, t.length)) {
        t.row[t.length] = (size_t)(lince_row(packed, group, t.length) + rank);
        t.length++;
    }
    assert_int_equal(t.length, packed->length[t.number]);
    return t;
}

static void for_each_text(const problem *p, void (*what)(const problem *p, const text *t))
{
    for (int g = 0; g < p->packed.groups; g++)
        for (int rank = 0; rank < lince_group_texts(&p->packed, g); rank++) {
            text t = text_at(&p->packed, g, rank);
            what(p, &t);
        }
}

/* --- tables -----------------------------------------------------------------------------------------------
 */

static void check_tables(const problem *p)
{
    const lince_packed *packed = &p->packed;
    lince_gather_rows(ON(2), p->x, packed->slot, p->rows, p->n, p->y);
    for (size_t i = 0; i < p->rows * p->n; i++)
        assert_true(p->y[i] == p->x[(size_t)packed->slot[i / p->n] * p->n + i % p->n]);
    lince_sum_uses(ON(2), packed, p->x, p->n, p->n, p->y);
    for (size_t i = 0; i < (size_t)packed->distinct * p->n; i++) {
        sum s = {0};
        for (size_t row = 0; row < p->rows; row++)
            if ((size_t)packed->slot[row] == i / p->n)
                add_term(&s, exactly((double)p->x[row * p->n + i % p->n]));
        check(p, USES, s.terms, i, total_of(&s, order_of(p->kind), s.terms - 1), p->y[i]);
    }
}

static void check_unpacked(const problem *p, const text *t)
{
    for (int step = 0; step < p->packed.max_steps; step++)
        for (size_t k = 0; k < p->n; k++) {
            float found = p->y[((size_t)t->number * (size_t)p->packed.max_steps + (size_t)step) * p->n + k];
            assert_true(found == (step < t->length ? p->x[t->row[step] * p->n + k] : 0));
        }
}

static void check_unpack(problem *p)
{
    float *packed_y = p->y;
    p->y = floats((size_t)p->packed.n * (size_t)p->packed.max_steps * p->n);
    lince_unpack(ON(2), &p->packed, p->x, false, p->n, p->y);
    for_each_text(p, check_unpacked);
    lince_free(p->y);
    p->y = packed_y;
}

/* --- reading
 * ------------------------------------------------------------------------------------------------ */

enum { FROM_LAST = 5 };

static size_t from_last(const problem *p)
{
    return p->n < FROM_LAST ? p->n : FROM_LAST;
}

static void check_last(const problem *p, const text *t)
{
    for (size_t k = 0; k < p->n; k++) {
        size_t at = (size_t)t->number * p->n + k, row = t->row[k < from_last(p) ? t->length - 1 : 0];
        assert_true(p->y[at] == p->x[row * p->n + k]);
        for (int step = 0; step < t->length; step++)
            assert_true(p->back[t->row[step] * p->n + k] == (t->row[step] == row ? p->dy[at] : 0));
    }
}

/* By way of 1 / length. */
static void check_mean(const problem *p, const text *t)
{
    estimate share = t->length > 1 ? rounded(exactly(1.0 / t->length)) : exactly(1);
    for (size_t k = 0; k < p->n; k++) {
        size_t at = (size_t)t->number * p->n + k;
        sum s = {0};
        for (int step = 0; step < t->length; step++) {
            size_t row = t->row[step] * p->n + k;
            add_term(&s, exactly((double)p->x[row]));
            check(p, MEAN_BACK, 1, row, rounded(product_of(exactly((double)p->dy[at]), share)), p->back[row]);
        }
        estimate total = total_of(&s, order_of(p->kind), s.terms - 1);
        check(p, MEAN, s.terms, at, rounded(product_of(total, share)), p->y[at]);
    }
}

static void check_most(const problem *p, const text *t)
{
    for (size_t k = 0; k < p->n; k++) {
        size_t at = (size_t)t->number * p->n + k, most = t->row[0];
        for (int step = 1; step < t->length; step++)
            if (p->x[t->row[step] * p->n + k] > p->x[most * p->n + k]) most = t->row[step];
        assert_true(p->y[at] == p->x[most * p->n + k]);
        for (int step = 0; step < t->length; step++)
            assert_true(p->back[t->row[step] * p->n + k] == (t->row[step] == most ? p->dy[at] : 0));
    }
}

static void check_reading(const problem *p)
{
    int32_t taken[MOST_TEXTS * MOST_FEATURES];
    lince_read_last(ON(2), &p->packed, p->x, p->n, from_last(p), p->y);
    lince_read_last_backward(ON(2), &p->packed, p->dy, p->n, from_last(p), p->back);
    for_each_text(p, check_last);
    lince_read_mean(ON(2), &p->packed, p->x, p->n, p->y);
    lince_read_mean_backward(ON(2), &p->packed, p->dy, p->n, p->back);
    for_each_text(p, check_mean);
    lince_read_max(ON(2), &p->packed, p->x, p->n, p->y, taken);
    lince_read_max_backward(ON(2), &p->packed, p->dy, p->n, taken, p->back);
    for_each_text(p, check_most);
}

/* --- dropout
 * ------------------------------------------------------------------------------------------------ */

/* The share that is dropped; the rest becomes x / (1 - p); a text's numbers do not depend on the others. */
static void check_dropout(const problem *p)
{
    enum { LAYER = 2 };
    static const float share = 0.3f;
    uint64_t keys[MOST_TEXTS];
    size_t dropped = 0, all = p->rows * p->n;
    for (size_t i = 0; i < MOST_TEXTS; i++) keys[i] = i * 77;
    lince_drop_steps(ON(2), &p->packed, p->x, NULL, p->n, share, keys, LAYER, p->y);
    estimate rest = rounded(exactly(1 - (double)share));
    estimate scale = rounded(function_of(rest, 1 / rest.value, -1 / (rest.value * rest.value), 0));
    for (size_t i = 0; i < all; i++) {
        dropped += p->y[i] == 0;
        if (p->y[i] != 0) check(p, DROP, 1, i, rounded(product_of(exactly((double)p->x[i]), scale)), p->y[i]);
    }
    double deviation = sqrt((double)all * (double)share * (1 - (double)share));
    if (p->kind == NORMAL)
        assert_true(fabs((double)dropped - (double)share * (double)all) < 6 * deviation + 1);
}

static void test_random_shapes(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(34, LINCE_STREAM_SYNTH, 0, i));
        problem p = draw(&r, (value_kind)(i % VALUE_KINDS));
        check_tables(&p);
        check_unpack(&p);
        check_reading(&p);
        check_dropout(&p);
        release(&p);
    }
}

static void test_bounds_are_not_wide(void **state)
{
    (void)state;
    check_tallies(names, tallies, WHATS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_shapes),
        cmocka_unit_test(test_bounds_are_not_wide),
    };
    return cmocka_run_group_tests_name("ops/sequence", tests, NULL, NULL);
}
