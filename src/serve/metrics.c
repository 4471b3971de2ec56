#include "serve/metrics.h"
#include "core/clock.h"
#include "serve/models.h"

#include <lince/version.h>
#include <stdio.h>
#include <unistd.h>

/* --- counting ------------------------------------------------------------------------------------- */

static const double bounds[LINCE_BUCKETS] = {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10};
static const lince_http statuses[LINCE_STATUSES] = {
    LINCE_HTTP_OK,         LINCE_HTTP_BAD,    LINCE_HTTP_NO_TOKEN,  LINCE_HTTP_FORBIDDEN,
    LINCE_HTTP_NOT_FOUND,  LINCE_HTTP_METHOD, LINCE_HTTP_TOO_LARGE, LINCE_HTTP_TYPE,
    LINCE_HTTP_UNREADABLE, LINCE_HTTP_FAILED, LINCE_HTTP_BUSY};

static unsigned long long microseconds(double seconds)
{
    return (unsigned long long)(1e6 * seconds + 0.5);
}

void lince_model_counts_answered(lince_model_counts *m, size_t inputs, size_t failed, double seconds)
{
    size_t bucket = 0;
    while (bucket < LINCE_BUCKETS && seconds > bounds[bucket]) bucket++;
    if (bucket < LINCE_BUCKETS) atomic_fetch_add(&m->answered[bucket], 1);
    atomic_fetch_add(&m->answer_microseconds, microseconds(seconds));
    atomic_fetch_add(&m->inputs, inputs);
    atomic_fetch_add(&m->failed, failed);
    atomic_fetch_add(&m->questions, 1);
}

void lince_model_counts_computed(lince_model_counts *m, size_t inputs, double seconds)
{
    atomic_fetch_add(&m->batches, 1);
    atomic_fetch_add(&m->batched, inputs);
    atomic_fetch_add(&m->busy_microseconds, microseconds(seconds));
}

void lince_counts_status(lince_counts *m, lince_http status)
{
    for (size_t i = 0; i < LINCE_STATUSES; i++)
        if (statuses[i] == status) atomic_fetch_add(&m->statuses[i], 1);
}

/* --- telling -------------------------------------------------------------------------------------- */

static void head(lince_buffer *out, const char *name, const char *type, const char *help)
{
    lince_buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_number(lince_buffer *out, const char *name, const char *type, const char *help, double value)
{
    head(out, name, type, help);
    lince_buffer_printf(out, "%s %.17g\n", name, value);
}

/* A label's value: backslashes, quotes and ends of lines are escaped. */
static void put_label(lince_buffer *out, const char *text)
{
    for (; *text; text++)
        if (*text == '\n')
            lince_buffer_puts(out, "\\n");
        else {
            if (*text == '\\' || *text == '"') lince_buffer_puts(out, "\\");
            lince_buffer_put(out, text, 1);
        }
}

static void put_of_model(lince_buffer *out, const char *name, const lince_served *s, double value)
{
    lince_buffer_printf(out, "%s{model=\"", name);
    put_label(out, s->name);
    lince_buffer_printf(out, "\"} %.17g\n", value);
}

/* One line a model, of a counter that lies at `offset` in its metrics, and counts `unit`s. */
static void put_of_models(lince_buffer *out, const lince_models *models, const char *name, const char *help,
                          size_t offset, double unit)
{
    head(out, name, "counter", help);
    for (size_t i = 0; i < models->count; i++) {
        lince_served *s = &models->list[i];
        atomic_ullong *counter = (atomic_ullong *)(void *)((char *)&s->metrics + offset);
        put_of_model(out, name, s, unit * (double)atomic_load(counter));
    }
}

static void put_bucket(lince_buffer *out, const lince_served *s, const char *bound, unsigned long long count)
{
    lince_buffer_puts(out, "lince_answer_seconds_bucket{model=\"");
    put_label(out, s->name);
    lince_buffer_printf(out, "\",le=\"%s\"} %llu\n", bound, count);
}

static void put_histogram(lince_buffer *out, lince_served *s)
{
    unsigned long long count = 0, all = atomic_load(&s->metrics.questions);
    char bound[32];
    for (size_t i = 0; i < LINCE_BUCKETS; i++) {
        count += atomic_load(&s->metrics.answered[i]);
        if (count > all) all = count; /* one was answered meanwhile */
        snprintf(bound, sizeof bound, "%g", bounds[i]);
        put_bucket(out, s, bound, count);
    }
    put_bucket(out, s, "+Inf", all);
    put_of_model(out, "lince_answer_seconds_sum", s,
                 1e-6 * (double)atomic_load(&s->metrics.answer_microseconds));
    put_of_model(out, "lince_answer_seconds_count", s, (double)all);
}

/* Resident memory; 0: not known. */
static double resident(void)
{
    unsigned long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file) return 0;
    if (fscanf(file, "%lu %lu", &size, &pages) != 2) pages = 0;
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void put_server(lince_buffer *out, lince_server *s)
{
    size_t busy, connections = lince_clients_count(&s->clients, &busy);
    head(out, "lince_info", "gauge", "What answers.");
    lince_buffer_printf(out, "lince_info{version=\"%s\"} 1\n", LINCE_VERSION);
    put_number(out, "lince_uptime_seconds", "gauge", "Since the server began.", lince_now() - s->begun);
    put_number(out, "process_resident_memory_bytes", "gauge", "Memory of the process.", resident());
    put_number(out, "lince_connections", "gauge", "Connections that are open.", (double)connections);
    put_number(out, "lince_connections_busy", "gauge", "Of them those with a question.", (double)busy);
    put_number(out, "lince_connections_cut_total", "counter",
               "Connections closed because they took too long, or rested so long.",
               (double)atomic_load(&s->metrics.cut));
    put_number(out, "lince_bodies_bytes", "gauge", "Bytes of questions that are held.",
               (double)atomic_load(&s->held));
    head(out, "lince_http_responses_total", "counter", "Responses by status.");
    for (size_t i = 0; i < LINCE_STATUSES; i++)
        lince_buffer_printf(out, "lince_http_responses_total{code=\"%d\"} %llu\n", (int)statuses[i],
                            atomic_load(&s->metrics.statuses[i]));
}

#define OF_MODELS(name, help, field, unit) \
    put_of_models(out, models, name, help, offsetof(lince_model_counts, field), unit)

void lince_models_count(lince_server *s, lince_buffer *out)
{
    const lince_models *models = lince_models_of(s);
    head(out, "lince_queue_length", "gauge", "Questions that wait.");
    for (size_t i = 0; i < models->count; i++)
        put_of_model(out, "lince_queue_length", &models->list[i],
                     (double)lince_served_waiting(&models->list[i]));
    OF_MODELS("lince_inputs_total", "Inputs that were answered.", inputs, 1);
    OF_MODELS("lince_input_errors_total", "Of them those with an error.", failed, 1);
    OF_MODELS("lince_batches_total", "Batches that were computed.", batches, 1);
    OF_MODELS("lince_batched_inputs_total", "Inputs of these batches.", batched, 1);
    OF_MODELS("lince_busy_seconds_total", "Time spent on computing.", busy_microseconds, 1e-6);
    head(out, "lince_answer_seconds", "histogram", "From a question that is whole to its answer.");
    for (size_t i = 0; i < models->count; i++) put_histogram(out, &models->list[i]);
}

void lince_counts_write(lince_server *s, lince_buffer *out)
{
    put_server(out, s);
    if (s->service->count) s->service->count(s, out);
}
