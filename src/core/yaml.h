/* YAML files: one document each. */
#ifndef LINCE_CORE_YAML_H
#define LINCE_CORE_YAML_H

#include "core/buffer.h"

#include <yaml.h>

/* Hands the document of a file, of 1 MiB and 16 lists within lists at most, to `take`, and returns what that does. LINCE_EIO;
 * LINCE_EUSAGE with the line where it is not YAML, or more than one document; LINCE_ENOMEM. */
int lince_yaml_read(const char *path, int (*take)(void *context, yaml_document_t *document, const char *path),
                    void *context);

/* The same of what was read already; `path` is for messages. */
int lince_yaml_parse(const char *bytes, size_t size, const char *path,
                     int (*take)(void *context, yaml_document_t *document, const char *path), void *context);

/* Appends what a scalar holds, up to 1 MiB in all: an alias may stand for the same value many times. LINCE_EUSAGE. */
int lince_yaml_put(lince_buffer *out, const yaml_node_t *scalar);

#endif
