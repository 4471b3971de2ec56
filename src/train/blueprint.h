/* All that is needed to build a model again and to feed it: what a weights file says of itself. */
#ifndef LINCE_TRAIN_BLUEPRINT_H
#define LINCE_TRAIN_BLUEPRINT_H

#include "data/transform.h"
#include "models/model_zoo.h"
#include "weights/weights.h"

enum { LINCE_HEAD_MAX = 8 };

typedef struct lince_blueprint {
    char model[64];
    int head[LINCE_HEAD_MAX], head_count; /* head_count 0: the architecture's own */
    double dropout;
    lince_text_net text; /* of models of texts, whose vocabulary it knows; zero for pictures */
    int classes;
    char **names;              /* [classes]; owned; NULL where not known */
    lince_transform transform; /* size and normalisation; no augmentation */
    char normalize[128];       /* as given: "auto", "imagenet", ... */
} lince_blueprint;

void lince_blueprint_release(lince_blueprint *blueprint);

/* "4096,2048" into head; LINCE_EUSAGE. */
int lince_blueprint_head(lince_blueprint *blueprint, const char *text);

/* "imagenet", "cifar10", "none", "m,m,m:s,s,s" into mean and std; 1 for "auto" (to be measured).
 * LINCE_EUSAGE. */
int lince_normalize_parse(const char *text, float mean[3], float std[3]);

/* Builds the net, to be prepared by the caller; and builds and prepares it. */
int lince_blueprint_assemble(const lince_blueprint *blueprint, const lince_net_options *options,
                             lince_net **net);
int lince_blueprint_build(const lince_blueprint *blueprint, const lince_net_options *options,
                          lince_net **net);

enum { LINCE_BLUEPRINT_METADATA = 7 };

/* The blueprint as metadata of a weights file; texts are allocated in `store` (release each with lince_free).
 */
int lince_blueprint_write(const lince_blueprint *blueprint, lince_metadata metadata[LINCE_BLUEPRINT_METADATA],
                          char *store[LINCE_BLUEPRINT_METADATA]);

/* And back. LINCE_EDATA where the file does not say what it is. */
int lince_blueprint_read(lince_blueprint *blueprint, const lince_weights *weights, const char *path);

#endif
