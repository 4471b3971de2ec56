#include "weights/onnx/operators.h"

#include <string.h>

static const struct {
    const char *name;
    lince_onnx_operator *take;
} rows[] = {
#define OPERATOR(name, function) {#name, lince_onnx_take_##function},
#include "weights/onnx/operators.def"
};

lince_onnx_operator *lince_onnx_operator_named(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].name, name)) return rows[i].take;
    return NULL;
}
