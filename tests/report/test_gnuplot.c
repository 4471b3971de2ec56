/* Labels are drawn as they are, whatever gnuplot could take them for. */
#include "core/file.h"
#include "core/memory.h"
#include "report/page/gnuplot.h"

#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define FOLDER TEST_SCRATCH "/gnuplot"

static const char *const labels[] = {"50%full",        "100%%s",         "'80s",    "'70s `touch CANARY`",
                                     "it''s",          "`touch CANARY`", "@CANARY", "a_{b}^c",
                                     "back\\slash\\n", "# none",         "$x",      "\u202eleft",
                                     "\x1b[31mred"};
enum { LABELS = sizeof labels / sizeof *labels };

/* What the SVG has in place of one: XML's entities, and blanks for what may not be shown. */
static void as_drawn(const char *label, lince_buffer *out)
{
    for (const char *c = label; *c; c++)
        if (*c == '\x1b')
            lince_buffer_puts(out, " ");
        else if (!strncmp(c, "\u202e", 3)) {
            lince_buffer_puts(out, " ");
            c += 2;
        } else
            lince_buffer_put(out, c, 1);
}

static void test_labels_are_drawn_as_they_are(void **state)
{
    (void)state;
    lince_buffer none = {0}, body = {0};
    char *svg;
    size_t size;
    assert_int_equal(lince_make_folder(FOLDER "/plots"), 0);
    lince_buffer_puts(&body, "set xtics (");
    for (int i = 0; i < LABELS; i++) {
        lince_buffer_puts(&body, i ? ", " : "");
        lince_gnuplot_tic(&body, labels[i], i);
    }
    lince_buffer_printf(&body, ")\nset xrange [0:%d]\nset yrange [0:1]\n", LABELS);
    for (int i = 0; i < LABELS; i++) {
        lince_buffer_puts(&body, "set label ");
        lince_gnuplot_quote(&body, labels[i]);
        lince_buffer_printf(&body, " at %d,0.5\n", i);
    }
    lince_buffer_puts(&body, "plot x notitle\n");
    assert_int_equal(body.error, 0);
    int code = lince_gnuplot_draw(FOLDER, "labels", false, 900, 300, &none, &body);
    if (code == LINCE_EUNSUPPORTED) skip();
    assert_int_equal(code, 0);
    assert_int_equal(lince_file_read(FOLDER "/plots/labels.svg", 1 << 20, &svg, &size), 0);
    for (int i = 0; i < LABELS; i++) {
        lince_buffer drawn = {0};
        as_drawn(labels[i], &drawn);
        const char *tic = strstr(svg, drawn.data);
        if (!tic || !strstr(tic + 1, drawn.data)) fail_msg("'%s' is not drawn twice", labels[i]);
        lince_buffer_release(&drawn);
    }
    assert_int_not_equal(access(FOLDER "/plots/CANARY", F_OK), 0);
    lince_free(svg);
    lince_buffer_release(&body);
}

/* gnuplot takes 49 bytes of it: 5, 13 times 3, and those of the ellipsis. */
static void test_a_long_label_with_a_per_cent_sign_is_cut_between_characters(void **state)
{
    (void)state;
#define SEVEN "＝＝＝＝＝＝＝"
    lince_buffer none = {0}, body = {0};
    char *svg;
    size_t size;
    assert_int_equal(lince_make_folder(FOLDER "/plots"), 0);
    lince_buffer_puts(&body, "set xtics (");
    lince_gnuplot_tic(&body, "50 % " SEVEN SEVEN SEVEN, 0);
    lince_buffer_puts(&body, ")\nset xrange [-1:1]\nplot x notitle\n");
    int code = lince_gnuplot_draw(FOLDER, "long", false, 900, 300, &none, &body);
    if (code == LINCE_EUNSUPPORTED) skip();
    assert_int_equal(code, 0);
    assert_int_equal(lince_file_read(FOLDER "/plots/long.svg", 1 << 20, &svg, &size), 0);
    assert_non_null(strstr(svg, "<text>50 % " SEVEN "＝＝＝＝＝＝…</text>"));
    lince_free(svg);
    lince_buffer_release(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_labels_are_drawn_as_they_are),
                                       cmocka_unit_test(
                                           test_a_long_label_with_a_per_cent_sign_is_cut_between_characters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
