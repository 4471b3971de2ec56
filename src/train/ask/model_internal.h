/* What a model's own files share. */
#ifndef LINCE_TRAIN_MODEL_INTERNAL_H
#define LINCE_TRAIN_MODEL_INTERNAL_H

#include "core/buffer.h"
#include "core/file.h"
#include "net/net.h"
#include "picture/decode/image.h"
#include "picture/views.h"
#include "settings/settings.h"
#include "train/blueprint/blueprint.h"
#include "train/measure/evaluate.h"
#include "weights/weights.h"

#include <jansson.h>
#include <lince/model.h>

struct lince_model {
    lince_blueprint blueprint;
    lince_weights *weights;
    char path[LINCE_PATH_MAX];
    lince_buffer notes;
    bool strict;
    int threads;
    lince_confidence confidence; /* least 0: every answer is one */
    lince_views views;           /* of pictures, whose answers are averaged */
    lince_transform picture;     /* what these are cut from; without any, the blueprint's */
    lince_net *net;              /* for `batch` samples; built at the first use */
    int batch;
    lince_settings settings; /* of its run; where it has none, the defaults */
    bool has_run;
    char run[LINCE_PATH_MAX]; /* its folder, where there is one */
    struct {
        bool text, label, header, encoding, split;
    } set;                   /* what of tables lince_model_set has said anew */
    lince_observer observer; /* of predicting */
    struct {
        const char *const *names, *const *values; /* [count]; names NULL: it has none */
        size_t count;
    } row;        /* of a table, while an answer about it is told */
    char *chosen; /* --classes: those to be measured; NULL: the run's */
};

/* Makes the net ready for batches of up to `batch` samples. */
int lince_model_use(lince_model *model, int batch);

/* Evaluates it on a part ("val", "test") of a data set (NULL: of its run's own); `raw`: as
 * lince_evaluate_options. Both are to be released in any case. */
int lince_model_on_part(lince_model *model, const char *data, const char *part, bool raw,
                        const lince_observer *observer, lince_dataset **dataset,
                        lince_evaluation *evaluation);

/* LINCE_EUSAGE where it does not classify texts, or pictures. */
int lince_model_check_kind(const lince_model *model, bool texts);

/* How many of so many pictures are answered at a time: several where there are many, as fewer do not repay
 * the choice of kernels for another batch; the larger they are, the fewer, so that memory stays small. */
int lince_model_batch_for(const lince_model *model, size_t count);

/* How its pictures are decoded. */
lince_decoding lince_model_decoding(const lince_model *model);

/* Warns of a picture that is incomplete. */
void lince_model_tell_incomplete(const lince_model *model, const char *name);

/* As the functions of the public interface, into a prediction of this version's size;
 * lince_model_predict_file, and lince_model_predict_bytes with the name that messages give the picture. */
int lince_model_predict_path(lince_model *model, const char *path, lince_prediction *prediction);
int lince_model_predict_named(lince_model *model, const void *bytes, size_t size, const char *name,
                              lince_prediction *prediction);

/* Classifies what the network reads, x [n][3][height][width], by a net for `batch` inputs, n or more;
 * predictions [n] are to be released in any case. */
int lince_model_predict_input(lince_model *model, const float *x, int n, int batch,
                              lince_prediction *predictions);

/* Classifies n pictures, which model->picture has fitted, by a net for `batch` of them, n or more;
 * predictions [n] are to be released in any case. */
int lince_model_predict_fitted(lince_model *model, const lince_image *fitted, int n, int batch,
                               lince_prediction *predictions);

/* lince_model_predict_text of `size` bytes and a NUL behind them; LINCE_EFORMAT where there is one among
 * them. */
int lince_model_predict_span(lince_model *model, const char *text, size_t size, lince_prediction *prediction);

/* lince_model_predict_all: who is asked, and who hears the answers. */
typedef struct lince_asking {
    lince_model *model;
    lince_answer_fn tell;
    void *context;
} lince_asking;

/* Tells an answer, or an error with what lince_error() says, and releases the prediction (or NULL). */
int lince_answer(const lince_asking *asking, const char *input, int code, lince_prediction *prediction);

/* Of a table's content. */
int lince_ask_table(const lince_asking *asking, const char *where, const void *bytes, size_t size);

/* What data.json says of the run's data; NULL where there is none. */
int lince_model_recorded(const lince_model *model, json_t **record);

/* Of a folder or an archive of pictures; and of all that a model of texts is asked. */
int lince_ask_pictures(const lince_asking *asking, const char *path);
int lince_ask_texts(const lince_asking *asking, const char *path);

#endif
