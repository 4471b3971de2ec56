/* A run's weights in 8 bits: a quarter of the file, answers in less time (docs/quantize.md). */
#ifndef LINCE_QUANTIZE_H
#define LINCE_QUANTIZE_H

#include <lince/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Begin with LINCE_QUANTIZE_OPTIONS_INIT. */
typedef struct lince_quantize_options {
    size_t size;
    int calibrate;    /* samples of the training part that say which values bytes have to stand for */
    double max_loss;  /* points of accuracy on the validation part that may be lost; else it is refused */
    const char *path; /* the file to write; NULL: the run's weights/int8.safetensors */
    bool untimed;     /* nothing is timed, and no layer stays in floats because it is slower here */
} lince_quantize_options;
#define LINCE_QUANTIZE_OPTIONS_INIT                           \
    {                                                         \
        sizeof(lince_quantize_options), 128, 0.5, NULL, false \
    }

/* Makes them of a run's best weights, measures both on the validation part and the test part, and how long they take here
 * (unless untimed), and writes the file, and quantize.json into the run, of which its report has a section. `text`, the caller's (lince_text_free), tells what was
 * found. What opens a weights file opens this one. LINCE_EUSAGE where the model is of no run, or of no pictures or recordings;
 * LINCE_EDATA where the run has no validation part, more accuracy than max_loss is lost, or nothing is faster: nothing is
 * written then, and the message has the numbers. */
LINCE_API int lince_model_quantize(lince_model *model, const lince_quantize_options *options,
                                   const lince_observer *observer, char **text);

#ifdef __cplusplus
}
#endif
#endif
