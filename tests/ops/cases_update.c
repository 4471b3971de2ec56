/* What becomes of a batch's scores and gradients: the loss, and updates of weights. */
#include "core/memory.h"
#include "kernels/kernels.h"
#include "kernels/update.h"
#include "loss/loss.h"
#include "ops/suites.h"
#include "optim/optim.h"

#include <stdio.h>
#include <stdlib.h>

static const size_t sizes[] = {1, 7, 33, 1000, 70001};
enum { SIZES = sizeof sizes / sizeof *sizes, LONG = 1 << 22 };

static bool choose_size(op_case *c, size_t index, bool timed, size_t *n)
{
    if (index >= (timed ? 1 : SIZES)) return false;
    *n = timed ? LONG : sizes[index];
    snprintf(c->what, sizeof c->what, "%zu", *n);
    return true;
}

/* --- all weights ------------------------------------------------------------------------------------------ */

static const lince_hyper hyper = {.lr = 0.01f,
                                  .momentum = 0.9f,
                                  .alpha = 0.99f,
                                  .beta1 = 0.9f,
                                  .beta2 = 0.99f,
                                  .eps = 1e-8f,
                                  .weight_decay = 0.1f,
                                  .grad_scale = 0.5f,
                                  .average = 0.9f,
                                  .step = 12};
/* Of the optimizers that need no more than two states; the first is Adam. */
static lince_rule rules[4];

static const lince_rule *rule_at(size_t index)
{
    static const lince_optimizer *const optimizers[] = {&lince_adam, &lince_sgd, &lince_adamw,
                                                        &lince_rmsprop};
    rules[index % 4] = lince_optimizer_rule(optimizers[index % 4]);
    return &rules[index % 4];
}

/* Some keep squares in one of their states. */
static void add_memory(op_case *c, size_t at, size_t n, bool average)
{
    op_flat(c, "value", at + offsetof(lince_weights_memory, value), ADDED_TO, SIGNED, n);
    op_flat(c, "state0", at + offsetof(lince_weights_memory, state[0]), ADDED_TO, POSITIVE_1, n);
    op_flat(c, "state1", at + offsetof(lince_weights_memory, state[1]), ADDED_TO, POSITIVE_1, n);
    if (average) op_flat(c, "average", at + offsetof(lince_weights_memory, average), ADDED_TO, SIGNED, n);
}

static bool make_step(op_case *c, size_t index, bool timed)
{
    size_t n = LONG;
    const lince_rule *rule = rule_at(index);
    if (timed ? index >= sizeof rules / sizeof *rules : !choose_size(c, index, false, &n)) return false;
    snprintf(c->what, sizeof c->what, "%s, %zu", rule->name, n);
    *(lince_step_args *)c->args = (lince_step_args){.rule = rule, .hyper = &hyper, .n = n};
    op_flat(c, "grad", offsetof(lince_step_args, grad), GIVEN, SIGNED, n)->learns = true;
    add_memory(c, offsetof(lince_step_args, memory), n, index % 2);
    return true;
}

static bool make_squares(op_case *c, size_t index, bool timed)
{
    size_t n;
    if (!choose_size(c, index, timed, &n)) return false;
    *(lince_squares_args *)c->args = (lince_squares_args){.n = n};
    op_flat(c, "x", offsetof(lince_squares_args, x), GIVEN, SIGNED, n);
    op_flat(c, "sum", offsetof(lince_squares_args, sum), RESULT, BYTES, sizeof(double));
    return true;
}

static bool make_blended(op_case *c, size_t index, bool timed)
{
    size_t n;
    if (!choose_size(c, index, timed, &n)) return false;
    *(lince_blend_args *)c->args = (lince_blend_args){.keep = 0.7f, .rate = 0.2f, .n = n};
    return true;
}

static op_operand *add_blend(op_case *c, const char *name, size_t at, op_role role)
{
    return op_flat(c, name, at, role, SIGNED, ((lince_blend_args *)c->args)->n);
}

static bool make_blend(op_case *c, size_t index, bool timed)
{
    if (!make_blended(c, index, timed)) return false;
    add_blend(c, "x", offsetof(lince_blend_args, x), GIVEN)->learns = true;
    add_blend(c, "y", offsetof(lince_blend_args, y), ADDED_TO)->learns = true;
    return true;
}

static void blend_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_blend_args *a = (const lince_blend_args *)c->args;
    lince_scale(op_truth(), dy, d[0], a->rate, a->n);
    lince_scale(op_truth(), dy, d[1], a->keep, a->n);
}

static bool make_round(op_case *c, size_t index, bool timed)
{
    if (!make_blended(c, index, timed)) return false;
    add_blend(c, "y", offsetof(lince_blend_args, y), ADDED_TO);
    return true;
}

static bool make_lookahead(op_case *c, size_t index, bool timed)
{
    if (!make_blended(c, index, timed)) return false;
    add_blend(c, "slow", offsetof(lince_blend_args, y), ADDED_TO);
    add_blend(c, "fast", offsetof(lince_blend_args, z), ADDED_TO);
    return true;
}

static bool make_direction(op_case *c, size_t index, bool timed)
{
    if (!make_blended(c, index, timed)) return false;
    add_blend(c, "grad", offsetof(lince_blend_args, x), GIVEN)->learns = true;
    add_blend(c, "b", offsetof(lince_blend_args, y), ADDED_TO);
    add_blend(c, "d", offsetof(lince_blend_args, z), RESULT);
    return true;
}

/* --- rows of tables --------------------------------------------------------------------------------------- */

/* Rows that are touched, of a table of twice as many and one, and their length. */
static const size_t tables[][2] = {{1, 1}, {3, 7}, {17, 300}, {40, 33}};

static bool choose_table(op_case *c, size_t index, bool timed, size_t *count, size_t *n)
{
    if (index >= (timed ? 1 : sizeof tables / sizeof *tables)) return false;
    *count = timed ? 4096 : tables[index][0];
    *n = timed ? 256 : tables[index][1];
    snprintf(c->what, sizeof c->what, "%zu rows of %zu", *count, *n);
    return true;
}

/* Every other row, from the last one down. */
static void fill_rows(int32_t *row, size_t count)
{
    for (size_t i = 0; i < count; i++) row[i] = (int32_t)(2 * (count - i));
}

static bool make_add_rows(op_case *c, size_t index, bool timed)
{
    size_t count, n;
    if (!choose_table(c, index, timed, &count, &n)) return false;
    *(lince_add_rows_args *)c->args = (lince_add_rows_args){.weight = 0.3f, .count = count, .n = n};
    op_flat(c, "x", offsetof(lince_add_rows_args, x), GIVEN, SIGNED, count * n)->learns = true;
    op_flat(c, "at", offsetof(lince_add_rows_args, at), GIVEN, INTEGERS, count);
    op_flat(c, "y", offsetof(lince_add_rows_args, y), ADDED_TO, SIGNED, (2 * count + 1) * n);
    return true;
}

static void fill_add_rows(op_case *c)
{
    lince_add_rows_args *a = (lince_add_rows_args *)c->args;
    fill_rows((int32_t *)(size_t)a->at, a->count);
}

enum { STEPS = 9 }; /* of a table, of which rows have made more or fewer */

static bool make_lazy(op_case *c, size_t index, bool timed, bool step)
{
    size_t count, n;
    if (!choose_table(c, index, timed, &count, &n)) return false;
    *(lince_lazy_args *)c->args =
        (lince_lazy_args){.rows = {.rule = rule_at(0), .hyper = &hyper, .n = n, .steps = STEPS},
                          .count = count};
    add_memory(c, offsetof(lince_lazy_args, rows.memory), (2 * count + 1) * n, index % 2);
    op_flat(c, "seen", offsetof(lince_lazy_args, rows.seen), ADDED_TO, SIGNED, 2 * count + 1);
    op_flat(c, "row", offsetof(lince_lazy_args, row), GIVEN, INTEGERS, count);
    if (step) op_flat(c, "grad", offsetof(lince_lazy_args, grad), GIVEN, SIGNED, count * n)->learns = true;
    return true;
}

static bool make_step_rows(op_case *c, size_t index, bool timed)
{
    return make_lazy(c, index, timed, true);
}

static void fill_step_rows(op_case *c)
{
    lince_lazy_args *a = (lince_lazy_args *)c->args;
    fill_rows((int32_t *)(size_t)a->row, a->count);
    for (size_t i = 0; i < 2 * a->count + 1; i++) a->rows.seen[i] = STEPS - 1;
}

/* What the rows have missed: numbers as AdamW has them, at once from the even steps on, one by one from the odd. */
typedef struct missing {
    lince_missed missed[STEPS];
    lince_rest rest[STEPS];
    float rates[STEPS];
} missing;

static bool make_rest_rows(op_case *c, size_t index, bool timed)
{
    if (!make_lazy(c, index, timed, false)) return false;
    missing *m = c->own = lince_alloc(1, sizeof *m);
    if (!m) abort();
    for (int i = 0; i < STEPS; i++) {
        double keep = 1 - 0.01 * (STEPS - i);
        m->missed[i] =
            (lince_missed){.keep = keep,
                           .average_keep = keep / 2,
                           .average_value = 0.5,
                           .m_decay = 0.9,
                           .v_decay = 0.99,
                           .value = {.mean = 1, .central = {0.01f, 0, 0.02f, 0.01f, 0.03f}, .exact = true},
                           .average = {.mean = 1, .central = {0.02f}, .exact = true}};
        m->rest[i] = (lince_rest){.eps = 1e-8, .m = 0, .v = 1, .divided = true, .stepwise = i % 2};
        m->rates[i] = 0.01f * (float)(i + 1);
    }
    lince_lazy_args *a = (lince_lazy_args *)c->args;
    a->missed = m->missed;
    a->rest = m->rest;
    a->rates = m->rates;
    return true;
}

static void fill_rest_rows(op_case *c)
{
    lince_lazy_args *a = (lince_lazy_args *)c->args;
    fill_rows((int32_t *)(size_t)a->row, a->count);
    for (size_t i = 0; i < 2 * a->count + 1; i++) a->rows.seen[i] = (float)(i % (STEPS + 1));
}

static void release_own(op_case *c)
{
    lince_free(c->own);
}

/* --- the loss --------------------------------------------------------------------------------------------- */

static const size_t batches[][2] = {{1, 2}, {5, 10}, {33, 7}, {16, 1000}}; /* samples, classes */

typedef struct asked {
    lince_loss loss;
    lince_targets targets;
    int32_t label[];
} asked;

static bool make_loss(op_case *c, size_t index, bool timed)
{
    if (index >= (timed ? 1 : sizeof batches / sizeof *batches)) return false;
    size_t n = timed ? 128 : batches[index][0], classes = timed ? 1000 : batches[index][1];
    asked *own = c->own = lince_alloc(1, sizeof *own + n * sizeof *own->label);
    if (!own) abort();
    for (size_t i = 0; i < n; i++) own->label[i] = (int32_t)(i * 7 % classes);
    own->loss.type = &lince_cross_entropy;
    own->targets.label = own->label;
    *(lince_loss_args *)c->args = (lince_loss_args){.name = own->loss.type->name,
                                                    .function = own->loss.type->gradient,
                                                    .loss = &own->loss,
                                                    .n = n,
                                                    .classes = (int)classes,
                                                    .targets = &own->targets};
    snprintf(c->what, sizeof c->what, "%zu samples, %zu classes", n, classes);
    op_flat(c, "scores", offsetof(lince_loss_args, scores), GIVEN, SIGNED, n * classes)->learns = true;
    op_flat(c, "dscores", offsetof(lince_loss_args, dscores), RESULT, SIGNED, n * classes);
    op_flat(c, "each", offsetof(lince_loss_args, each), RESULT, SIGNED, n);
    op_flat(c, "mean", offsetof(lince_loss_args, mean), RESULT, BYTES, sizeof(double));
    c->answer = 2;
    return true;
}

/* Of the samples' losses: dscores is that of their mean. */
static void loss_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_loss_args *a = (const lince_loss_args *)c->args;
    size_t classes = (size_t)a->classes;
    for (size_t i = 0; i < a->n; i++)
        lince_scale(op_truth(), a->dscores + i * classes, d[0] + i * classes, dy[i] * (float)a->n, classes);
}

const op_suite update_suites[] = {
    {.op = LINCE_OP_LOSS,
     .make = make_loss,
     .exact = true,
     .gradient = loss_gradient,
     .release = release_own},
    {.op = LINCE_OP_STEP, .make = make_step, .exact = true},
    {.op = LINCE_OP_STEP_ROWS, .make = make_step_rows, .exact = true, .fill = fill_step_rows},
    {.op = LINCE_OP_REST_ROWS,
     .make = make_rest_rows,
     .exact = true,
     .fill = fill_rest_rows,
     .release = release_own},
    {.op = LINCE_OP_SUM_OF_SQUARES, .make = make_squares, .exact = true},
    {.op = LINCE_OP_BLEND, .make = make_blend, .exact = true, .gradient = blend_gradient},
    {.op = LINCE_OP_ROUND, .make = make_round, .exact = true},
    {.op = LINCE_OP_LOOKAHEAD, .make = make_lookahead, .exact = true},
    {.op = LINCE_OP_DIRECTION, .make = make_direction, .exact = true},
    {.op = LINCE_OP_ADD_ROWS, .make = make_add_rows, .exact = true, .fill = fill_add_rows},
    {.make = NULL},
};
