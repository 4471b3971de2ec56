#include "ops/harness.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/random.h"
#include "ops/suites.h"
#include "timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = 64 }; /* bytes behind an operand */

static const op_suite *const all[] = {
    elementwise_suites, channel_suites, pool_suites,      conv_suites, gemm_suites,
    sequence_suites,    update_suites,  attention_suites, byte_suites, NULL};

const op_suite *op_suite_at(size_t index)
{
    for (const op_suite *const *file = all; *file; file++)
        for (const op_suite *s = *file; s->make; s++)
            if (!index--) return s;
    return NULL;
}

const op_suite *op_suite_of(lince_op op)
{
    const op_suite *s;
    for (size_t i = 0; (s = op_suite_at(i)) && s->op != op;) i++;
    return s;
}

const lince_op_row *op_truth_of(lince_op op)
{
    const lince_op_row *const *row = lince_host.rows[op];
    while (row[1]) row++;
    return *row;
}

const lince_exec *op_truth(void)
{
    static const lince_op_row *const *rows[LINCE_OPS];
    static lince_device device;
    static lince_exec exec = {.threads = 1};
    if (exec.device) return &exec;
    for (int op = 0; op < LINCE_OPS; op++) {
        rows[op] = lince_host.rows[op];
        while (rows[op][1]) rows[op]++;
    }
    device = lince_host;
    device.rows = rows;
    exec.device = &device;
    return &exec;
}

/* --- operands --------------------------------------------------------------------------------------------- */

size_t op_bytes(const op_operand *o)
{
    return o->n * (o->values == BYTES ? 1 : sizeof(float));
}

op_operand *op_flat(op_case *c, const char *name, size_t at, op_role role, op_values values, size_t n)
{
    if (c->operands == OPERANDS) abort();
    op_operand *o = &c->operand[c->operands++];
    *o = (op_operand){.name = name, .at = at, .role = role, .values = values, .n = n};
    return o;
}

op_operand *op_blocked(op_case *c, const char *name, size_t at, op_role role, lince_shape shape, size_t batch)
{
    op_operand *o = op_flat(c, name, at, role, SIGNED, batch * lince_shape_size(shape));
    o->shape = shape;
    return o;
}

/* Whether element i of a batch of activations is of a channel that is only there to fill a block. */
static bool is_padding(lince_shape s, size_t i)
{
    if (!s.block) return false;
    size_t block = (size_t)s.block, area = (size_t)s.height * (size_t)s.width, in = i % lince_shape_size(s);
    return in / (area * block) * block + in % block >= (size_t)s.channels;
}

static float draw(op_values values, size_t i, lince_random *r)
{
    if (values == DISTINCT) return 0.02f * (float)((i + 1) * 7919 % 10007) - 100;
    float u = lince_random_uniform(r);
    if (values == POSITIVE_1) return 0.5f + u;
    if (values == ZERO) return 0;
    return lince_random_below(r, 2) ? 0.1f + u : -0.1f - u;
}

static bool take_operand(op_case *c, int index)
{
    op_operand *o = &c->operand[index];
    size_t bytes = op_bytes(o);
    o->memory = lince_alloc(bytes + GUARD, 1);
    o->begin = lince_alloc(bytes + GUARD, 1);
    if (!o->memory || !o->begin) return false;
    memset((char *)o->begin + bytes, 0xA5, GUARD);
    memcpy(c->args + o->at, &o->memory, sizeof o->memory);
    const char *name = lince_op_types[c->suite->op].name; /* another operation changes no other's numbers */
    lince_random r = lince_random_at(
        lince_key(71, LINCE_STREAM_SYNTH, lince_hash(0, name, strlen(name)), (uint64_t)index));
    float *x = o->begin;
    if (o->role == RESULT && o->values != ZERO)
        memset(o->begin, 0xFF, bytes);
    else
        for (size_t i = 0; o->values <= ZERO && i < o->n; i++)
            x[i] = is_padding(o->shape, i) ? 0 : draw(o->values, i, &r);
    memcpy(o->memory, o->begin, bytes + GUARD);
    return true;
}

/* --- cases ------------------------------------------------------------------------------------------------ */

bool op_case_open(op_case *c, const op_suite *suite, size_t index, bool timed)
{
    memset(c, 0, sizeof *c);
    c->suite = suite;
    c->terms = 1;
    if (!suite->make(c, index, timed)) return false;
    for (int i = 0; i < c->operands; i++)
        if (!take_operand(c, i)) abort();
    if (!suite->fill) return true;
    suite->fill(c); /* by way of what rows see */
    for (int i = 0; i < c->operands; i++)
        if (c->operand[i].role != RESULT)
            memcpy(c->operand[i].begin, c->operand[i].memory, op_bytes(&c->operand[i]));
    return true;
}

void op_case_release(op_case *c)
{
    for (int i = 0; i < c->operands; i++) lince_free(c->operand[i].memory), lince_free(c->operand[i].begin);
    if (c->suite->release) c->suite->release(c);
}

static const void *geometry_of(const op_case *c)
{
    return c->suite->has_geometry ? c->geometry : c->args;
}

bool op_case_supports(const op_case *c, const lince_op_row *row)
{
    lince_kernel kernel;
    if (lince_kernel_init_as(&kernel, &(lince_exec){.device = &lince_host, .threads = 1}, row,
                             geometry_of(c)))
        return false;
    lince_kernel_release(&kernel);
    return true;
}

/* The row made for the case, with memory of its own, and operands as at first. */
static bool begin(op_case *c, const lince_op_row *row, int threads, lince_kernel *kernel, void **scratch)
{
    lince_exec exec = {.device = &lince_host, .threads = threads};
    if (lince_kernel_init_as(kernel, &exec, row, geometry_of(c))) return false;
    for (int i = 0; i < c->operands; i++)
        memcpy(c->operand[i].memory, c->operand[i].begin, op_bytes(&c->operand[i]) + GUARD);
    if (!(*scratch = lince_alloc(kernel->scratch + 1, 1))) abort();
    memset(*scratch, 0xFF, kernel->scratch); /* NaN: it must not be read before it is written */
    if (kernel->scratch) lince_op_types[row->op].timing->lend(c->args, *scratch);
    return true;
}

bool op_case_run(op_case *c, const lince_op_row *row, int threads)
{
    lince_kernel kernel;
    void *scratch;
    if (!begin(c, row, threads, &kernel, &scratch)) return false;
    lince_kernel_run(&kernel, c->args);
    lince_free(scratch);
    lince_kernel_release(&kernel);
    return true;
}

double op_case_time(op_case *c, const lince_op_row *row, int threads, double seconds)
{
    lince_kernel kernel;
    void *scratch;
    double best = 1e9, end = bench_now(threads) + seconds;
    if (!begin(c, row, threads, &kernel, &scratch)) return -1;
    for (int run = 0; run < 3 || bench_now(threads) < end; run++) {
        double start = bench_now(threads);
        lince_kernel_run(&kernel, c->args);
        double took = bench_now(threads) - start;
        if (run > 0 && took < best) best = took;
    }
    lince_free(scratch);
    lince_kernel_release(&kernel);
    return best;
}
