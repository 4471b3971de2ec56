/* A format of weights files is a row: how a file of it is told, read, and written; list.def names all of
 * them. */
#ifndef LINCE_WEIGHTS_FORMAT_H
#define LINCE_WEIGHTS_FORMAT_H

#include "models/model_zoo.h"
#include "weights/weights_internal.h"

/* Writes a file, whole or not at all. Same input, same bytes. */
typedef int lince_weights_writer(const char *path, const lince_tensor *tensors, size_t count,
                                 const lince_metadata *metadata, size_t metadata_count);

struct lince_weights_format {
    const char *name; /* as `lince info` tells it */

    /* Whether a file that begins so claims to be of this format. */
    bool (*recognise)(const unsigned char *bytes, size_t size);

    /* Whether such a file holds weights, and not something else in the same container; NULL: it does. */
    bool (*holds)(const char *path);

    /* Adds the file's tensors and metadata, and notes. Tensors may point into the bytes, which stay; `file`
     * is for messages. LINCE_EFORMAT with the rule and the place. What was added before a failure is
     * released by the caller. */
    int (*parse)(lince_weights *weights, const void *bytes, size_t size, const char *file);

    /* Where the tensors' numbers are not asked for: reads into the outline whatever else `parse` looks at; NULL: the
     * whole file is read. What is wrong is left for `parse` to say. */
    int (*outline)(const lince_outline *outline);

    /* Changes names to those that the models here have, and notes it; NULL: they are the same. */
    int (*rename)(lince_weights *weights, const char *file);

    lince_weights_writer *write; /* NULL: files of it are only read */

    /* Of a format whose files describe the network, too: adds its layers behind the input, the last one with
     * classifier->classes outputs, by what `parse` has left in the metadata LINCE_DESCRIBED as
     * "<name>:<description>". It stays with the weights in whatever format they are kept from then on. NULL:
     * the format is one of tensors. */
    int (*build)(lince_net *net, const char *description, const lince_classifier *classifier);
};

/* The endings of all, "*.safetensors|*.pth|...", for a table of settings. */
#define LINCE_WEIGHTS_ENDINGS (lince_weights_bar_endings + 1)
extern const char lince_weights_bar_endings[];

/* The row that writes a file of this name; NULL with lince_error() set. */
const lince_weights_format *lince_weights_format_for(const char *path);

/* Bytes, or a file, that can only be of this format; names stay as they are. */
int lince_weights_parse_as(const lince_weights_format *format, lince_weights **weights, const void *bytes,
                           size_t size, const char *name);
int lince_weights_open_as(const lince_weights_format *format, lince_weights **weights, const char *path);

/* --- networks that files bring ---------------------------------------------------------------------- */

#define LINCE_DESCRIBED "lince.architecture"

/* An architecture as a file describes it; `described` and `name` stay with the caller. */
lince_architecture lince_described_architecture(const char *described, const char *name, int image_size);

#define WEIGHTS_FORMAT(row, endings) extern const lince_weights_format row;
#define WEIGHTS_ONLY_READ(row)       extern const lince_weights_format row;
#include "weights/formats/list.def"
#undef WEIGHTS_FORMAT
#undef WEIGHTS_ONLY_READ

#endif
