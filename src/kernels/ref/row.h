/* A row of ref/, by the operation's name and id. */
#ifndef LINCE_KERNELS_REF_ROW_H
#define LINCE_KERNELS_REF_ROW_H

#include "kernels/op.h"
#include "kernels/operands.h"

#define LINCE_REF_ROW(name_, id)               \
    const lince_op_row lince_##name_##_ref = { \
        .op = LINCE_OP_##id, .name = "ref", .same_bits = true, .run = name_}

#endif
