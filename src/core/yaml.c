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

static int expect_end(yaml_parser_t *parser, const char *path)
{
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document)) return fail(parser, path);
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    size_t line = root ? root->start_mark.line + 1 : 0;
    yaml_document_delete(&document);
    return root ? lince_fail(LINCE_EUSAGE, "%s:%zu: a second YAML document; expected one", path, line) : 0;
}

static int read_document(yaml_parser_t *parser, const char *path,
                         int (*take)(void *context, yaml_document_t *document, const char *path),
                         void *context)
{
    yaml_document_t document;
    if (!yaml_parser_load(parser, &document)) return fail(parser, path);
    int code = yaml_document_get_root_node(&document) ? expect_end(parser, path) : 0;
    if (!code) code = take(context, &document, path);
    yaml_document_delete(&document);
    return code;
}

int lince_yaml_read(const char *path, int (*take)(void *context, yaml_document_t *document, const char *path),
                    void *context)
{
    enum { LARGEST = 1 << 20 };
    char *bytes;
    size_t size;
    yaml_parser_t parser;
    LINCE_TRY(lince_file_read(path, LARGEST, &bytes, &size));
    int code = LINCE_ENOMEM;
    if (yaml_parser_initialize(&parser)) {
        yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
        code = read_document(&parser, path, take, context);
        yaml_parser_delete(&parser);
    } else
        lince_fail(code, "%s: out of memory", path);
    lince_free(bytes);
    return code;
}
