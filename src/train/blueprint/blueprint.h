/* All that is needed to build a model again and to feed it: what a weights file says of itself. */
#ifndef LINCE_TRAIN_BLUEPRINT_H
#define LINCE_TRAIN_BLUEPRINT_H

#include "core/buffer.h"
#include "loss/loss.h"
#include "models/model_zoo.h"
#include "picture/transform.h"
#include "text/encoder.h"
#include "weights/weights.h"

enum { LINCE_HEAD_MAX = 8 };

typedef struct lince_blueprint {
    char model[64];
    char *described; /* the network, where the weights' file brings one (formats/format.h); NULL: model's */
    bool head_given; /* hidden layers of the classifier other than the architecture's */
    int head[LINCE_HEAD_MAX], head_count; /* their widths */
    double dropout, stochastic_depth; /* as the architecture's options; the second matters in training only */
    lince_text_net text;              /* of models of texts; zero for pictures */
    lince_encoder encoder;            /* likewise */
    int classes;
    char **names;              /* [classes]; owned; NULL where not known */
    lince_transform transform; /* size, fit and normalisation; no augmentation */
    lince_range range;         /* of deep grey */
    lince_loss loss;           /* that it is trained with, which says what scores mean */
    double temperature;        /* that scores are divided by before that; 0: not calibrated */
    char normalize[128];       /* as given: "auto", "imagenet", ...; "weights": as those begun with expect */
} lince_blueprint;

void lince_blueprint_release(lince_blueprint *blueprint);

/* "4096,2048" into head; "none": no hidden layers; "" or NULL: the architecture's own. LINCE_EUSAGE. */
int lince_blueprint_head(lince_blueprint *blueprint, const char *text);

/* "imagenet", "cifar10", "none", "m,m,m:s,s,s" into mean and std; 1 for "auto" and "measured".
 * LINCE_EUSAGE. */
int lince_normalize_parse(const char *text, float mean[3], float std[3]);

/* Builds the net, to be prepared by the caller; and builds and prepares it. */
int lince_blueprint_assemble(const lince_blueprint *blueprint, const lince_net_options *options,
                             lince_net **net);
int lince_blueprint_build(const lince_blueprint *blueprint, const lince_net_options *options,
                          lince_net **net);

/* Whether it is a model of texts. */
bool lince_blueprint_is_text(const lince_blueprint *blueprint);

/* The blueprint as metadata of a weights file; the values are lince_alloc'ed. Release the list, also after a
 * failure. */
enum { LINCE_BLUEPRINT_METADATA = 15 };
typedef struct lince_blueprint_texts {
    lince_metadata list[LINCE_BLUEPRINT_METADATA];
    size_t count;
} lince_blueprint_texts;

int lince_blueprint_write(const lince_blueprint *blueprint, lince_blueprint_texts *texts);
void lince_blueprint_texts_release(lince_blueprint_texts *texts);

/* For lince_blueprint_write: a value that is lince_alloc'ed, or NULL, which is out of memory. */
int lince_blueprint_put(lince_blueprint_texts *texts, const char *key, char *value);

/* blueprint_text.c: what models of texts have of their own. LINCE_EDATA where it is not as lince writes
 * it. */
int lince_blueprint_write_text(const lince_blueprint *blueprint, lince_blueprint_texts *texts);
int lince_blueprint_read_text(lince_blueprint *blueprint, const lince_weights *weights, const char *path);

/* And back. LINCE_EDATA where the file does not say what it is. */
int lince_blueprint_read(lince_blueprint *blueprint, const lince_weights *weights, const char *path);

/* What weights expect of pictures, into transform and normalize: as their file says or, where lince did not
 * write it, as the architecture was published (`normalize` alone may be in its metadata). LINCE_EDATA. */
int lince_blueprint_pictures(lince_blueprint *blueprint, const lince_architecture *architecture,
                             const lince_weights *weights, const char *path);

/* What there is to say of that: which of the architecture's published sets the file is by its name, where
 * they want pictures fitted differently, or that it cannot be told. A line, or nothing. */
void lince_blueprint_tell_published(const lince_architecture *architecture, const lince_weights *weights,
                                    const char *path, lince_buffer *out);

/* The temperature that a file's metadata say; 0: none. */
double lince_blueprint_temperature(const lince_weights *weights);

/* Whether both normalise by the same numbers. */
bool lince_normalise_alike(const lince_transform *a, const lince_transform *b);

/* The architecture of which the most parameters fit, by name and shape. */
typedef struct lince_likely {
    const char *architecture;
    int classes;
    size_t fits, of; /* parameters, of the net's and the file's own together */
} lince_likely;

/* LINCE_EDATA where not even half of any fits. Models of texts are not among them: their shapes need a
 * vocabulary. */
int lince_blueprint_recognise(const lince_weights *weights, lince_likely *likely);

/* Whether the file knows its classes, and they are others than the blueprint's. */
bool lince_blueprint_other_classes(const lince_blueprint *blueprint, const lince_weights *weights);

/* Class names from a file: one a line, as many as the blueprint has classes; LINCE_EDATA, LINCE_EIO. */
int lince_blueprint_read_classes(lince_blueprint *blueprint, const char *path);

/* The blueprint of a file that does not say what it is: that of the architecture (NULL: the one of which all
 * parameters fit), with the classes that the output layer has, which are ImageNet's where there are 1000.
 * LINCE_EUSAGE, LINCE_EDATA. */
int lince_blueprint_guess(lince_blueprint *blueprint, const char *architecture, const lince_weights *weights,
                          const char *path);

#endif
