/* A model that is asked: what a kind of samples needs of it to turn what a path leads to, or what lies in memory,
 * into answers. */
#ifndef LINCE_MODALITY_ASKING_H
#define LINCE_MODALITY_ASKING_H

#include "group/group.h"
#include "net/net.h"
#include "picture/decode/image.h"
#include "settings/settings.h"

#include <jansson.h>
#include <lince/model.h>

/* What of a table's reading was said to the model itself, not by its run's settings. */
typedef struct lince_said {
    bool text, label, header, encoding, split;
} lince_said;

/* A table's row, while the answer about it is told. */
typedef struct lince_asked_row {
    const char *const *names, *const *values; /* [count]; names NULL: it has none */
    size_t count;
} lince_asked_row;

typedef struct lince_asking {
    lince_model *model;
    void *encoder;    /* of its kind of samples */
    const char *path; /* of the model, for messages */
    const lince_settings *settings;
    lince_said said;
    const lince_observer *observer;
    int threads;
    size_t most; /* bytes of a picture's pixels beyond which it is refused; 0: what is read at all */
    const lince_group *
        group; /* who answers for a folder or an archive, each for a part of its files, in the order of ranks */
    lince_asked_row *row; /* to be filled and emptied by who reads a table */

    /* Answers n inputs by a net for `batch` of them, n or more; predictions [n] are to be released in any case. */
    int (*answer)(lince_model *model, const lince_input *input, int n, int batch,
                  lince_prediction *predictions);

    /* What data.json says of its run's data; NULL where there is none. */
    int (*recorded)(const lince_model *model, json_t **record);

    lince_answer_fn tell; /* who hears the answers of a path */
    void *context;
} lince_asking;

/* Tells an answer, or an error with what lince_error() says, and releases the prediction (or NULL). */
int lince_answer(const lince_asking *asking, const char *input, int code, lince_prediction *prediction);

/* Of standard input: what is one sample by itself, or paths, a line each; one that leads nowhere is an answer, too. */
typedef struct lince_asked_input {
    bool (*recognised)(const uint8_t *bytes, size_t size);
    int (*one)(const lince_asking *asking, const char *name, int code, const lince_bytes *bytes);
    int (*path)(const lince_asking *asking, const char *path);
    const char *expected; /* the message where it is neither; untranslated */
} lince_asked_input;
int lince_ask_stdin(const lince_asking *asking, const lince_asked_input *input);

#endif
