/* Which samples of a part a piece of the batches has, and which member of a group opens them. */
#include "core/random.h"
#include "data/fixture.h"
#include "data/loader/division.h"
#include "group/threads.h"

#include <lince/language.h>

enum { TOTAL = 103, BATCH = 10, PIECES = 4, MEMBERS = 3, BAD = 5 };
static const uint64_t key = 7;

static lince_group member_of(int size, int rank)
{
    return (lince_group){.rank = rank, .size = size};
}

static void init(lince_division *d, const lince_group *group, size_t pieces, bool drawn)
{
    assert_done(lince_division_init(d, group, TOTAL, BATCH, pieces, drawn ? &key : NULL));
}

static void test_members_have_each_sample_once(void **state)
{
    (void)state;
    for (int size = 1; size <= 6; size++)
        for (int drawn = 0; drawn < 2; drawn++) {
            int had[TOTAL] = {0};
            for (int rank = 0; rank < size; rank++) {
                lince_group group = member_of(size, rank);
                lince_division d;
                init(&d, &group, PIECES, drawn);
                for (size_t i = 0; i < d.owns; i++) {
                    had[d.own[i]]++;
                    assert_true(!i || d.own[i - 1] < d.own[i]);
                }
                lince_division_release(&d);
            }
            for (int i = 0; i < TOTAL; i++) assert_int_equal(had[i], 1);
        }
}

static void test_without_a_draw_samples_stay_in_their_places(void **state)
{
    (void)state;
    lince_group second = member_of(2, 1);
    lince_division d;
    init(&d, &second, 2, false);
    for (size_t i = 0; i < d.owns; i++) {
        size_t of_batch = d.own[i] / BATCH * BATCH, n = TOTAL - of_batch < BATCH ? TOTAL - of_batch : BATCH;
        assert_true(d.own[i] - of_batch >= n / 2);
    }
    lince_division_release(&d);
}

/* The piece that has a place of an epoch. */
static size_t piece_at(size_t place)
{
    size_t first = place / BATCH * BATCH, n = TOTAL - first < BATCH ? TOTAL - first : BATCH;
    for (size_t p = 0;; p++) {
        lince_share part = lince_piece(n, PIECES, p);
        if (place - first < part.begin + part.count) return p;
    }
}

static void test_a_piece_has_the_same_samples_in_every_epoch_in_another_order(void **state)
{
    (void)state;
    lince_division d;
    uint32_t order[2][TOTAL];
    size_t moved = 0;
    init(&d, &lince_alone, PIECES, true);
    for (int epoch = 0; epoch < 2; epoch++) {
        bool had[TOTAL] = {false};
        lince_division_deal(&d, 1, epoch, order[epoch]);
        for (size_t i = 0; i < TOTAL; i++) {
            uint32_t sample = order[epoch][i];
            assert_false(had[sample]);
            had[sample] = true;
            assert_int_equal(d.piece[sample], piece_at(i));
        }
    }
    for (size_t i = 0; i < TOTAL; i++) moved += order[0][i] != order[1][i];
    assert_true(moved > TOTAL * 3 / 4);
    lince_division_release(&d);
}

static void test_epochs_do_not_depend_on_the_members(void **state)
{
    (void)state;
    uint32_t alone[TOTAL], order[TOTAL];
    lince_division d;
    init(&d, &lince_alone, PIECES, true);
    lince_division_deal(&d, 5, 3, alone);
    lince_division_release(&d);
    for (int rank = 0; rank < MEMBERS; rank++) {
        lince_group group = member_of(MEMBERS, rank);
        init(&d, &group, PIECES, true);
        lince_division_deal(&d, 5, 3, order);
        assert_memory_equal(order, alone, sizeof order);
        lince_division_release(&d);
    }
}

/* Where the draw is by one piece, an epoch is what it is without: the same permutation. */
static void test_one_piece_is_shuffled_as_a_whole(void **state)
{
    (void)state;
    lince_division d;
    uint32_t order[TOTAL], plain[TOTAL];
    init(&d, &lince_alone, 1, true);
    lince_division_deal(&d, 9, 2, order);
    lince_random_permutation(lince_key(9, LINCE_STREAM_SHUFFLE, 2, 0), plain, TOTAL);
    assert_memory_equal(order, plain, sizeof order);
    lince_division_release(&d);
}

static void test_bad_samples_leave_pieces_full_and_nearly_the_same(void **state)
{
    (void)state;
    static const uint32_t bad[BAD] = {0, 17, 50, 51, 102};
    uint32_t good[TOTAL - BAD], order[TOTAL - BAD];
    size_t count = 0, moved = 0;
    bool had[TOTAL] = {false};
    lince_division d;
    for (uint32_t i = 0, b = 0; i < TOTAL; i++)
        if (b < BAD && bad[b] == i)
            b++;
        else
            good[count++] = i;
    init(&d, &lince_alone, PIECES, true);
    lince_division_keep(&d, good, count);
    lince_division_deal(&d, 1, 0, order);
    for (size_t i = 0; i < count; i++) {
        assert_false(had[order[i]]);
        had[order[i]] = true;
        moved += i < count / BATCH * BATCH && d.piece[order[i]] != piece_at(i);
    }
    for (size_t i = 0; i < count; i++) assert_true(had[good[i]]);
    assert_true(moved <= BAD * PIECES);
    lince_division_release(&d);
}

static void gather(const lince_group *group, void *context)
{
    lince_division d;
    uint64_t items[TOTAL] = {0};
    init(&d, group, PIECES, true);
    for (size_t i = 0; i < d.owns; i++) items[d.own[i]] = d.own[i] * 11u + 1;
    assert_done(lince_division_gather(&d, items, sizeof *items));
    for (size_t i = 0; i < TOTAL; i++)
        if (items[i] != i * 11 + 1) *(bool *)context = false;
    lince_division_release(&d);
}

static void test_what_each_member_found_all_have(void **state)
{
    (void)state;
    for (int size = 1; size <= 6; size++) {
        bool right = true;
        in_a_group(size, gather, &right);
        assert_true(right);
    }
}

static void test_a_part_without_samples(void **state)
{
    (void)state;
    lince_division d;
    assert_done(lince_division_init(&d, &lince_alone, 0, BATCH, PIECES, &key));
    assert_int_equal(d.owns, 0);
    lince_division_deal(&d, 1, 0, d.sample);
    lince_division_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_have_each_sample_once),
        cmocka_unit_test(test_without_a_draw_samples_stay_in_their_places),
        cmocka_unit_test(test_a_piece_has_the_same_samples_in_every_epoch_in_another_order),
        cmocka_unit_test(test_epochs_do_not_depend_on_the_members),
        cmocka_unit_test(test_one_piece_is_shuffled_as_a_whole),
        cmocka_unit_test(test_bad_samples_leave_pieces_full_and_nearly_the_same),
        cmocka_unit_test(test_what_each_member_found_all_have),
        cmocka_unit_test(test_a_part_without_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
