/* A row of x86/ without a plan, by the operation's name and id and the level that its vector code is made for:
 * `call` is the driver, handed (vector code, kernel, arguments). */
#ifndef LINCE_KERNELS_X86_ROW_H
#define LINCE_KERNELS_X86_ROW_H

#include "kernels/op.h"
#include "kernels/operands.h"

#define LINCE_X86_ROW(operation, id, level, LEVEL, simd, supports_, call)         \
    static void operation##_##level(const lince_kernel *kernel, const void *args) \
    {                                                                             \
        call(&simd, kernel, args);                                                \
    }                                                                             \
    const lince_op_row lince_##operation##_##level = {.op = LINCE_OP_##id,        \
                                                      .name = #level,             \
                                                      .needs = LINCE_##LEVEL,     \
                                                      .same_bits = true,          \
                                                      .supports = supports_,      \
                                                      .run = operation##_##level}

#endif
