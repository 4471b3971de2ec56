/* A program that has lince within: opens a model and asks it one thing. usage: embedder RUN INPUT */
#include <lince/lince.h>
#include <stdio.h>

static int ask(lince_model *model, const char *input)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    int code = lince_model_is_text(model) ? lince_model_predict_text(model, input, &p)
                                          : lince_model_predict_file(model, input, &p);
    if (!code) printf("%s %.6f\n", lince_model_class(model, p.best), (double)p.probability[p.best]);
    lince_prediction_release(&p);
    return code;
}

int main(int argc, char **argv)
{
    lince_model *model = NULL;
    if (argc != 3) return 2;
    int code = lince_model_open(&model, argv[1]);
    if (!code) code = ask(model, argv[2]);
    if (code) fprintf(stderr, "%s: %s\n", lince_error_name(code), lince_error());
    lince_model_free(model);
    if (!fflush(stdout)) return code != 0;
    fprintf(stderr, "standard output cannot be written\n");
    return 1;
}
