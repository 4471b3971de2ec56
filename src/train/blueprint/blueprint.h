/* All that is needed to build a model again and to feed it: what a weights file says of itself. */
#ifndef LINCE_TRAIN_BLUEPRINT_H
#define LINCE_TRAIN_BLUEPRINT_H

#include "core/buffer.h"
#include "loss/loss.h"
#include "modality/modality.h"
#include "models/model_zoo.h"
#include "weights/weights.h"

enum { LINCE_HEAD_MAX = 8 };

typedef struct lince_blueprint {
    char model[64];
    char *described; /* the network, where the weights' file brings one (formats/format.h); NULL: model's */
    bool head_given; /* hidden layers of the classifier other than the architecture's */
    int head[LINCE_HEAD_MAX], head_count; /* their widths */
    double dropout, stochastic_depth; /* as the architecture's options; the second matters in training only */
    const lince_modality *modality;   /* what its samples are */
    void *encoder;                    /* the modality's: how they become the net's input; owned */
    int classes;
    char **names;       /* [classes]; owned; NULL where not known */
    lince_loss loss;    /* that it is trained with, which says what scores mean */
    double temperature; /* that scores are divided by before that; 0: not calibrated */
    bool bf16;          /* it was trained, and answers, with numbers rounded to bfloat16 (kernels/conv.h) */
    char *
        floats; /* it answers in 8 bits (net/quantize.h), but for these layers, by name; NULL: in floats; owned */
    bool several; /* samples have any number of labels; else one */
    float *
        threshold; /* [classes] of several labels, from which probability on each is answered; NULL: 0.5; owned */
} lince_blueprint;

void lince_blueprint_release(lince_blueprint *blueprint);

/* "4096,2048" into head; "none": no hidden layers; "" or NULL: the architecture's own. LINCE_EUSAGE. */
int lince_blueprint_head(lince_blueprint *blueprint, const char *text);

/* Builds the net, to be prepared by the caller; and builds and prepares it. */
int lince_blueprint_assemble(const lince_blueprint *blueprint, const lince_net_options *options,
                             lince_net **net);
int lince_blueprint_build(const lince_blueprint *blueprint, const lince_net_options *options,
                          lince_net **net);

/* Gives it the encoder of a kind of samples, empty. LINCE_ENOMEM. */
int lince_blueprint_of(lince_blueprint *blueprint, const lince_modality *modality);

/* The views that answers are averaged over; NULL or of none: there are none. */
static inline const lince_views *lince_blueprint_views(const lince_blueprint *blueprint)
{
    return lince_modality_views(blueprint->modality, blueprint->encoder);
}

/* The blueprint as metadata of a weights file. Release it, also after a failure. */
int lince_blueprint_write(const lince_blueprint *blueprint, lince_passport *passport);

/* And back. LINCE_EDATA where the file does not say what it is. */
int lince_blueprint_read(lince_blueprint *blueprint, const lince_weights *weights, const char *path);

/* One threshold of all classes. LINCE_ENOMEM. And those that there are as metadata have them, lince_alloc'ed. */
int lince_blueprint_threshold(lince_blueprint *blueprint, double threshold);
int lince_blueprint_thresholds_text(const lince_blueprint *blueprint, char **text);

/* The temperature that a file's metadata say; 0: none. */
double lince_blueprint_temperature(const lince_weights *weights);

/* The architecture of which the most parameters fit, by name and shape. */
typedef struct lince_likely {
    const char *architecture;
    int classes;
    size_t fits, of; /* parameters, of the net's and the file's own together */
} lince_likely;

/* LINCE_EDATA where not even half of any fits. Only those are tried whose shapes are known without more, as a
 * vocabulary. */
int lince_blueprint_recognise(const lince_weights *weights, lince_likely *likely);

/* Whether the file knows its classes, and they are others than the blueprint's. */
bool lince_blueprint_other_classes(const lince_blueprint *blueprint, const lince_weights *weights);

/* Class names from a file: one a line, as many as the blueprint has classes; LINCE_EDATA, LINCE_EIO. */
int lince_blueprint_read_classes(lince_blueprint *blueprint, const char *path);

/* The blueprint of a file that does not say what it is: that of the architecture (NULL: the one of which all
 * parameters fit), with the classes that the output layer has, which are ImageNet's where there are 1000. `notes`
 * (or NULL): what there is to say of how the weights expect samples. LINCE_EUSAGE, LINCE_EDATA. */
int lince_blueprint_guess(lince_blueprint *blueprint, const char *architecture, const lince_weights *weights,
                          const char *path, lince_buffer *notes);

#endif
