/* A trained model: opened, asked, measured, closed. It belongs to one thread at a time; others may have
 * models of their own, of the same file, too. */
#ifndef LINCE_MODEL_H
#define LINCE_MODEL_H

#include <lince/observer.h>
#include <lince/text.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lince_model lince_model;

/* The answer for one input; begin with LINCE_PREDICTION_INIT, and release with lince_prediction_release, also
 * after a failure. One that was answered before must be released first. */
typedef struct lince_prediction {
    size_t size;
    int best; /* the most probable class */
    int classes;
    float *probability; /* [classes], sum 1; of several labels each by itself */
    size_t words, read,
        unknown; /* of a text: its words, those that were read, and of these the unknown ones */
    bool unsure; /* its probability is below lince_model_min_confidence: better no answer than this one */
    bool *
        answered; /* [classes] of a model of several labels: which ones, by its thresholds; NULL: it answers one */
} lince_prediction;
#define LINCE_PREDICTION_INIT                                      \
    {                                                              \
        sizeof(lince_prediction), 0, 0, NULL, 0, 0, 0, false, NULL \
    }

/* Opens a run's folder (its weights/best.safetensors) or a self-describing .safetensors file. *model is NULL
 * after a failure. LINCE_EIO, LINCE_EFORMAT. */
LINCE_API int lince_model_open(lince_model **model, const char *path);

/* How a weights file is opened that is not a run's; begin with LINCE_OPEN_OPTIONS_INIT. NULL and 0: what the
 * file says, else the usual. */
typedef struct lince_open_options {
    size_t size;
    const char *weights;       /* the file, of any format (lince_weights_format_at) */
    const char *architecture;  /* by name; usual: the one that all tensors fit */
    const char *normalize;     /* "imagenet", ... as in the settings; usual: imagenet */
    const char *classes;       /* file with the classes' names, one a line */
    const char *image_size;    /* pixels of the input, "224" or "HEIGHTxWIDTH"; usual: the architecture's */
    const char *fit;           /* "crop", "squash", "pad"; usual: crop */
    const char *interpolation; /* "bilinear", "bicubic"; usual: the architecture's */
    int resize;                /* pixels of the shorter side before a crop; usual: the architecture's at its
                                  own size (256 for 224), else the fewest that cover the input */
    bool strict;               /* refuses tensors that the architecture does not have */
    const void *bytes;         /* the file's content in memory, instead of `weights`; it must stay until the
                                  model is freed */
    size_t byte_count;
} lince_open_options;
#define LINCE_OPEN_OPTIONS_INIT                                                                 \
    {                                                                                           \
        sizeof(lince_open_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, false, NULL, 0 \
    }

/* A model from a weights file; LINCE_EIO, LINCE_EFORMAT, LINCE_EDATA where it does not fit the architecture.
 */
LINCE_API int lince_model_open_weights(lince_model **model, const lince_open_options *options);
LINCE_API void lince_model_free(lince_model *model);

LINCE_API const char *lince_model_name(const lince_model *model); /* "vgg16" */
LINCE_API int lince_model_classes(const lince_model *model);
LINCE_API bool lince_model_several(const lince_model *model); /* it answers any number of labels */
LINCE_API const char *lince_model_class(const lince_model *model, int index); /* NULL: no such class */

/* What was found, renamed or left out in the weights file, a line each; "" where there is nothing to say. */
LINCE_API const char *lince_model_notes(const lince_model *model);

/* Threads for computing; 0 (the default): the processors this process may use. */
LINCE_API void lince_model_threads(lince_model *model, int threads);

/* Who hears what there is to say while it predicts (notes and warnings only); NULL (the default): nobody.
 * Copied. LINCE_EUSAGE where it is none. */
LINCE_API int lince_model_observe(lince_model *model, const lince_observer *observer);

/* Classifies a picture file (PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, PGM, with libheif HEIC and AVIF; "-":
 * standard input) or bytes in memory. */
LINCE_API int lince_model_predict_file(lince_model *model, const char *path, lince_prediction *prediction);
LINCE_API int lince_model_predict_bytes(lince_model *model, const void *bytes, size_t size,
                                        lince_prediction *prediction);

/* A picture in memory; begin with LINCE_PIXELS_INIT. The value (0 to 255) of channel c, red, green, blue, in
 * row y and column x is data[y * row + x * pixel + c * channel]; the strides are bytes, may be negative, and
 * 0 stands for that of [height][width][channels] without gaps: 1 for channel, `channels` for pixel, width *
 * pixel for row. So blue, green, red, alpha of a camera are {data + 2, pixel 4, channel -1}. */
typedef struct lince_pixels {
    size_t size;
    const unsigned char *data;
    int height, width;
    int channels; /* 3; 1: grey */
    ptrdiff_t row, pixel, channel;
} lince_pixels;
#define LINCE_PIXELS_INIT                            \
    {                                                \
        sizeof(lince_pixels), NULL, 0, 0, 3, 0, 0, 0 \
    }

/* Classifies n pictures in memory, several at a time where they are many: pictures [n] into predictions [n],
 * each begun and released as one is. They are fitted to the network's input as those of files are. After a
 * failure, predictions before the one that the message names are there. LINCE_EUSAGE, LINCE_ENOMEM. */
LINCE_API int lince_model_predict_pixels(lince_model *model, const lince_pixels *pictures, size_t n,
                                         lince_prediction *predictions);

/* The same of what a program has fitted itself: values [n][3][height][width] from 0 to 1 (red, green, blue),
 * of the size that lince_model_input says; the network's mean and deviation are applied to them. */
LINCE_API int lince_model_predict_floats(lince_model *model, const float *values, size_t n,
                                         lince_prediction *predictions);

/* The height and width of a picture's input, in pixels; LINCE_EUSAGE for a model of texts. */
LINCE_API int lince_model_input(const lince_model *model, int *height, int *width);

/* Classifies a text (UTF-8). Words behind the model's --max-tokens are not read; words that it does not know
 * stand for one and the same unknown word; so does a text without words. LINCE_EFORMAT where it is not UTF-8.
 */
LINCE_API int lince_model_predict_text(lince_model *model, const char *text, lince_prediction *prediction);

/* The same of n texts, several at a time: texts [n] into predictions [n], each begun and released as one is. After a failure,
 * predictions before the one that the message names are there. */
LINCE_API int lince_model_predict_texts(lince_model *model, const char *const *texts, size_t n,
                                        lince_prediction *predictions);
LINCE_API void lince_prediction_release(lince_prediction *prediction);

/* What the model classifies: "path" (of a picture), "text", ...: what `lince predict --json` calls an input. */
LINCE_API const char *lince_model_input_name(const lince_model *model);
LINCE_API bool lince_model_is_text(const lince_model *model);

/* What an answer says of its input besides, by its name, from index 0 on: of a text how many "words" it has, how
 * many were "read" and how many of these are "unknown". NULL behind the last. */
LINCE_API const char *lince_model_told(const lince_model *model, const lince_prediction *prediction,
                                       size_t index, size_t *value);

/* order[0 .. classes): the classes, the most probable first, and of equals the one that is first by index. Of several
 * labels, with `answered_first`, those that are answered stand before all others. */
LINCE_API void lince_prediction_rank(const lince_prediction *prediction, bool answered_first, int *order);

/* An answer as the JSON object that `lince predict --json` prints, on one line: to `input`, with the `top` most probable
 * classes (0: all, of several labels those that are answered first); or, where `code` is not 0, what lince_error() says.
 * `text` is the caller's (lince_text_free). */
LINCE_API int lince_model_answer_json(const lince_model *model, const char *input, int code,
                                      const lince_prediction *prediction, int top, char **text);

/* From which probability on the most probable class is an answer; and what the validation part says of
 * that. */
typedef struct lince_confidence {
    size_t size;
    double least;
    size_t samples; /* of the validation part; 0: not known */
    size_t answered,
        right;        /* of these, with a probability of `least` or more; and of those, classified rightly */
    double low, high; /* of right / answered, Wilson's 95 % interval, which does not know that `least` was
                         chosen by the same samples */
} lince_confidence;
#define LINCE_CONFIDENCE_INIT                      \
    {                                              \
        sizeof(lince_confidence), 0, 0, 0, 0, 0, 0 \
    }

/* Predictions below it are `unsure` from now on. `text`: a number from 0 to 1; or "auto:0.95", the least one
 * for which at least that share of the answers on the validation part of the model's run is right. For that
 * the validation part is classified once, and the answers are kept in the run (confidence.json); views
 * (lince_model_set "tta") are to be set before. `said` may be NULL. LINCE_EUSAGE; LINCE_EDATA where no
 * confidence reaches the share (the message says the most that is reached), or there is no validation part.
 */
LINCE_API int lince_model_min_confidence(lince_model *model, const char *text, const lince_observer *observer,
                                         lince_confidence *said);

/* Hears each answer in its input's order: the picture's path or the text itself, and 0 with what was
 * predicted or an error's code with lince_error(). What is not 0 ends the asking and is returned. */
typedef int (*lince_answer_fn)(void *context, const char *input, int code,
                               const lince_prediction *prediction);

/* While an answer about a row of a table is heard: how many columns the row has, what they hold, and what
 * they are called (NULL: the table has no header). 0: the input is no row. Borrowed, until it was heard. */
LINCE_API size_t lince_model_row(const lince_model *model, const char *const **names,
                                 const char *const **values);

/* Classifies all that a path leads to; each input has an answer, or an error. A picture; every file in a
 * folder, with all below it, or in an archive, but for texts that lie among pictures, which are counted; "-":
 * a picture on standard input, or paths, one a line. For a model of texts: every line, also an empty one, of
 * a file, of all files of a folder or an archive, or of standard input; lines are UTF-8, or in the encoding
 * that lince_model_set has set. An error of the path itself is returned. */
LINCE_API int lince_model_predict_all(lince_model *model, const char *path, lince_answer_fn tell,
                                      void *context);

/* Of n paths, one after the other, where pictures' files are answered several at a time; an error of a path itself is told as its
 * answer. */
LINCE_API int lince_model_predict_paths(lince_model *model, const char *const *paths, size_t n,
                                        lince_answer_fn tell, void *context);

/* How lince_model_evaluate reads data: any setting of training's by name ("text-column", "drop-label", ...);
 * and "tta", the views of a picture whose answers are averaged ("none", "flip", "crops"), here and by
 * predicting. Those of the model's run are its defaults. LINCE_EUSAGE. */
LINCE_API int lince_model_set(lince_model *model, const char *setting, const char *value);

/* Evaluates on a part ("train", "val", "test"; NULL: test, or the only one there is) of a data set (NULL: the
 * run's, in the parts it had there). The results as text: scikit-learn's classification report or, with
 * `json`, the object documented in docs/formats.md. `predictions`: a CSV file to write, or NULL. `text` is
 * the caller's (lince_text_free). */
LINCE_API int lince_model_evaluate(lince_model *model, const char *data, const char *part, int json,
                                   const char *predictions, const lince_observer *observer, char **text);

/* What a model is worth on a part, as numbers in scikit-learn's words; begin with LINCE_MEASURES_INIT, and
 * release with lince_measures_release, also after a failure. Classes are in the model's order
 * (lince_model_class). What is undefined is 0. */
typedef struct lince_measures {
    size_t size;
    size_t samples;
    int classes;
    double loss;                                             /* mean cross-entropy */
    double accuracy;                                         /* a share */
    double macro_precision, macro_recall, macro_f1;          /* means over all classes */
    double weighted_precision, weighted_recall, weighted_f1; /* weighted by their samples */
    double *precision, *recall, *f1;                         /* [classes] */
    size_t *support;                                         /* [classes], samples of each */
    size_t *confusion; /* [classes][classes], row: true class, column: predicted */
} lince_measures;
#define LINCE_MEASURES_INIT                                                                \
    {                                                                                      \
        sizeof(lince_measures), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL \
    }

/* Measures it as lince_model_evaluate does. */
LINCE_API int lince_model_measure(lince_model *model, const char *data, const char *part,
                                  const lince_observer *observer, lince_measures *measures);
LINCE_API void lince_measures_release(lince_measures *measures);

/* Fits a temperature (Guo et al. 2017) on the validation part of the model's run, by which all scores are
 * divided before the softmax, or of several labels before each class's sigmoid, so that probabilities can be taken
 * at their word; the predicted classes stay. Thresholds of several labels that were chosen there are chosen again.
 * It is kept in the run's weights/best.safetensors and calibration.json and used by whatever opens them, and
 * what the run says of its test is measured again with it; so does this model from now on. The observer hears
 * what has changed. LINCE_EUSAGE where the model is of no run, or its run validated on the test part, or several
 * labels were learned by a softmax;
 * LINCE_EDATA where it has no validation part. */
LINCE_API int lince_model_calibrate(lince_model *model, const lince_observer *observer);

#ifdef __cplusplus
}
#endif
#endif
