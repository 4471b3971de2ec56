/* Many threads, each with a model of its own of the same run: a server would do so. Every THREADSth picture
 * is a thread's; messages are each thread's own, and are kept before it ends.
 *
 *     threads RUN THREADS PICTURE...
 *
 * It is C and C++. */
#include <lince/lince.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct job {
    const char *run;
    char **pictures;
    int first, step, count;
    char (*answers)[256]; /* [count], of all threads */
} job;

static void say(char answer[256], const char *picture, int code, const lince_model *model,
                const lince_prediction *p)
{
    if (code)
        snprintf(answer, 256, "%s: %s", picture, lince_error());
    else
        snprintf(answer, 256, "%s: %s", picture, lince_model_class(model, p->best));
}

static void *work(void *context)
{
    job *j = (job *)context;
    lince_model *model;
    int opened = lince_model_open(&model, j->run);
    if (!opened) lince_model_threads(model, 1); /* there are threads enough */
    for (int i = j->first; i < j->count; i += j->step) {
        lince_prediction p = LINCE_PREDICTION_INIT;
        int code = opened ? opened : lince_model_predict_file(model, j->pictures[i], &p);
        say(j->answers[i], j->pictures[i], code, model, &p);
        lince_prediction_release(&p);
    }
    lince_model_free(model);
    return NULL;
}

int main(int argc, char **argv)
{
    enum { MOST = 64 };
    pthread_t threads[MOST];
    job jobs[MOST];
    int count = argc > 2 ? atoi(argv[2]) : 0, pictures = argc - 3;
    if (count < 1 || count > MOST || pictures < 1)
        return fprintf(stderr, "usage: threads RUN THREADS PICTURE...\n"), 2;
    char(*answers)[256] = (char(*)[256])calloc((size_t)pictures, sizeof *answers);
    if (!answers) return fprintf(stderr, "out of memory\n"), 1;
    for (int i = 0; i < count; i++) {
        job j = {argv[1], argv + 3, i, count, pictures, answers};
        jobs[i] = j;
        if (pthread_create(&threads[i], NULL, work, &jobs[i])) return fprintf(stderr, "no thread\n"), 1;
    }
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < pictures; i++) printf("%s\n", answers[i]);
    free(answers);
    return 0;
}
