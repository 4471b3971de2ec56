#include "serve/served.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "train/ask/many.h"
#include "train/ask/model_internal.h"

#include <stdlib.h>
#include <string.h>

/* --- opening -------------------------------------------------------------------------------------- */

/* The last part of the folder's own name, which "." and "runs/x/" have, too; of a file without its ending. */
static char *name_of(const char *path)
{
    char *real = realpath(path, NULL);
    const char *slash = strrchr(real ? real : path, '/'), *name = slash ? slash + 1 : path,
               *ending = strstr(name, ".safetensors");
    char *copy = ending && ending > name ? lince_strndup(name, (size_t)(ending - name)) : lince_strdup(name);
    free(real);
    return copy;
}

/* "NAME=PATH", unless there is a file of that very name. */
static const char *split(const char *what, char **name)
{
    const char *equals = strchr(what, '=');
    if (!equals || equals == what || !lince_file_is_missing(what)) {
        *name = name_of(what);
        return what;
    }
    *name = lince_strndup(what, (size_t)(equals - what));
    return equals + 1;
}

/* It stands in addresses, between slashes. */
static int check_name(const char *name)
{
    if (*name && !strchr(name, '/')) return 0;
    return lince_fail(LINCE_EUSAGE, "%s: a model's name has letters, and no slash; NAME=RUN gives it another",
                      name);
}

int lince_served_open(lince_served *s, const char *what, int threads, int batch, size_t most)
{
    const char *path = split(what, &s->name);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->more, NULL);
    s->batch = batch;
    if (!s->name) return LINCE_ENOMEM;
    LINCE_TRY(check_name(s->name));
    LINCE_TRY(lince_model_open(&s->model, path));
    lince_model_threads(s->model, threads);
    s->model->most = most;
    return lince_model_get_ready(s->model, batch);
}

void lince_served_release(lince_served *s)
{
    lince_looker_free(s->looker);
    lince_model_free(s->model);
    lince_free(s->name);
    pthread_cond_destroy(&s->more);
    pthread_mutex_destroy(&s->mutex);
}

/* --- the queue ------------------------------------------------------------------------------------ */

bool lince_served_reserve(lince_served *s)
{
    pthread_mutex_lock(&s->mutex);
    bool room = s->waiting < s->queue;
    s->waiting += room;
    pthread_mutex_unlock(&s->mutex);
    return room;
}

void lince_served_ask(lince_served *s, lince_job *job)
{
    pthread_mutex_lock(&s->mutex);
    if (s->last)
        s->last->next = job;
    else
        s->first = job;
    s->last = job;
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->mutex);
}

size_t lince_served_waiting(lince_served *s)
{
    pthread_mutex_lock(&s->mutex);
    size_t waiting = s->waiting;
    pthread_mutex_unlock(&s->mutex);
    return waiting;
}

/* An input that is computed now. */
typedef struct slot {
    lince_job *job;
    size_t index;
} slot;

typedef struct batch {
    lince_served *served;
    slot *slots; /* [served->batch] */
    lince_given *given;
    size_t count, told;
} batch;

/* The first job's next inputs; a job whose inputs are all taken waits no more. */
static void take_from_first(batch *b)
{
    lince_served *s = b->served;
    lince_job *job = s->first;
    while (b->count < (size_t)s->batch && job->taken < job->inputs.count) {
        b->given[b->count] = job->inputs.given[job->taken];
        b->slots[b->count++] = (slot){job, job->taken++};
    }
    if (job->taken < job->inputs.count) return;
    s->first = job->next;
    if (!s->first) s->last = NULL;
    s->waiting--;
}

/* As many inputs as are computed at a time, of as many jobs; false: there are none, and never will be. */
static bool take(batch *b)
{
    lince_served *s = b->served;
    b->count = b->told = 0;
    pthread_mutex_lock(&s->mutex);
    while (!s->first && !s->closed) pthread_cond_wait(&s->more, &s->mutex);
    while (s->first && b->count < (size_t)s->batch) take_from_first(b);
    pthread_mutex_unlock(&s->mutex);
    return b->count > 0;
}

/* --- computing ------------------------------------------------------------------------------------ */

/* {"class": ..., "picture": "data:..."} */
static int put_picture(lince_buffer *out, const char *class, const lince_image *shown)
{
    uint8_t *png;
    char *name;
    size_t size;
    LINCE_TRY(lince_json_text(lince_json_string(class), JSON_ENCODE_ANY, &name));
    int code = lince_image_encode_png(shown, &png, &size);
    if (!code) {
        lince_buffer_printf(out, "{\"class\":%s,\"picture\":\"data:image/png;base64,", name);
        lince_buffer_base64(out, png, size);
        lince_buffer_puts(out, "\"}");
        lince_free(png);
    }
    lince_free(name);
    return code ? code : out->error;
}

/* What spoke for the most probable class; null where the network has no map to look at. */
static int put_where(lince_served *s, const slot *at, int best, lince_buffer *out)
{
    lince_image shown;
    const lince_given *given = &at->job->inputs.given[at->index];
    if (!s->looker) LINCE_TRY(lince_looker_open(&s->looker, s->model));
    int code = lince_looker_at(s->looker, given->bytes, given->size, given->name, best, &shown);
    if (code == 1) lince_buffer_puts(out, "null");
    if (code) return code < 0 ? code : out->error;
    code = put_picture(out, lince_model_class(s->model, best), &shown);
    lince_image_release(&shown);
    return code;
}

/* The answer, {...}, becomes {..., "where": ...}. */
static int add_where(lince_served *s, const slot *at, int best, char **text)
{
    lince_buffer out = {0};
    lince_buffer_printf(&out, "%.*s,\"where\":", (int)strlen(*text) - 1, *text);
    int code = put_where(s, at, best, &out);
    lince_buffer_puts(&out, "}");
    if (!code) code = out.error;
    if (code) return lince_buffer_release(&out), code;
    lince_free(*text);
    *text = out.data;
    return 0;
}

/* Where that cannot be shown, the input has an error. */
static int tell_where(lince_served *s, const slot *at, const char *input, int best, char **text)
{
    int code = add_where(s, at, best, text);
    if (!code) return 0;
    lince_free(*text);
    lince_model_answer_json(s->model, input, code, NULL, 0, text);
    return code;
}

/* What cannot be told is a failure of that input. */
static int hear(void *context, const char *input, int code, const lince_prediction *prediction)
{
    batch *b = context;
    const slot *s = &b->slots[b->told++];
    char *text;
    int untold = lince_model_answer_json(b->served->model, input, code, prediction, s->job->top, &text);
    if (!untold && !code && s->job->where) untold = tell_where(b->served, s, input, prediction->best, &text);
    lince_job_answer(s->job, s->index, untold ? untold : code, text);
    return 0;
}

/* Those that were not come to. */
static void fail_others(batch *b, int code)
{
    for (; b->told < b->count; b->told++)
        lince_job_answer(b->slots[b->told].job, b->slots[b->told].index, code, NULL);
}

/* A job's inputs stand together: behind its last one here it may be gone. */
static void finish_jobs(batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        lince_job *job = b->slots[i].job;
        if ((i + 1 < b->count && b->slots[i + 1].job == job) || job->done < job->inputs.count) continue;
        job->ended = lince_now();
        lince_model_counts_answered(&b->served->metrics, job->inputs.count, job->failed,
                                    job->ended - job->begun);
        job->ready(job->context);
    }
}

static void compute(batch *b)
{
    lince_served *s = b->served;
    double begun = lince_now();
    int code = lince_model_predict_many(s->model, b->given, b->count, s->batch, hear, b);
    if (code) fail_others(b, code);
    lince_model_counts_computed(&s->metrics, b->count, lince_now() - begun);
    finish_jobs(b);
}

static void *work(void *context)
{
    LINCE_PLAIN_LOCALE;
    batch *b = context;
    lince_voice_use(b->served->voice);
    while (take(b)) compute(b);
    lince_free(b->slots);
    lince_free(b->given);
    lince_free(b);
    return NULL;
}

static batch *new_batch(lince_served *s)
{
    batch *b = lince_alloc(1, sizeof *b);
    if (!b) return NULL;
    b->served = s;
    b->slots = lince_alloc((size_t)s->batch, sizeof *b->slots);
    b->given = lince_alloc((size_t)s->batch, sizeof *b->given);
    if (b->slots && b->given) return b;
    lince_free(b->slots);
    lince_free(b->given);
    lince_free(b);
    return NULL;
}

int lince_served_begin(lince_served *s)
{
    batch *b = new_batch(s);
    if (!b) return LINCE_ENOMEM;
    s->voice = lince_voice_now();
    s->running = !pthread_create(&s->thread, NULL, work, b);
    if (s->running) return 0;
    lince_free(b->slots);
    lince_free(b->given);
    lince_free(b);
    return lince_fail(LINCE_ENOMEM, "a thread could not be started");
}

void lince_served_end(lince_served *s)
{
    if (!s->running) return;
    pthread_mutex_lock(&s->mutex);
    s->closed = true;
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    s->running = false;
}
