/* Layers of nets that answer in 8 bits. Activations are bytes (kernels/bytes.h, LINCE_BYTES); what a byte stands for is said by
 * the layer that made it, in two parameters, `scale` and `zero_point`, which who reads it is told of as `of`. They have no
 * backward. */
#ifndef LINCE_LAYERS_BYTES_H
#define LINCE_LAYERS_BYTES_H

#include "kernels/bytes.h"
#include "layers/layer.h"
#include "layers/pool.h"
#include "layers/window.h"

/* Floats become bytes; and back. */
typedef struct lince_dequantize_layer_args {
    const lince_layer *of; /* what says what the input's bytes stand for */
} lince_dequantize_layer_args;

/* A convolution with what follows it: batch norm is in its weights and biases, a relu in its output's scale, whose least byte
 * stands for 0. conv2d_add_int8 adds a second input. */
typedef struct lince_conv2d_int8_layer_args {
    int channels, groups; /* as conv2d */
    lince_window window;
    const lince_layer *of, *other; /* of the first input's bytes, and of the second's */
} lince_conv2d_int8_layer_args;
typedef lince_conv2d_int8_layer_args lince_conv2d_add_int8_layer_args;

/* Fully connected; its outputs are floats. Where each input stands for several equal ones, a weight is their sum. */
typedef struct lince_linear_int8_layer_args {
    int outputs;
    const lince_layer *of;
} lince_linear_int8_layer_args;

typedef lince_max_pool2d_layer_args lince_max_pool2d_int8_layer_args;

/* An activation of bytes, whose 256 answers are a table. */
typedef struct lince_activation_int8_layer_args {
    const lince_layer *of;
    const lince_layer_type *type; /* of floats, which it stands for: one that has an `activation` */
} lince_activation_int8_layer_args;

/* Parameters by their place: of convolutions and linear layers, and, the last of all, those of the output's scale. */
enum { LINCE_INT8_WEIGHT, LINCE_INT8_WEIGHT_SCALE, LINCE_INT8_BIAS, LINCE_INT8_PARAMS };

/* infer: adds `scale` and `zero_point` of the output's bytes. */
void lince_layer_add_scale(lince_layer *layer);

/* What they say; and sets it. */
lince_byte_scale lince_layer_scale(const lince_layer *layer);
void lince_layer_set_scale(lince_layer *layer, lince_byte_scale scale);

/* --- ONNX ------------------------------------------------------------------------------------------- */

lince_onnx_value lince_layer_express_quantize(const lince_layer *layer, lince_onnx *graph,
                                              lince_onnx_value x);
lince_onnx_value lince_layer_express_dequantize(const lince_layer *of, lince_onnx *graph, lince_onnx_value x);

/* --- what convolutions and linear layers share (products_int8.c) ------------------------------------ */

typedef struct lince_products_int8 {
    lince_conv conv;
    lince_kernel kernel;
} lince_products_int8;

/* infer: makes the plan and the parameters; `ndim` is that of the weight. */
int lince_products_int8_infer(lince_layer *layer, const lince_conv *conv, int ndim);
int lince_products_int8_prepare(lince_layer *layer);
void lince_products_int8_release(lince_layer *layer);

/* forward: of bytes `of`, and `other` or NULL. */
void lince_products_int8_run(lince_layer *layer, const lince_pass *pass, const lince_layer *of,
                             const lince_layer *other);

/* Weight and bias as nodes have them, from bytes and whole numbers. */
void lince_products_int8_express(const lince_layer *layer, lince_onnx *graph, const lince_layer *of,
                                 lince_onnx_value *weight, lince_onnx_value *bias);

#define LAYER(name) extern const lince_layer_type lince_##name##_layer;
#include "layers/bytes.def"

#endif
