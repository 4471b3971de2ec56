/* What a question asks about: the inputs in its body. */
#ifndef LINCE_SERVE_INPUTS_H
#define LINCE_SERVE_INPUTS_H

#include "modality/many.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct lince_inputs {
    lince_given *given; /* [count] */
    size_t count, capacity;
    bool owned; /* names and bytes are; of a body that is one input both are borrowed */
} lince_inputs;

/* What they are read by. */
typedef struct lince_inputs_form {
    bool words; /* the model takes texts, not files */
    size_t most;
    lince_voice voice;
} lince_inputs_form;

/* Reads a body, with a NUL behind it, which must stay: a list of parts (multipart/form-data), JSON texts, or else one input. Returns
 * an HTTP status, with lince_error() where it is not 200; inputs are to be released in any case. */
unsigned lince_inputs_read(lince_inputs *inputs, const lince_inputs_form *form,
                           struct MHD_Connection *connection, const char *body, size_t size);
void lince_inputs_release(lince_inputs *inputs);

#endif
