/* The parts of lince_describe. */
#ifndef LINCE_TRAIN_DESCRIBE_H
#define LINCE_TRAIN_DESCRIBE_H

#include "core/buffer.h"

#include <jansson.h>

/* A weights file as an object (docs/formats.md), and that object as lines. */
int lince_describe_weights(const char *path, json_t **result);
void lince_put_weights(lince_buffer *out, const json_t *weights);

/* A line: a label in the caller's language, and its value. */
void lince_put_fact(lince_buffer *out, const char *label, const char *value);

#endif
