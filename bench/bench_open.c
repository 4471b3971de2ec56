/* A weights file from the disk's cache to the first answer: what a single picture waits for, beside the
 * computation.
 *
 *     bench_open FILE ARCHITECTURE PICTURE */
#include <lince/lince.h>

#include <stdio.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double predict(lince_model *m, const char *picture)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    double start = now();
    if (lince_model_predict_file(m, picture, &p)) fprintf(stderr, "%s\n", lince_error());
    lince_prediction_release(&p);
    return now() - start;
}

int main(int count, char **args)
{
    lince_model *m;
    if (count != 4) return fprintf(stderr, "usage: bench_open FILE ARCHITECTURE PICTURE\n"), 2;
    double start = now();
    if (lince_model_open_weights(&m, &(lince_open_options){.size = sizeof(lince_open_options),
                                                           .weights = args[1],
                                                           .architecture = args[2]}))
        return fprintf(stderr, "%s\n", lince_error()), 1;
    double opened = now() - start, first = predict(m, args[3]), again = first;
    for (int i = 0; i < 5; i++) {
        double time = predict(m, args[3]);
        if (time < again) again = time;
    }
    start = now();
    lince_model_free(m);
    double closed = now() - start;
    printf("open %.3f s, first answer %.3f s, another %.3f s, close %.3f s: %.3f s beyond the computation\n",
           opened, first, again, closed, opened + first - again + closed);
    return 0;
}
