/* POST /v1/models/NAME/predict. */
#include "core/clock.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "modality/modality.h"
#include "serve/models.h"
#include "serve/request.h"
#include "train/ask/model_internal.h"

#include <stdlib.h>
#include <string.h>

static lince_served *model_of(const lince_request *r)
{
    return r->named;
}

/* --- the question --------------------------------------------------------------------------------- */

/* ?top=K; 0: all classes. */
static int read_top(const lince_request *r, int *top)
{
    const char *text = MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, "top");
    char *end;
    *top = 0;
    if (!text) return 0;
    long number = strtol(text, &end, 10);
    if (end == text || *end || number < 1 || number > 1000000)
        return lince_fail(LINCE_EUSAGE, "top: expected a whole number from 1 on");
    *top = (int)number;
    return 0;
}

/* ?where=true|false */
static int read_where(const lince_request *r, bool *where)
{
    const char *text = MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, "where");
    *where = text && !strcmp(text, "true");
    if (text && !*where && strcmp(text, "false") != 0)
        return lince_fail(LINCE_EUSAGE, "where: expected true or false");
    if (*where && !model_of(r)->model->blueprint.modality->see)
        return lince_fail(LINCE_EUSAGE, "where: this model sees no pictures");
    return 0;
}

/* From the model's thread: the connection's next turn tells the answer. */
static void wake(void *context)
{
    MHD_resume_connection(context);
}

static lince_http read_question(lince_request *r, lince_job *job)
{
    lince_inputs_form form = {.words = model_of(r)->model->blueprint.modality->answer_text != NULL,
                              .most = r->server->limits.inputs,
                              .voice = r->voice};
    if (read_top(r, &job->top) || read_where(r, &job->where)) return LINCE_HTTP_BAD;
    unsigned status = lince_inputs_read(&job->inputs, &form, r->connection, r->body ? r->body : "", r->size);
    if (status == LINCE_HTTP_OK && lince_job_prepare(job)) status = LINCE_HTTP_BUSY;
    return status;
}

static void release(void *job)
{
    lince_job_free(job);
}

/* Resting before it asks: the answer may be there before this returns. */
static void hand_over(lince_request *r, lince_job *job)
{
    job->ready = wake;
    job->context = r->connection;
    job->begun = lince_now();
    r->own = job;
    r->release = release;
    lince_client_enter(&r->server->clients, r->client, LINCE_CLIENT_WAITING);
    MHD_suspend_connection(r->connection);
    lince_served_ask(model_of(r), job);
}

static int ask(lince_request *r, lince_reply *reply)
{
    lince_job *job = lince_job_new();
    lince_http status = job ? read_question(r, job) : LINCE_HTTP_BUSY;
    if (status == LINCE_HTTP_OK && lince_served_reserve(model_of(r))) {
        hand_over(r, job);
        return 1;
    }
    if (status == LINCE_HTTP_OK) {
        status = LINCE_HTTP_BUSY;
        (void)lince_fail(LINCE_EUSAGE, "as many questions wait for this model as may; ask again in a moment");
    }
    lince_job_free(job);
    lince_reply_error(reply, status, lince_error());
    return 0;
}

/* --- the answer ----------------------------------------------------------------------------------- */

static lince_http status_of(const lince_job *job)
{
    if (job->failed < job->inputs.count) return LINCE_HTTP_OK;
    return job->code == LINCE_ENOMEM                               ? LINCE_HTTP_BUSY
           : job->code == LINCE_ENUMERIC || job->code == LINCE_EIO ? LINCE_HTTP_FAILED
                                                                   : LINCE_HTTP_UNREADABLE;
}

static void put_string(lince_buffer *out, const char *text)
{
    char *json;
    int code = lince_json_text(lince_json_string(text), JSON_ENCODE_ANY, &json);
    if (code) out->error = code;
    if (json) lince_buffer_puts(out, json);
    lince_free(json);
}

/* Where no input has an answer, what is wrong with the first one is what is wrong with the question. */
static void tell(const lince_request *r, lince_reply *reply)
{
    lince_buffer out = {0};
    const lince_job *job = r->own;
    lince_http status = status_of(job);
    lince_buffer_puts(&out, "{\"model\":");
    put_string(&out, model_of(r)->name);
    lince_buffer_printf(&out, ",\"seconds\":%.6f", job->ended - job->begun);
    if (status != LINCE_HTTP_OK) {
        lince_buffer_puts(&out, ",\"error\":");
        put_string(&out, job->why ? job->why : _("out of memory"));
    }
    lince_buffer_puts(&out, ",\"answers\":[");
    for (size_t i = 0; i < job->inputs.count; i++) {
        if (i) lince_buffer_puts(&out, ",");
        lince_buffer_puts(&out, job->answers[i] ? job->answers[i] : "{\"error\":\"out of memory\"}");
    }
    lince_buffer_puts(&out, "]}\n");
    lince_reply_text(reply, status, "application/json", &out);
}

int lince_serve_predict(lince_request *r, lince_reply *reply)
{
    if (!r->own) return ask(r, reply);
    tell(r, reply);
    return 0;
}
