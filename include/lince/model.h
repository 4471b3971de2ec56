/* A trained model: opened, asked, closed. */
#ifndef LINCE_MODEL_H
#define LINCE_MODEL_H

#include <lince/train.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lince_model lince_model;

/* The answer for one input. Release with lince_prediction_release. */
typedef struct lince_prediction {
    int best; /* the most probable class */
    int classes;
    float *probability; /* [classes], sum 1 */
    size_t words, read,
        unknown; /* of a text: its words, those that were read, and of these the unknown ones */
    bool unsure; /* its probability is below lince_model_min_confidence: better no answer than this one */
} lince_prediction;

/* Opens a run's folder (its weights/best.safetensors) or a self-describing .safetensors file. */
int lince_model_open(lince_model **model, const char *path);

/* How a weights file is opened that is not a run's. NULL and 0: what the file says, else the usual. */
typedef struct lince_open_options {
    const char *weights;       /* the file: .safetensors, or PyTorch's .pth, .pt, .th */
    const char *architecture;  /* by name; usual: the one that all tensors fit */
    const char *normalize;     /* "imagenet", ... as in the settings; usual: imagenet */
    const char *classes;       /* file with the classes' names, one a line */
    const char *image_size;    /* pixels of the input, "224" or "HEIGHTxWIDTH"; usual: the architecture's */
    const char *fit;           /* "crop", "squash", "pad"; usual: crop */
    const char *interpolation; /* "bilinear", "bicubic"; usual: the architecture's */
    int resize;                /* pixels of the shorter side before a crop; usual: the architecture's at its
                                  own size (256 for 224), else the fewest that cover the input */
    bool strict;               /* refuses tensors that the architecture does not have */
} lince_open_options;

int lince_model_open_weights(lince_model **model, const lince_open_options *options);
void lince_model_free(lince_model *model);

const char *lince_model_name(const lince_model *model); /* "vgg16" */
int lince_model_classes(const lince_model *model);
const char *lince_model_class(const lince_model *model, int index); /* NULL: no such class */

/* What was found, renamed or left out in the weights file, a line each; "" where there is nothing to say. */
const char *lince_model_notes(const lince_model *model);

/* Threads for computing; 0 (the default): the processors this process may use. */
void lince_model_threads(lince_model *model, int threads);

/* Who hears what there is to say while it predicts (warnings only); NULL (the default): nobody. Not owned. */
void lince_model_observe(lince_model *model, const lince_observer *observer);

/* Classifies a picture file (PNG, JPEG, WebP, TIFF, GIF, BMP, PPM, PGM, with libheif HEIC and AVIF; "-":
 * standard input) or bytes in memory. */
int lince_model_predict_file(lince_model *model, const char *path, lince_prediction *prediction);
int lince_model_predict_bytes(lince_model *model, const void *bytes, size_t size,
                              lince_prediction *prediction);

/* Classifies a text (UTF-8). Words behind the model's --max-tokens are not read; words that it does not know
 * stand for one and the same unknown word; so does a text without words. LINCE_EFORMAT where it is not UTF-8.
 */
bool lince_model_is_text(const lince_model *model);
int lince_model_predict_text(lince_model *model, const char *text, lince_prediction *prediction);
void lince_prediction_release(lince_prediction *prediction);

/* From which probability on the most probable class is an answer; and what the validation part says of that.
 */
typedef struct lince_confidence {
    double least;
    size_t samples; /* of the validation part; 0: not known */
    size_t answered,
        right;        /* of these, with a probability of `least` or more; and of those, classified rightly */
    double low, high; /* of right / answered, Wilson's 95 % interval, which does not know that `least` was
                         chosen by the same samples */
} lince_confidence;

/* Predictions below it are `unsure` from now on. `text`: a number from 0 to 1; or "auto:0.95", the least one
 * for which at least that share of the answers on the validation part of the model's run is right. For that
 * the validation part is classified once, and the answers are kept in the run (confidence.json); views
 * (lince_model_set "tta") are to be set before. `said` may be NULL. LINCE_EUSAGE; LINCE_EDATA where no
 * confidence reaches the share (the message says the most that is reached), or there is no validation part.
 */
int lince_model_min_confidence(lince_model *model, const char *text, const lince_observer *observer,
                               lince_confidence *said);

/* Hears each answer in its input's order: the picture's path or the text itself, and 0 with what was
 * predicted or an error's code with lince_error(). What is not 0 ends the asking and is returned. */
typedef int (*lince_answer_fn)(void *context, const char *input, int code,
                               const lince_prediction *prediction);

/* While an answer about a row of a table is heard: how many columns the row has, what they hold, and what
 * they are called (NULL: the table has no header). 0: the input is no row. Borrowed, until it was heard. */
size_t lince_model_row(const lince_model *model, const char *const **names, const char *const **values);

/* Classifies all that a path leads to; each input has an answer, or an error. A picture; every file in a
 * folder, with all below it, or in an archive, but for texts that lie among pictures, which are counted; "-":
 * a picture on standard input, or paths, one a line. For a model of texts: every line, also an empty one, of
 * a file, of all files of a folder or an archive, or of standard input; lines are UTF-8, or in the encoding
 * that lince_model_set has set. An error of the path itself is returned. */
int lince_model_predict_all(lince_model *model, const char *path, lince_answer_fn tell, void *context);

/* How lince_model_evaluate reads data: any setting of training's by name ("text-column", "drop-label", ...);
 * and "tta", the views of a picture whose answers are averaged ("none", "flip", "crops"), here and by
 * predicting. Those of the model's run are its defaults. LINCE_EUSAGE. */
int lince_model_set(lince_model *model, const char *setting, const char *value);

/* Evaluates on a part ("train", "val", "test"; NULL: test, or the only one there is) of a data set (NULL: the
 * run's, in the parts it had there). The results as text: scikit-learn's classification report or, with
 * `json`, the object documented in docs/formats.md. `predictions`: a CSV file to write, or NULL. `text` is
 * the caller's (lince_text_free). */
int lince_model_evaluate(lince_model *model, const char *data, const char *part, int json,
                         const char *predictions, const lince_observer *observer, char **text);

/* Fits a temperature (Guo et al. 2017) on the validation part of the model's run, by which all scores are
 * divided before the softmax, so that probabilities can be taken at their word; the predicted classes stay.
 * It is kept in the run's weights/best.safetensors and calibration.json and used by whatever opens them, and
 * what the run says of its test is measured again with it; so does this model from now on. The observer hears
 * what has changed. LINCE_EUSAGE where the model is of no run, or its run validated on the test part;
 * LINCE_EDATA where it has no validation part. */
int lince_model_calibrate(lince_model *model, const lince_observer *observer);

/* What a path is (a data set, a weights file, a run), described in a few lines or as JSON. */
int lince_describe(const char *path, int json, char **text);

/* Of a data set as these settings read it (columns, quoting, encoding, labels that are left out, ...), and
 * where find-duplicates is "yes" with what stands in two parts or under two labels, which may take a while.
 */
int lince_describe_as(const char *path, const lince_settings *settings, const lince_observer *observer,
                      int json, char **text);

/* Writes a weights file in another format, which the ending of `out` says (.safetensors; .pth, .pt, .th): the
 * same tensors, bit for bit. `text`, the caller's (lince_text_free), tells what was found and written. */
int lince_convert(const char *in, const char *out, char **text);

void lince_text_free(char *text);

/* The models that --model knows: the name at `index`, or NULL after the last; and a line about it. */
const char *lince_architecture_at(size_t index, const char **summary);

/* Writes the built-in sample data set of pictures: train/<class>/NNNN.png and test/<class>/NNNN.png below
 * `folder`, `n` pictures in all, a sixth of them in test/. */
int lince_synth_images(const char *folder, size_t n, uint64_t seed);

/* Writes the built-in sample data set of short texts: `n` messages into tweets.csv in `folder`, with the
 * columns id, group, label (negative, neutral, positive) and text. Messages of one group paraphrase each
 * other. */
int lince_synth_tweets(const char *folder, size_t n, uint64_t seed);

#ifdef __cplusplus
}
#endif
#endif
