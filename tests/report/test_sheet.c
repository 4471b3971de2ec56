#include "core/file.h"
#include "core/memory.h"
#include "report/page/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_a_sheet_holds_all_pictures_and_captions(void **state)
{
    (void)state;
    lince_image square, wide, sheet;
    assert_int_equal(lince_image_init(&square, 32, 32), 0);
    assert_int_equal(lince_image_init(&wide, 64, 16), 0);
    memset(square.pixels, 200, 32 * 32 * 3);
    const lince_sheet_item items[] = {{&square, "cat <1>\ndog 0.9"}, {&wide, "it's"}, {&square, NULL}};
    assert_int_equal(lince_make_folder(TEST_SCRATCH "/sheet"), 0);
    const lince_sheet layout = {.columns = 2, .tile = 96, .lines = 2};
    assert_int_equal(lince_sheet_draw(TEST_SCRATCH "/sheet", "errors", &layout, items, 3), 0);
    char *svg;
    size_t size;
    assert_int_equal(lince_file_read(TEST_SCRATCH "/sheet/plots/errors.svg", 1 << 20, &svg, &size), 0);
    assert_non_null(strstr(svg, "cat &lt;1&gt;</text>"));
    assert_non_null(strstr(svg, "dog 0.9</text>"));
    assert_null(strstr(svg, "href=\"http"));
    assert_int_equal(lince_image_load(&sheet, TEST_SCRATCH "/sheet/plots/errors.png", &(lince_decoding){0}),
                     0);
    assert_int_equal(sheet.width, 2 * 108 + 12);
    assert_int_equal(sheet.height, 2 * 138 + 12);
    assert_in_range(sheet.pixels[(60 * sheet.width + 60) * 3], 195, 205); /* inside the first picture */
    lince_free(svg);
    lince_image_release(&sheet);
    lince_image_release(&wide);
    lince_image_release(&square);
}

static void test_heat_turns_a_grey_picture_red_and_yellow(void **state)
{
    (void)state;
    static const float heat[] = {0, 0.5f, 1};
    lince_image grey, hot;
    assert_int_equal(lince_image_init(&grey, 3, 1), 0);
    memset(grey.pixels, 100, 9);
    assert_int_equal(lince_sheet_blend(&hot, &grey, heat, 1, 3), 0);
    assert_true(hot.pixels[0] == hot.pixels[1] && hot.pixels[0] < 100); /* cold: darker */
    assert_true(hot.pixels[3] > hot.pixels[4]);                         /* red */
    assert_true(hot.pixels[6] == hot.pixels[7] && hot.pixels[8] < 50);  /* yellow */
    lince_image_release(&hot);
    lince_image_release(&grey);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sheet_holds_all_pictures_and_captions),
        cmocka_unit_test(test_heat_turns_a_grey_picture_red_and_yellow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
