#include "core/yaml.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

static int fail(const yaml_parser_t *parser, const char *path)
{
    if (parser->error == YAML_MEMORY_ERROR) return lince_fail(LINCE_ENOMEM, "%s: out of memory", path);
    return lince_fail(LINCE_EUSAGE, "%s:%zu: not YAML: %s", path, parser->problem_mark.line + 1,
                      parser->problem ? parser->problem : "?");
}

/* libyaml composes whatever depth there is, and looks through all open braces at each: a file of nothing but braces takes it
 * minutes. Events come one by one. */
static int check_depth(yaml_parser_t *parser, const char *path, void *context)
{
    (void)context;
    enum { DEEPEST = 16 };
    yaml_event_type_t type = YAML_NO_EVENT;
    for (int depth = 0; type != YAML_STREAM_END_EVENT;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) return fail(parser, path);
        size_t line = event.start_mark.line + 1;
        type = event.type;
        yaml_event_delete(&event);
        depth += type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
        depth -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
        if (depth > DEEPEST)
            return lince_fail(LINCE_EUSAGE, "%s:%zu: lists within lists, more than %d deep", path, line,
                              DEEPEST);
    }
    return 0;
}

static int expect_end(yaml_parser_t *parser, const char *path)
{
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document)) return fail(parser, path);
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    size_t line = root ? root->start_mark.line + 1 : 0;
    yaml_document_delete(&document);
    return root ? lince_fail(LINCE_EUSAGE, "%s:%zu: a second YAML document; expected one", path, line) : 0;
}

typedef struct reader {
    int (*take)(void *context, yaml_document_t *document, const char *path);
    void *context;
} reader;

static int read_document(yaml_parser_t *parser, const char *path, void *context)
{
    const reader *r = context;
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document)) return fail(parser, path);
    int code = yaml_document_get_root_node(&document) ? expect_end(parser, path) : 0;
    if (!code) code = r->take(r->context, &document, path);
    yaml_document_delete(&document);
    return code;
}

static int parse(const char *bytes, size_t size, const char *path,
                 int (*work)(yaml_parser_t *parser, const char *path, void *context), void *context)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) return lince_fail(LINCE_ENOMEM, "%s: out of memory", path);
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
    int code = work(&parser, path, context);
    yaml_parser_delete(&parser);
    return code;
}

int lince_yaml_put(lince_buffer *out, const yaml_node_t *scalar)
{
    enum { LONGEST = 1 << 20 };
    size_t size = scalar->data.scalar.length;
    if (out->size + size > LONGEST) return lince_fail(LINCE_EUSAGE, "a value of more than %d bytes", LONGEST);
    lince_buffer_put(out, (const char *)scalar->data.scalar.value, size);
    return out->error;
}

int lince_yaml_parse(const char *bytes, size_t size, const char *path,
                     int (*take)(void *context, yaml_document_t *document, const char *path), void *context)
{
    LINCE_TRY(parse(bytes, size, path, check_depth, NULL));
    return parse(bytes, size, path, read_document, &(reader){take, context});
}

int lince_yaml_read(const char *path, int (*take)(void *context, yaml_document_t *document, const char *path),
                    void *context)
{
    enum { LARGEST = 1 << 20 };
    char *bytes;
    size_t size;
    LINCE_TRY(lince_file_read(path, LARGEST, &bytes, &size));
    int code = lince_yaml_parse(bytes, size, path, take, context);
    lince_free(bytes);
    return code;
}
