#include "serve/job.h"
#include "core/error.h"
#include "core/memory.h"

lince_job *lince_job_new(void)
{
    return lince_alloc(1, sizeof(lince_job));
}

int lince_job_prepare(lince_job *job)
{
    job->answers = lince_alloc(job->inputs.count, sizeof *job->answers);
    return job->answers ? 0 : LINCE_ENOMEM;
}

void lince_job_free(lince_job *job)
{
    if (!job) return;
    for (size_t i = 0; job->answers && i < job->inputs.count; i++) lince_free(job->answers[i]);
    lince_inputs_release(&job->inputs);
    lince_free(job->answers);
    lince_free(job->why);
    lince_free(job);
}

void lince_job_answer(lince_job *job, size_t index, int code, char *answer)
{
    job->answers[index] = answer;
    job->done++;
    if (code && !job->failed++) {
        job->code = code;
        job->why = lince_strdup(lince_error());
    }
}
