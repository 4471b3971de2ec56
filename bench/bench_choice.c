/* How good a choice of kernels is: each convolution of a network, in each direction, by each row that does it, on one thread;
 * behind the times the row that is taken, and in the end what the network's convolutions take by the rows taken, by the fastest
 * of lince's own, and by the fastest of all.
 *
 *     bench_choice [model [size [batch [part of the network's batch that is measured]]]] */
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/conv.h"
#include "kernels/op.h"
#include "layers/conv2d.h"
#include "models/model_zoo.h"
#include "timing.h"

#include <float.h>
#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TASKS = 512 };

typedef struct shape {
    lince_conv_task task;
    int layers; /* that have it */
} shape;

typedef struct shapes {
    shape each[MOST_TASKS];
    size_t count;
} shapes;

static void add(shapes *s, const lince_conv_task *task)
{
    char key[160], other[160];
    lince_conv_timing.key(task, key, sizeof key);
    for (size_t i = 0; i < s->count; i++) {
        lince_conv_timing.key(&s->each[i].task, other, sizeof other);
        if (!strcmp(key, other)) {
            s->each[i].layers++;
            return;
        }
    }
    if (s->count < MOST_TASKS) s->each[s->count++] = (shape){*task, 1};
}

static void add_layer(shapes *s, const lince_layer *l, int batch, bool first)
{
    const lince_conv2d_layer_args *a = l->own;
    const lince_window *w = &a->window;
    lince_conv c = {.batch = batch,
                    .in = l->in[0],
                    .out = l->out,
                    .kernel = {w->kernel[0], w->kernel[1]},
                    .stride = {w->stride[0], w->stride[1]},
                    .padding = {w->padding[0], w->padding[1]},
                    .groups = a->groups};
    for (int d = 0; d < 3; d++)
        if (d != LINCE_BACKWARD_DATA || !first)
            add(s, &(lince_conv_task){c, (lince_direction)d, l->param_count > 1 && d != LINCE_BACKWARD_DATA});
}

static int collect(shapes *s, const char *model, int size, int batch)
{
    lince_net *net = NULL;
    const lince_architecture *a = lince_architecture_named(model);
    lince_net_options options = {.batch = batch, .threads = 1};
    lince_architecture_options wanted = {.classes = 1000, .dropout = -1};
    int code = a ? lince_net_new(&net, (lince_shape){3, size, size, 1}, &options) : LINCE_EUSAGE;
    if (!code) code = lince_architecture_build(a, net, &wanted);
    for (size_t i = 1; !code && i < lince_net_nodes(net); i++) {
        const lince_layer *l = lince_net_layer(net, i);
        if (l->type == &lince_conv2d_layer) add_layer(s, l, batch, !s->count);
    }
    lince_net_free(net);
    return code;
}

/* Seconds of the best run in at least three and a fifth of a second; DBL_MAX where the row declines. */
static double time_row(const lince_conv_task *task, const lince_op_row *row)
{
    enum { LEAST = 3, MOST = 200 };
    static const double enough = 0.04;
    lince_exec exec = {.device = &lince_host, .threads = 1};
    lince_kernel kernel;
    double best = DBL_MAX, all = 0;
    if (lince_kernel_init_as(&kernel, &exec, row, task)) return best;
    void *args = lince_conv_timing.arguments(&lince_host, task),
         *scratch = lince_host.alloc(&lince_host, kernel.scratch + 1);
    if (!args || !scratch) abort();
    lince_conv_timing.lend(args, scratch);
    for (int i = 0; i < LEAST || (i < MOST && all < enough); i++) {
        double start = bench_now(1);
        lince_kernel_run(&kernel, args);
        double took = bench_now(1) - start;
        if (i && took < best) best = took;
        all += took;
    }
    lince_host.free(&lince_host, scratch, kernel.scratch + 1);
    lince_conv_timing.release(&lince_host, task, args);
    lince_kernel_release(&kernel);
    return best;
}

static const lince_op_row *taken(const lince_conv_task *task)
{
    lince_exec exec = {.device = &lince_host, .threads = 1, .deterministic = true};
    lince_kernel kernel;
    if (lince_kernel_init(&kernel, &exec, LINCE_OP_CONV, task)) abort();
    const lince_op_row *row = kernel.row;
    lince_kernel_release(&kernel);
    return row;
}

typedef struct totals {
    double taken, own, all;
} totals;

static double results(const lince_conv *c)
{
    return (double)c->batch * c->out.height * c->out.width;
}

static void measure(const shape *s, totals *sums)
{
    char key[160];
    double own = DBL_MAX, all = DBL_MAX, mine = DBL_MAX;
    lince_conv_task task = s->task;
    lince_conv_timing.part(&task, 1);
    const lince_op_row *choice = taken(&s->task);
    lince_conv_timing.key(&s->task, key, sizeof key);
    printf("%s x%d", key, s->layers);
    for (const lince_op_row *const *row = lince_host.rows[LINCE_OP_CONV]; *row; row++) {
        if (!row[1] && own < DBL_MAX) break;
        double took = time_row(&task, *row);
        if (took == DBL_MAX) continue;
        printf("  %s %.3f", (*row)->name, 1e3 * took);
        if (took < all) all = took;
        if ((*row)->same_bits && took < own) own = took;
        if (*row == choice) mine = took;
    }
    printf("  takes %s %.2f\n", choice->name, mine / all);
    fflush(stdout);
    double n = s->layers * results(&s->task.conv) / results(&task.conv);
    sums->taken += n * mine, sums->own += n * own, sums->all += n * all;
}

int main(int argc, char **argv)
{
    static shapes s;
    totals sums = {0};
    const char *model = argc > 1 ? argv[1] : "resnet18";
    int size = argc > 2 ? atoi(argv[2]) : 224, batch = argc > 3 ? atoi(argv[3]) : 32;
    lince_parallel_use(1);
    if (collect(&s, model, size, batch)) return fprintf(stderr, "%s\n", lince_error()), 1;
    for (size_t i = 0; i < s.count; i++) measure(&s.each[i], &sums);
    printf(
        "%s, %d pixels, batch %d: by the rows taken %.1f ms, by the fastest of lince's own %.1f ms, by the "
        "fastest of all %.1f ms\n",
        model, size, batch, 1e3 * sums.taken, 1e3 * sums.own, 1e3 * sums.all);
    return 0;
}
