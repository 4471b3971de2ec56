/* A function for each kind of operator (operators.def). What shapes are computed with is folded away; what lince has no
 * layer for is made of those that it has. */
#ifndef LINCE_WEIGHTS_ONNX_OPERATORS_H
#define LINCE_WEIGHTS_ONNX_OPERATORS_H

#include "weights/onnx/import.h"

#define OPERATOR(name, function) lince_onnx_operator lince_onnx_take_##function;
#include "weights/onnx/operators.def"

#endif
