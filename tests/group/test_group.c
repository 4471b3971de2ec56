/* What members of a group do together: shares, sums whose bits do not depend on their number, agreement,
 * copies. */
#include "core/bfloat.h"
#include "group/tree.h"

#include "group/threads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const int sizes[] = {1, 2, 3, 4, 5, 8};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void test_shares_are_contiguous_and_even(void **state)
{
    (void)state;
    for (int s = 0; s < SIZES; s++)
        for (size_t total = 0; total < 40; total++) {
            size_t next = 0;
            for (int r = 0; r < sizes[s]; r++) {
                lince_group g = {.rank = r, .size = sizes[s]};
                lince_share share = lince_group_share(&g, total);
                assert_int_equal(share.begin, next);
                assert_in_range(share.count, total / (size_t)sizes[s],
                                (total + (size_t)sizes[s] - 1) / (size_t)sizes[s]);
                next += share.count;
            }
            assert_int_equal(next, total);
        }
    lince_share all = lince_group_share(&lince_alone, SIZE_MAX);
    assert_true(all.begin == 0 && all.count == SIZE_MAX);
}

/* --- sums ------------------------------------------------------------------------------------------- */

enum { COUNT = LINCE_GROUP_BUFFER / 8 + 1000, PIECES = 9 }; /* several ranges, whose adder changes */

/* Of magnitudes so different that another order gives other bits. */
static float value_of(size_t piece, size_t i)
{
    uint32_t h = (uint32_t)(piece * 2654435761u) ^ (uint32_t)(i * 40503u + 1);
    h ^= h >> 13, h *= 0x5bd1e995u, h ^= h >> 15;
    return (float)((double)h / 4294967296.0 - 0.5) * (float)(1u << (h & 15));
}

static float exactly(float x)
{
    return x;
}

/* The definition: of all sums `kept` is what a member keeps of them. */
static float tree(float (*kept)(float x), size_t first, size_t width, size_t pieces, size_t i)
{
    if (width == 1) return kept(value_of(first, i));
    float left = tree(kept, first, width / 2, pieces, i);
    if (first + width / 2 >= pieces) return left;
    return kept(left + tree(kept, first + width / 2, width / 2, pieces, i));
}

typedef struct summing {
    const lince_number *kind;
    float (*kept)(float x);
    size_t pieces;
    float *sum[MOST_MEMBERS];
    size_t sent[MOST_MEMBERS];
    int code[MOST_MEMBERS];
} summing;

static void sum_pieces(const lince_group *g, void *context)
{
    summing *s = context;
    lince_tree t;
    s->code[g->rank] = lince_tree_init(&t, g, s->pieces);
    float *values = malloc((t.own.count + 1) * COUNT * sizeof *values);
    for (size_t p = 0; p < t.own.count; p++)
        for (size_t i = 0; i < COUNT; i++) values[p * COUNT + i] = s->kept(value_of(t.own.begin + p, i));
    if (!s->code[g->rank]) s->code[g->rank] = lince_tree_sum_pieces(&t, s->kind, values, COUNT);
    s->sum[g->rank] = values;
    s->sent[g->rank] = t.bytes;
    lince_tree_release(&t);
}

static void expect_the_same_sum(const lince_number *kind, float (*kept)(float x), size_t pieces)
{
    float *expected = malloc(COUNT * sizeof *expected);
    size_t differ = 0;
    for (size_t i = 0; i < COUNT; i++) {
        float in_turn = 0;
        for (size_t p = 0; p < pieces; p++) in_turn = kept(in_turn + kept(value_of(p, i)));
        expected[i] = tree(kept, 0, 16, pieces, i);
        differ += in_turn != expected[i];
    }
    assert_true(pieces < 4 || differ > COUNT / 10); /* the order is seen in the bits */
    for (int k = 0; k < SIZES; k++) {
        summing s = {.kind = kind, .kept = kept, .pieces = pieces};
        in_a_group(sizes[k], sum_pieces, &s);
        for (int r = 0; r < sizes[k]; r++) {
            assert_int_equal(s.code[r], 0);
            assert_memory_equal(s.sum[r], expected, COUNT * sizeof *expected);
            free(s.sum[r]);
        }
    }
    free(expected);
}

static void test_a_sum_has_the_same_bits_on_any_number_of_members(void **state)
{
    (void)state;
    for (size_t pieces = 1; pieces <= PIECES; pieces += pieces < 3 ? 1 : 3)
        expect_the_same_sum(&lince_floats, exactly, pieces);
}

static void test_so_has_one_of_rounded_numbers(void **state)
{
    (void)state;
    expect_the_same_sum(&lince_rounded_floats, lince_round_to_bfloat, 5);
}

/* About twice the vector, half of it where each number is half as long, and nobody much more than others. */
static void test_everyone_sends_as_much(void **state)
{
    (void)state;
    for (int half = 0; half < 2; half++) {
        summing s = {.kind = half ? &lince_rounded_floats : &lince_floats,
                     .kept = lince_round_to_bfloat,
                     .pieces = 8};
        size_t all = 0, vector = COUNT * s.kind->sent;
        in_a_group(8, sum_pieces, &s);
        for (int r = 0; r < 8; r++) {
            assert_in_range(s.sent[r], vector, 5 * vector / 2);
            all += s.sent[r];
            free(s.sum[r]);
        }
        assert_int_equal(all, 2 * 7 * vector);
    }
}

static void sum_doubles(const lince_group *g, void *context)
{
    double *sums = context, values[2] = {1e-17 + g->rank, 1};
    lince_tree t;
    if (lince_tree_init(&t, g, (size_t)g->size) || lince_tree_sum_pieces(&t, &lince_doubles, values, 2))
        values[0] = -1;
    sums[g->rank] = values[0] + 100 * values[1];
    lince_tree_release(&t);
}

static void test_doubles_are_summed_likewise(void **state)
{
    (void)state;
    double sums[4];
    in_a_group(4, sum_doubles, sums);
    for (int r = 0; r < 4; r++) assert_true(sums[r] == 6 + 400);
}

/* Of pieces that come one after the other a member keeps a sum a level. */
static void test_sums_that_are_kept_are_as_many_as_the_tree_has_levels(void **state)
{
    (void)state;
    for (size_t pieces = 1; pieces < 70; pieces++) {
        lince_tree_stack s = {.pieces = pieces};
        size_t most = 0, levels = 1;
        while ((size_t)1 << levels <= pieces) levels++;
        for (size_t i = 0; i < pieces; i++) {
            lince_tree_push(&s, i);
            if (s.count > most) most = s.count;
            while (lince_tree_joins(&s)) continue;
        }
        assert_int_equal(s.count, 1);
        assert_in_range(most, 1, levels);
    }
}

static void test_alone_nothing_changes(void **state)
{
    (void)state;
    float values[2] = {0.1f, -0.0f}, before[2] = {0.1f, -0.0f};
    lince_tree t;
    assert_int_equal(lince_tree_init(&t, &lince_alone, 1), 0);
    assert_int_equal(lince_tree_sum_pieces(&t, &lince_floats, values, 2), 0);
    lince_tree_release(&t);
    assert_int_equal(lince_group_broadcast(&lince_alone, 0, values, sizeof values), 0);
    assert_int_equal(lince_group_gather(&lince_alone, values, 2, 1, sizeof *values), 0);
    assert_memory_equal(values, before, sizeof values);
    assert_int_equal(lince_group_all(&lince_alone, LINCE_EDATA), LINCE_EDATA);
    assert_int_equal(lince_group_all(&lince_alone, 0), 0);
}

/* --- agreement -------------------------------------------------------------------------------------- */

typedef struct agreeing {
    int fails[2]; /* ranks that fail; -1: none */
    int code[MOST_MEMBERS];
    char message[MOST_MEMBERS][64];
} agreeing;

static void agree(const lince_group *g, void *context)
{
    agreeing *a = context;
    int code = 0;
    lince_set_error("nothing");
    for (int i = 0; i < 2; i++)
        if (a->fails[i] == g->rank) code = lince_fail(LINCE_EDATA, "member %d of these", g->rank);
    a->code[g->rank] = lince_group_all(g, code);
    snprintf(a->message[g->rank], sizeof a->message[0], "%.63s", lince_error());
    if (lince_group_all(g, 0)) a->code[g->rank] = 1; /* and it is over then */
}

static void test_the_failure_of_one_is_told_by_all(void **state)
{
    (void)state;
    for (int k = 0; k < SIZES; k++)
        for (int fails = 0; fails < sizes[k]; fails++) {
            agreeing a = {.fails = {fails, sizes[k] - 1}};
            char expected[64];
            snprintf(expected, sizeof expected, "member %d of these", fails);
            in_a_group(sizes[k], agree, &a);
            for (int r = 0; r < sizes[k]; r++) {
                assert_int_equal(a.code[r], LINCE_EDATA);
                assert_string_equal(a.message[r], expected);
            }
        }
}

static void test_where_none_fails_none_is_told(void **state)
{
    (void)state;
    agreeing a = {.fails = {-1, -1}};
    in_a_group(3, agree, &a);
    for (int r = 0; r < 3; r++) {
        assert_int_equal(a.code[r], 0);
        assert_string_equal(a.message[r], "nothing");
    }
}

/* --- copies ----------------------------------------------------------------------------------------- */

static void copy(const lince_group *g, void *context)
{
    int *wrong = context;
    enum { BYTES = LINCE_GROUP_BUFFER + 77 };
    unsigned char *bytes = malloc(BYTES);
    for (int root = 0; root < g->size; root++) {
        memset(bytes, g->rank == root ? root + 1 : 0, BYTES);
        if (lince_group_broadcast(g, root, bytes, BYTES)) wrong[g->rank]++;
        for (size_t i = 0; i < BYTES; i++) wrong[g->rank] += bytes[i] != root + 1;
    }
    for (size_t total = 0; total < 20; total++) {
        int32_t items[20] = {0};
        lince_share own = lince_group_share(g, total);
        for (size_t i = 0; i < own.count; i++) items[own.begin + i] = (int32_t)(own.begin + i) + 7;
        if (lince_group_gather(g, items, total, (size_t)g->size, sizeof *items)) wrong[g->rank]++;
        for (size_t i = 0; i < total; i++) wrong[g->rank] += items[i] != (int32_t)i + 7;
    }
    free(bytes);
}

static void test_everyone_has_what_one_has_and_what_all_have(void **state)
{
    (void)state;
    for (int k = 0; k < SIZES; k++) {
        int wrong[MOST_MEMBERS] = {0};
        in_a_group(sizes[k], copy, wrong);
        for (int r = 0; r < sizes[k]; r++) assert_int_equal(wrong[r], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_are_contiguous_and_even),
        cmocka_unit_test(test_a_sum_has_the_same_bits_on_any_number_of_members),
        cmocka_unit_test(test_so_has_one_of_rounded_numbers),
        cmocka_unit_test(test_everyone_sends_as_much),
        cmocka_unit_test(test_doubles_are_summed_likewise),
        cmocka_unit_test(test_sums_that_are_kept_are_as_many_as_the_tree_has_levels),
        cmocka_unit_test(test_alone_nothing_changes),
        cmocka_unit_test(test_the_failure_of_one_is_told_by_all),
        cmocka_unit_test(test_where_none_fails_none_is_told),
        cmocka_unit_test(test_everyone_has_what_one_has_and_what_all_have),
    };
    return cmocka_run_group_tests_name("group/group", tests, NULL, NULL);
}
