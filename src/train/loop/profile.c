#include "train/loop/profile.h"
#include "core/clock.h"
#include "core/display.h"
#include "core/i18n.h"

bool lince_waiting_matters(double waited, double seconds)
{
    return waited > 1 && waited > 0.1 * seconds;
}

void lince_profile_start(lince_profile *p)
{
    p->last = lince_now();
}

void lince_profile_lap(lince_profile *p, lince_phase_of_step phase)
{
    double now = lince_now();
    p->seconds[phase] += now - p->last;
    p->last = now;
}

void lince_profile_move(lince_profile *p, lince_phase_of_step from, lince_phase_of_step to, double seconds)
{
    p->seconds[from] -= seconds;
    p->seconds[to] += seconds;
}

/* --- printing ------------------------------------------------------------------------------------- */

/* What stands behind a share of the peak that the peak does not bound, and below the table. */
static const struct {
    char mark;
    const char *words;
} beyond[] = {
    [LINCE_PRODUCTS_DEFINED] = {' ', NULL},
    [LINCE_PRODUCTS_WINOGRAD] =
        {'w', N_("w  by Winograd's algorithm, whose products are as few as a quarter of those that "
                 "are counted: 400 % would be the peak")},
    [LINCE_PRODUCTS_TILES] =
        {'t', N_("t  products of bfloat16 by matrix tiles, beside the peak of single precision")},
};

static lince_products products_of(const lince_layer *l, bool backward)
{
    return l->type->products ? l->type->products(l, backward) : LINCE_PRODUCTS_DEFINED;
}

/* Milliseconds a step, the share of all time, and where the layer multiplies GFLOP/s and their share of the peak. */
static void put_direction(const lince_profile *p, double seconds, double total, double flops,
                          lince_products products, lince_buffer *out)
{
    lince_buffer_printf(out, " %9.3f %5.1f%%", 1e3 * seconds / (double)p->steps, 100 * seconds / total);
    if (flops > 0 && seconds > 0)
        lince_buffer_printf(out, " %8.1f %6.1f%%%c", 1e-9 * flops / seconds, 100 * flops / seconds / p->peak,
                            beyond[products].mark);
    else
        lince_buffer_printf(out, " %8s %8s", "", "");
}

/* Backward multiplies once for the input's gradient and once for the weights', each where wanted. */
static double backward_products(const lince_layer *l)
{
    bool trained = false;
    for (int i = 0; i < l->param_count; i++) trained |= l->params[i].trainable;
    return (l->wants_din ? 1 : 0) + (trained ? 1 : 0);
}

/* What has travelled, and how much of its time was hidden behind something else. */
static void put_travel(const lince_profile *p, lince_travel_time t, lince_buffer *out)
{
    if (t.bytes == 0) return;
    lince_buffer_printf(out, " %9.3f %9.3f %5.1f%%", 1e-6 * (double)t.bytes / (double)p->steps,
                        1e3 * t.seconds / (double)p->steps, 100 * (1 - t.waited / t.seconds));
}

static void put_layer(const lince_profile *p, const lince_layer *l, const lince_net_time *time,
                      lince_travel_time travel, double total, lince_buffer *out)
{
    double flops = 2 * l->macs * (double)p->samples;
    lince_buffer_printf(out, "%-24.24s %-20.20s", l->name, l->type->name);
    put_direction(p, time->forward, total, flops, products_of(l, false), out);
    put_direction(p, time->backward, total, flops * backward_products(l), products_of(l, true), out);
    put_travel(p, travel, out);
    lince_buffer_puts(out, "\n");
}

static void put_title(lince_buffer *out, int columns, const char *title)
{
    lince_buffer_printf(out, " %*s", lince_field(columns, title), title);
}

static void put_layers(const lince_profile *p, lince_net *net, const lince_gradient_sum *sum, double total,
                       lince_buffer *out)
{
    bool travels = lince_gradient_sum_time(sum, 0).bytes > 0;
    const lince_net_time *times = lince_net_times(net);
    lince_buffer_printf(out, "%45s", "");
    put_title(out, 34, _("forward"));
    put_title(out, 34, _("backward"));
    if (travels) put_title(out, 26, _("to other processes"));
    lince_buffer_puts(out, "\n");
    lince_buffer_printf(out, "%*s", lince_field(-45, _("layer")), _("layer"));
    for (int i = 0; i < 2; i++) {
        put_title(out, 9, _("ms/step"));
        put_title(out, 6, _("share"));
        put_title(out, 8, "GFLOP/s");
        put_title(out, 8, _("of peak"));
    }
    if (travels) {
        put_title(out, 9, _("MB/step"));
        put_title(out, 9, _("ms/step"));
        put_title(out, 6, _("hidden"));
    }
    lince_buffer_puts(out, "\n");
    for (size_t i = 1; i < lince_net_nodes(net); i++)
        put_layer(p, lince_net_layer(net, i), &times[i], lince_gradient_sum_time(sum, i), total, out);
}

static void put_peak(const lince_profile *p, lince_net *net, lince_buffer *out)
{
    bool met[sizeof beyond / sizeof *beyond] = {false};
    for (size_t i = 1; i < lince_net_nodes(net); i++)
        for (int backward = 0; backward < 2; backward++)
            met[products_of(lince_net_layer(net, i), backward)] = true;
    lince_buffer_printf(
        out, _("peak of this machine's threads in use (%d), measured: %.1f GFLOP/s in single precision\n"),
        lince_net_exec(net)->threads, 1e-9 * p->peak);
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        if (met[i] && beyond[i].words) lince_buffer_printf(out, "%s\n", lince_translate(beyond[i].words));
}

/* Of all layers. */
static void put_sum(const lince_profile *p, const lince_gradient_sum *sum, lince_buffer *out)
{
    lince_travel_time t = lince_gradient_sum_time(sum, 0);
    if (t.bytes == 0) return;
    lince_buffer_printf(out,
                        _("gradients to other processes: %.3f MB a step, %.3f ms, of which %.1f %% while "
                          "something else was computed\n"),
                        1e-6 * (double)t.bytes / (double)p->steps, 1e3 * t.seconds / (double)p->steps,
                        100 * (1 - t.waited / t.seconds));
}

void lince_profile_print(const lince_profile *p, lince_net *net, const lince_gradient_sum *sum,
                         lince_buffer *out)
{
    static const char *const names[LINCE_TIMES] = {
        [LINCE_TIME_WAITING] = N_("waiting for data"),
        [LINCE_TIME_LAYERS] = N_("layers"),
        [LINCE_TIME_LOSS] = N_("loss"),
        [LINCE_TIME_ADDING] = N_("adding up gradients"),
        [LINCE_TIME_OTHERS] = N_("waiting for other processes"),
        [LINCE_TIME_NORM] = N_("norm of the gradient"),
        [LINCE_TIME_UPDATE] = N_("update of the weights"),
        [LINCE_TIME_PROGRESS] = N_("counting, progress"),
        [LINCE_TIME_VALIDATION] = N_("validation"),
        [LINCE_TIME_SAVING] = N_("saving"),
    };
    double total = 0;
    for (int i = 0; i < LINCE_TIMES; i++) total += p->seconds[i];
    lince_buffer_printf(out, _("profile (steps: %zu, samples: %zu): %.1f s\n"), p->steps, p->samples, total);
    if (!p->steps) return;
    if (lince_net_times(net)) {
        put_layers(p, net, sum, total, out);
        put_peak(p, net, out);
    }
    for (int i = 0; i < LINCE_TIMES; i++)
        lince_buffer_printf(out, "%*s %9.3f %5.1f%%\n", lince_field(-45, lince_translate(names[i])),
                            lince_translate(names[i]), 1e3 * p->seconds[i] / (double)p->steps,
                            100 * p->seconds[i] / total);
    put_sum(p, sum, out);
    lince_buffer_printf(out, _("%.1f samples a second while training\n"),
                        (double)p->all /
                            (total - p->seconds[LINCE_TIME_VALIDATION] - p->seconds[LINCE_TIME_SAVING]));
}
