/* YAML files: one document each. */
#ifndef LINCE_CORE_YAML_H
#define LINCE_CORE_YAML_H

#include <yaml.h>

/* Hands the document of a file, of 1 MiB at most, to `take`, and returns what that does. LINCE_EIO; LINCE_EUSAGE with the
 * line where it is not YAML, or more than one document; LINCE_ENOMEM. */
int lince_yaml_read(const char *path, int (*take)(void *context, yaml_document_t *document, const char *path),
                    void *context);

#endif
