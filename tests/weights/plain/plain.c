/* A format of weights files as plain text, for tests: added to the program by the line of list.def beside it and
 * nothing else (test_plain.sh).
 *     plain weights
 *     KEY = VALUE                   metadata
 *     NAME SIZE SIZE ... : NUMBER NUMBER ...
 * Files of the years before called the classifier's parameters "out.": their names are renewed. A network may be
 * described, "lince.architecture = plain text:WIDTH": a layer of that width, and the classifier. */
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "layers/linear.h"
#include "models/module.h"
#include "weights/formats/format.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char FIRST[] = "plain weights\n";

static bool recognise(const unsigned char *bytes, size_t size)
{
    return size >= strlen(FIRST) && !memcmp(bytes, FIRST, strlen(FIRST));
}

static int parse_tensor(lince_weights *weights, const char *line, const char *file)
{
    lince_tensor t = {.bytes = sizeof(float)};
    char *at = strchr(line, ' ');
    if (!at) return lince_fail(LINCE_EFORMAT, "%s: not a tensor: '%.60s'", file, line);
    size_t name = (size_t)(at - line);
    while (t.ndim < LINCE_MAX_DIMS && *++at && *at != ':') {
        t.dims[t.ndim] = strtol(at, &at, 10);
        if (t.dims[t.ndim] < 1 || !lince_mul(t.bytes, (size_t)t.dims[t.ndim++], &t.bytes)) break;
    }
    if (*at++ != ':' || t.bytes > 1 << 20)
        return lince_fail(LINCE_EFORMAT, "%s: '%.60s': its sizes are not usable", file, line);
    float *values = lince_weights_own(weights, t.bytes);
    if (!values) return LINCE_ENOMEM;
    for (size_t i = 0; i < t.bytes / sizeof *values; i++) values[i] = strtof(at, &at);
    t.data = values;
    return lince_weights_add(weights, &t, line, name);
}

static int parse_line(lince_weights *weights, char *line, const char *file)
{
    char *value = strstr(line, " = ");
    if (!value) return parse_tensor(weights, line, file);
    *value = '\0';
    return lince_weights_add_metadata(weights, line, value + 3);
}

static int parse(lince_weights *weights, const void *bytes, size_t size, const char *file)
{
    char *text = lince_strndup((const char *)bytes + strlen(FIRST), size - strlen(FIRST)), *rest = text;
    int code = text ? 0 : LINCE_ENOMEM;
    for (char *line; !code && (line = strsep(&rest, "\n"));)
        if (*line) code = parse_line(weights, line, file);
    lince_free(text);
    return code;
}

static int rename_old(lince_weights *weights, const char *file)
{
    for (size_t i = 0; i < weights->count; i++)
        if (!strncmp(weights->tensors[i].name, "out.", 4))
            memcpy((char *)weights->tensors[i].name, "cls.", 4);
    return lince_weights_index(weights, file);
}

static int write_plain(const char *path, const lince_tensor *tensors, size_t count,
                       const lince_metadata *metadata, size_t metadata_count)
{
    lince_file file;
    LINCE_TRY(lince_tensors_check(path, tensors, count));
    LINCE_TRY(lince_file_open(&file, path));
    fputs(FIRST, file.stream);
    for (size_t i = 0; i < metadata_count; i++)
        fprintf(file.stream, "%s = %s\n", metadata[i].key, metadata[i].value);
    for (size_t i = 0; i < count; i++) {
        const lince_tensor *t = &tensors[i];
        float value;
        fputs(t->name, file.stream);
        for (int d = 0; d < t->ndim; d++) fprintf(file.stream, " %" PRId64, t->dims[d]);
        fputs(" :", file.stream);
        for (size_t k = 0; k < lince_tensor_elements(t); k++) {
            lince_tensor_floats(t, k, 1, &value);
            fprintf(file.stream, " %.9g", (double)value);
        }
        fputs("\n", file.stream);
    }
    return lince_file_commit(&file);
}

static int build(lince_net *net, const char *description, const lince_classifier *c)
{
    int width = (int)strtol(description, NULL, 10), x = lince_module(net, 0, LINCE_BARE(flatten), "flat");
    if (width < 1) return lince_fail(LINCE_EDATA, "'%.40s' is not a width", description);
    x = lince_module(net, x, LINCE_LAYER(linear, .outputs = width), "wide");
    x = lince_module(net, x, LINCE_BARE(relu), "relu");
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes), "cls");
}

const lince_weights_format lince_plain = {.name = "plain text",
                                          .recognise = recognise,
                                          .parse = parse,
                                          .rename = rename_old,
                                          .write = write_plain,
                                          .build = build};
