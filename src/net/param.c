#include "net/param.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"

#include <assert.h>
#include <string.h>

size_t lince_param_elements(const lince_param *p)
{
    size_t elements = 1;
    for (int i = 0; i < p->ndim; i++) elements *= (size_t)p->dims[i];
    return elements;
}

/* Eight partial sums, so that additions need not wait for each other. */
static float mean_of(const float *run, size_t copies)
{
    double sum[8] = {0}, total = 0;
    size_t i = 0;
    for (; i + 8 <= copies; i += 8)
        for (size_t k = 0; k < 8; k++) sum[k] += (double)run[i + k];
    for (; i < copies; i++) total += (double)run[i];
    for (size_t k = 0; k < 8; k++) total += sum[k];
    return (float)(total / (double)copies);
}

/* mean + f (origin - mean of origin): origin itself, to the bit, as long as nothing was trained. */
static void unfold(const lince_param *p, const float *memory, float *plain)
{
    assert(p->origin);
    size_t copies = (size_t)p->copies, runs = p->size - 1;
    float factor = memory[runs];
    for (size_t i = 0; i < runs; i++) {
        const float *origin = p->origin + i * copies;
        float rest = memory[i] - factor * mean_of(origin, copies);
        for (size_t k = 0; k < copies; k++) plain[i * copies + k] = rest + factor * origin[k];
    }
}

/* Runs begin..end, of which `plain` has the first. */
static void fold(const lince_param *p, const float *plain, float *memory, size_t begin, size_t end)
{
    size_t copies = (size_t)p->copies;
    if (p->origin && p->origin + begin * copies != plain)
        memcpy(p->origin + begin * copies, plain, (end - begin) * copies * sizeof *plain);
    for (size_t i = begin; i < end; i++) memory[i] = mean_of(plain + (i - begin) * copies, copies);
    if (end == p->size - 1) memory[end] = 1;
}

size_t lince_param_grad_size(const lince_param *p)
{
    return p->sparse_rows ? p->touched_count * (size_t)p->dims[1] : p->size;
}

static size_t byte_at(const lince_param *p, size_t element)
{
    return p->place ? p->place(p->layout, p->dims, element) : element;
}

void lince_param_export(const lince_param *p, const float *memory, float *plain)
{
    size_t elements = lince_param_elements(p);
    if (p->constant)
        for (size_t i = 0; i < elements; i++) plain[i] = (float)p->constant(p->layout, i);
    else if (p->int8)
        for (size_t i = 0; i < elements; i++) plain[i] = ((const int8_t *)memory)[byte_at(p, i)];
    else if (p->copies > 1)
        unfold(p, memory, plain);
    else if (!p->place)
        memcpy(plain, memory, elements * sizeof *plain);
    else
        for (size_t i = 0; i < elements; i++) plain[i] = memory[p->place(p->layout, p->dims, i)];
}

bool lince_param_is_plain(const lince_param *p)
{
    return p->copies <= 1 && !p->place && !p->int8 && p->size == lince_param_elements(p);
}

static size_t first_dim(const lince_param *p)
{
    return p->ndim ? (size_t)p->dims[0] : 1;
}

void lince_param_import_rows(const lince_param *p, const float *rows, float *memory, size_t begin, size_t end)
{
    size_t row = lince_param_elements(p) / first_dim(p), first = begin * row, count = (end - begin) * row;
    if (p->constant) return;
    if (p->copies > 1)
        fold(p, rows, memory, first / (size_t)p->copies, (first + count) / (size_t)p->copies);
    else if (p->put_rows)
        p->put_rows(p->layout, rows, memory, begin, end);
    else if (p->int8)
        for (size_t i = 0; i < count; i++) ((int8_t *)memory)[byte_at(p, first + i)] = (int8_t)rows[i];
    else if (!p->place)
        memcpy(memory + first, rows, count * sizeof *rows);
    else
        for (size_t i = 0; i < count; i++) memory[p->place(p->layout, p->dims, first + i)] = rows[i];
}

void lince_param_import(const lince_param *p, const float *plain, float *memory)
{
    lince_param_import_rows(p, plain, memory, 0, first_dim(p));
}

/* --- between host and device ---------------------------------------------------------------------- */

int lince_param_read(const lince_param *p, float *plain)
{
    lince_access a;
    LINCE_TRY(lince_access_read(&a, p->device, p->value, p->size * sizeof *p->value));
    lince_param_export(p, a.host, plain);
    lince_access_end(&a);
    return 0;
}

int lince_param_write(lince_param *p, const float *plain)
{
    lince_access a;
    LINCE_TRY(lince_access_change(&a, p->device, p->value, p->size * sizeof *p->value));
    lince_param_import(p, plain, a.host);
    lince_access_end(&a);
    return 0;
}

/* --- initial values ------------------------------------------------------------------------------- */

static float initial(const lince_param *p, lince_random *random)
{
    switch (p->init) {
    case LINCE_INIT_ZEROS: return 0;
    case LINCE_INIT_ONES: return 1;
    case LINCE_INIT_CONSTANT: return p->init_scale;
    case LINCE_INIT_NORMAL: return p->init_scale * lince_random_normal(random);
    case LINCE_INIT_UNIFORM: return p->init_scale * (2 * lince_random_uniform(random) - 1);
    }
    return 0;
}

/* The sequence from its element `first` on, a multiple of 4: a normal number takes two draws, four make a
 * block. */
static lince_random sequence_from(const lince_param *p, uint64_t key, size_t first)
{
    lince_random random = lince_random_at(key);
    random.counter = p->init == LINCE_INIT_NORMAL ? first / 2 : first / 4;
    return random;
}

static void put_element(const lince_param *p, float *value, size_t e, float x)
{
    if (p->copies > 1 && p->origin)
        p->origin[e] = x;
    else if (p->copies > 1)
        value[e / (size_t)p->copies] += x / (float)p->copies;
    else
        value[p->place ? p->place(p->layout, p->dims, e) : e] = x;
}

/* Output o begins as input o: one in the middle of its own filter, zero elsewhere. */
static void put_identity(const lince_param *p, float *value)
{
    size_t inputs = (size_t)p->dims[1], height = (size_t)p->dims[2], width = (size_t)p->dims[3],
           row = inputs * height * width, middle = height / 2 * width + width / 2;
    for (size_t o = 0; o < (size_t)p->dims[0] && o < inputs; o++)
        for (size_t i = 0; i < row; i++)
            put_element(p, value, o * row + i, i == o * height * width + middle ? 1 : 0);
}

typedef struct beginning {
    const lince_param *param;
    float *value;
    uint64_t key;
} beginning;

static void draw_range(void *context, size_t begin, size_t end)
{
    const beginning *b = context;
    lince_random random = sequence_from(b->param, b->key, begin);
    for (size_t i = begin; i < end; i++)
        put_element(b->param, b->value, b->param->init_zeros + i, initial(b->param, &random));
}

int lince_param_init(lince_param *p, const lince_exec *exec, uint64_t key)
{
    enum { GRAIN = 1 << 14 };
    size_t run = p->copies > 1 ? (size_t)p->copies : 1; /* a run of copies is one task's */
    lince_access a;
    LINCE_TRY(lince_access_change(&a, p->device, p->value, p->size * sizeof *p->value));
    memset(a.host, 0, p->size * sizeof(float));
    if (p->init != LINCE_INIT_ZEROS)
        lince_parallel_ranges(exec->threads, lince_param_elements(p) - p->init_zeros, GRAIN * run, draw_range,
                              &(beginning){p, a.host, key});
    if (p->init_identity) put_identity(p, a.host);
    if (p->origin) fold(p, p->origin, a.host, 0, p->size - 1);
    lince_access_end(&a);
    return 0;
}
