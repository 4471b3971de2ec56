/* What moves numbers and changes none: layouts, concatenation, shortcuts with padding. */
#include "kernels/kernels.h"
#include "ops/blocked.h"
#include "ops/rows.h"

/* NCHW and back. */
static void check_layout(lince_shape s, int batch, lince_random *r)
{
    size_t plain_size = (size_t)batch * lince_shape_elements(s), i = 0;
    float *blocked = draw_blocked(s, batch, NORMAL, r), *back = blocked_new(s, batch),
          *plain = lince_alloc(plain_size, sizeof *plain);
    assert_non_null(plain);
    lince_to_plain(ON(2), s, (size_t)batch, blocked, plain);
    EACH_ELEMENT(s, batch) assert_true(plain[i++] == blocked[blocked_at(s, n, c, y, x)]);
    for (size_t k = 0; k < (size_t)batch * lince_shape_size(s); k++) back[k] = NAN;
    lince_from_plain(ON(2), s, (size_t)batch, plain, back);
    assert_memory_equal(back, blocked, (size_t)batch * lince_shape_size(s) * sizeof *back);
    for (size_t k = 0; k < (size_t)batch * lince_shape_size(s); k++) back[k] = 7;
    lince_clear_padding(ON(2), s, (size_t)batch, back);
    EACH_ELEMENT(s, batch) assert_true(back[blocked_at(s, n, c, y, x)] == 7);
    assert_padding_zero(s, batch, back);
    lince_free(blocked), lince_free(back), lince_free(plain);
}

static void check_concat(lince_shape a, int batch, lince_random *r)
{
    lince_shape b = a, out = a;
    b.channels = draw_size(r, 1, 40), out.channels += b.channels;
    const lince_join join = {.a = a, .b = b, .out = out};
    float *xa = draw_blocked(a, batch, NORMAL, r), *xb = draw_blocked(b, batch, NORMAL, r),
          *joined = blocked_new(out, batch), *da = blocked_new(a, batch), *db = blocked_new(b, batch);
    lince_concat(ON(2), &join, (size_t)batch, xa, xb, joined);
    EACH_ELEMENT(out, batch)
    {
        float expected =
            c < a.channels ? xa[blocked_at(a, n, c, y, x)] : xb[blocked_at(b, n, c - a.channels, y, x)];
        assert_true(joined[blocked_at(out, n, c, y, x)] == expected);
    }
    assert_padding_zero(out, batch, joined);
    lince_concat_backward(ON(2), &join, (size_t)batch, joined, da, db);
    assert_memory_equal(da, xa, (size_t)batch * lince_shape_size(a) * sizeof *da);
    assert_memory_equal(db, xb, (size_t)batch * lince_shape_size(b) * sizeof *db);
    lince_concat_backward(ON(2), &join, (size_t)batch, joined, NULL, db);
    lince_free(xa), lince_free(xb), lince_free(joined), lince_free(da), lince_free(db);
}

static void check_shortcut(lince_shape in, int batch, lince_random *r)
{
    int stride = 1 + (int)lince_random_below(r, 2), more = 2 * (int)lince_random_below(r, 12),
        shift = more / 2;
    lince_shape out = {in.channels + more, (in.height - 1) / stride + 1, (in.width - 1) / stride + 1,
                       in.block};
    float *from = draw_blocked(in, batch, NORMAL, r), *to = blocked_new(out, batch),
          *dy = draw_blocked(out, batch, NORMAL, r), *dx = blocked_new(in, batch);
    lince_pad_shortcut(ON(2), in, out, stride, (size_t)batch, from, to);
    EACH_ELEMENT(out, batch)
    {
        bool is_new = c < shift || c >= shift + in.channels;
        float expected = is_new ? 0 : from[blocked_at(in, n, c - shift, stride * y, stride * x)];
        assert_true(to[blocked_at(out, n, c, y, x)] == expected);
    }
    lince_pad_shortcut_backward(ON(2), in, out, stride, (size_t)batch, dy, dx);
    EACH_ELEMENT(in, batch)
    {
        bool unseen = y % stride || x % stride;
        float expected = unseen ? 0 : dy[blocked_at(out, n, c + shift, y / stride, x / stride)];
        assert_true(dx[blocked_at(in, n, c, y, x)] == expected);
    }
    assert_padding_zero(out, batch, to);
    assert_padding_zero(in, batch, dx);
    lince_free(from), lince_free(to), lince_free(dy), lince_free(dx);
}

static void for_random_shapes(uint64_t key, void (*check)(lince_shape shape, int batch, lince_random *r))
{
    for (uint64_t i = 0; i < sample_size(); i++) {
        lince_random r = lince_random_at(lince_key(key, LINCE_STREAM_SYNTH, 0, i));
        lince_shape shape = draw_shape(&r);
        check(shape, draw_size(&r, 1, 4), &r);
    }
}

static void test_blocks_and_plain_layout(void **state)
{
    (void)state;
    for_random_shapes(31, check_layout);
}

static void test_concatenation(void **state)
{
    (void)state;
    for_random_shapes(32, check_concat);
}

static void test_shortcuts_with_padding(void **state)
{
    (void)state;
    for_random_shapes(33, check_shortcut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_and_plain_layout),
        cmocka_unit_test(test_concatenation),
        cmocka_unit_test(test_shortcuts_with_padding),
    };
    return cmocka_run_group_tests_name("ops/layout", tests, NULL, NULL);
}
