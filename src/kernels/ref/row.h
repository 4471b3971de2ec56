/* A row in plain C, by the operation's name and id and the kind that it is: `ref`, the truth, or `portable`. */
#ifndef LINCE_KERNELS_REF_ROW_H
#define LINCE_KERNELS_REF_ROW_H

#include "kernels/op.h"
#include "kernels/operands.h"

#define LINCE_PLAIN_ROW(operation, id, kind)          \
    const lince_op_row lince_##operation##_##kind = { \
        .op = LINCE_OP_##id, .name = #kind, .same_bits = true, .run = operation}
#define LINCE_REF_ROW(operation, id) LINCE_PLAIN_ROW(operation, id, ref)

#endif
