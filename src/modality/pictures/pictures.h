/* Pictures: what the files of this folder share. */
#ifndef LINCE_MODALITY_PICTURES_PICTURES_H
#define LINCE_MODALITY_PICTURES_PICTURES_H

#include "data/sizes.h"
#include "modality/modality.h"
#include "picture/transform.h"
#include "picture/views.h"

/* What turns pictures into a net's input. */
typedef struct lince_picture_encoder {
    lince_transform transform; /* size, fit and normalisation; no augmentation */
    lince_range range;         /* of deep grey */
    char normalize[128];       /* as given: "auto", "imagenet", ...; "weights": as those begun with expect */
    lince_views views;         /* whose answers are averaged */
    lince_transform picture;   /* what these are cut from; without any, `transform` */

    /* while a training is opened */
    lince_augment augment;
    lince_sizes sizes; /* of all pictures, where they decide something */
} lince_picture_encoder;

/* Of a model of pictures. */
static inline lince_picture_encoder *lince_picture_encoder_of(void *encoder)
{
    return encoder;
}

/* passport.c: "imagenet", "cifar10", "none", "m,m,m:s,s,s" into mean and std; 1 for "auto" and "measured".
 * LINCE_EUSAGE. */
int lince_normalize_parse(const char *text, float mean[3], float std[3]);

/* Whether both normalise by the same numbers. */
bool lince_normalise_alike(const lince_transform *a, const lince_transform *b);

int lince_pictures_write(const void *encoder, lince_passport *passport);
int lince_pictures_read(void *encoder, const lince_weights *weights, const char *path);
int lince_pictures_guess(void *encoder, const lince_architecture *architecture, const lince_weights *weights,
                         const char *path, lince_buffer *notes);
void lince_pictures_publish(void *encoder, const lince_architecture *architecture);

/* adapt.c */
int lince_pictures_adapt(void *encoder, const lince_open_options *options, lince_buffer *notes);

/* choices.c: which values are black and white, before a pixel is looked at; then what is left open of size, fit and
 * normalisation, chosen and told; and the numbers of the normalisation, where they are to be measured. */
int lince_pictures_look(lince_opening *opening);
int lince_pictures_prepare(lince_opening *opening);
int lince_pictures_measure(lince_opening *opening);

/* unit.c: where the weights' normalisation was taken and leaves pixels in an unusual unit, changes it and the
 * loaded biases, so that all features are in the usual one. fit.c: what the architecture fits to training
 * pictures. Neither where the run is resumed. */
int lince_pictures_usual_unit(lince_opening *opening);
int lince_pictures_fit(lince_opening *opening);

/* describe.c */
void lince_pictures_describe(const lince_opening *opening, json_t **data);
void lince_pictures_tell_part(const lince_dataset *dataset, lince_part part, const lince_observer *observer);
void lince_pictures_tell_views(const void *encoder, const lince_loader *loader, lince_part part,
                               const lince_observer *observer);
int lince_pictures_put_info(lince_dataset *dataset, const lince_watch *watch, json_t **info);
void lince_pictures_print_info(const json_t *info, lince_buffer *out);

/* express.c */
lince_onnx_value lince_pictures_express(const void *encoder, lince_onnx *graph, bool raw);
void lince_pictures_tell_express(const void *encoder, bool raw, lince_buffer *out);
int lince_pictures_try(const void *encoder, int n, bool raw, lince_probe *probe);

/* ask.c, memory.c */
int lince_pictures_ask(const lince_asking *asking, const char *path);
int lince_pictures_ask_paths(const lince_asking *asking, const char *const *paths, size_t n);
int lince_pictures_answer_path(const lince_asking *asking, const char *path, lince_prediction *prediction);
int lince_pictures_answer_bytes(const lince_asking *asking, const void *bytes, size_t size, const char *name,
                                lince_prediction *prediction);
int lince_pictures_answer_pixels(const lince_asking *asking, const lince_pixels *pixels, size_t n,
                                 lince_prediction *predictions);
int lince_pictures_answer_floats(const lince_asking *asking, const float *values, size_t n,
                                 lince_prediction *predictions);
int lince_pictures_input_size(const void *encoder, int *height, int *width);

/* many.c */
void lince_pictures_answer_many(const lince_asking *asking, const lince_given *given, int n, int batch,
                                lince_given_answer *outcomes);

/* answer.c: n pictures that encoder->picture has fitted, by a net for `batch` of them, n or more; predictions [n]
 * are to be released in any case. And how many of so many pictures are answered at a time: several where there
 * are many, as fewer do not repay the choice of kernels for another batch; the larger they are, the fewer, so
 * that memory stays small. */
int lince_pictures_answer(const lince_asking *asking, const lince_image *fitted, int n, int batch,
                          lince_prediction *predictions);
int lince_pictures_batch_for(const lince_picture_encoder *encoder, size_t count);

/* A picture as it is fitted, to be released, and normalised. */
int lince_pictures_see(const lince_asking *asking, const void *bytes, size_t size, const char *name,
                       lince_image *seen, float *input);

/* How they are decoded. */
lince_decoding lince_pictures_asked(const lince_asking *asking);

/* Warns of a picture that is incomplete. */
void lince_pictures_tell_incomplete(const lince_asking *asking, const char *name);

#endif
