/* lince_lr_find: the range test, with a figure and a table of its steps. */
#include <lince/train.h>

#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/number.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "report/run/figures.h"
#include "train/loop/range_test.h"
#include "train/run/run.h"

#include <math.h>
#include <stdio.h>

static void put_number(lince_buffer *out, double value, char after)
{
    char text[LINCE_NUMBER_MAX];
    lince_number_print(text, value, 9);
    lince_buffer_printf(out, "%s%c", text, after);
}

static int write_table(const lince_range_test *r, const char *folder)
{
    char path[LINCE_PATH_MAX];
    lince_buffer out = {0};
    LINCE_TRY(lince_path_join(path, folder, "lr_find.csv"));
    lince_buffer_puts(&out, "step,lr,loss,smoothed\n");
    for (size_t i = 0; i < r->count; i++) {
        lince_buffer_printf(&out, "%zu,", i + 1);
        put_number(&out, r->lr[i], ',');
        put_number(&out, r->loss[i], ',');
        put_number(&out, r->smoothed[i], '\n');
    }
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

static void put_data(lince_figure *g, const lince_range_test *r)
{
    lince_buffer_puts(&g->data, "$steps << EOD\n");
    for (size_t i = 0; i < r->count; i++) {
        put_number(&g->data, r->lr[i], ' ');
        put_number(&g->data, r->loss[i], ' ');
        put_number(&g->data, r->smoothed[i], '\n');
    }
    lince_buffer_puts(&g->data, "EOD\n$chosen << EOD\n");
    put_number(&g->data, r->lr[r->chosen], ' ');
    put_number(&g->data, r->smoothed[r->chosen], '\n');
    lince_buffer_puts(&g->data, "EOD\n");
}

/* The explosion would press what matters to the floor: the axis ends a little above the first losses. */
static void put_body(lince_figure *g, const lince_range_test *r)
{
    char title[128], rate[LINCE_NUMBER_MAX];
    double highest = 0, least = INFINITY;
    for (size_t i = 0; i < r->count; i++) {
        if (r->smoothed[i] < least) least = r->smoothed[i];
        if (i <= r->chosen && r->smoothed[i] > highest) highest = r->smoothed[i];
    }
    lince_number_print(rate, r->lr[r->chosen], 3);
    lince_figure_label(g, "set xlabel", _("learning rate"));
    lince_figure_label(g, "set ylabel", _("loss"));
    lince_buffer_puts(&g->body, "set logscale x\nset format x '1e%T'\nset grid lc rgb '#dddddd'\n"
                                "set border 3 lc rgb '#777777'\nset tics nomirror\n"
                                "set key outside top center horizontal\n");
    lince_buffer_puts(&g->body, "set yrange [");
    put_number(&g->body, fmax(0, least - 0.1 * (highest - least)), ':');
    put_number(&g->body, highest + 0.5 * (highest - least) + 1e-6, ']');
    lince_buffer_puts(&g->body, "\n");
    lince_buffer_puts(&g->body, "plot $steps using 1:2 with lines lw 1 lc rgb '#bbbbbb' title ");
    lince_gnuplot_quote(&g->body, _("each batch"));
    lince_buffer_puts(&g->body, ", $steps using 1:3 with lines lw 2 lc rgb '#0072b2' title ");
    lince_gnuplot_quote(&g->body, _("smoothed"));
    lince_buffer_puts(&g->body, ", $chosen using 1:2 with points pt 7 ps 1.2 lc rgb '#d55e00' title ");
    snprintf(title, sizeof title, _("suggested: %s"), rate);
    lince_gnuplot_quote(&g->body, title);
    lince_buffer_puts(&g->body, "\n");
}

static int draw(const lince_range_test *r, const char *folder, bool narrow)
{
    lince_figure g = {.narrow = narrow, .width = narrow ? 360 : 820, .height = narrow ? 300 : 400};
    put_data(&g, r);
    put_body(&g, r);
    int code = g.data.error ? g.data.error : g.body.error;
    if (!code) code = lince_gnuplot_draw(folder, "lr_find", narrow, g.width, g.height, &g.data, &g.body);
    lince_buffer_release(&g.data);
    lince_buffer_release(&g.body);
    return code;
}

static int write_all(const lince_range_test *r, const char *folder, const lince_observer *observer)
{
    lince_gaps gaps = {.observer = observer};
    LINCE_TRY(write_table(r, folder));
    if (!lince_gaps_figure(&gaps, draw(r, folder, false))) lince_gaps_figure(&gaps, draw(r, folder, true));
    return 0;
}

int lince_lr_find(const lince_settings *settings, double from, double to, int steps,
                  const lince_observer *observer, char *folder, size_t folder_size, double *lr)
{
    LINCE_NEED(settings);
    LINCE_NEED(folder);
    LINCE_NEED(lr);
    LINCE_PLAIN_LOCALE;
    lince_observer heard = LINCE_OBSERVER_INIT;
    char made[LINCE_PATH_MAX];
    lince_range_test r = {.from = from, .to = to, .steps = steps};
    LINCE_TRY(lince_sized_read(&heard, observer, "lince_observer"));
    if (settings->resume)
        return lince_fail(LINCE_EUSAGE, "lr-find: looks at how a run begins; leave out --resume");
    int code = lince_range_test_run(&r, settings, &heard);
    if (!code)
        code = lince_run_new_folder(made, settings->out && *settings->out ? settings->out : "runs/lr-find");
    if (!code) {
        snprintf(folder, folder_size, "%s", made);
        *lr = r.lr[r.chosen];
        code = write_all(&r, made, &heard);
    }
    lince_range_test_release(&r);
    return code;
}
