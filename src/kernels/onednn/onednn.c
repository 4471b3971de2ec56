#include "kernels/onednn/onednn.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"

void lince_onednn_mask(void)
{
    static const dnnl_cpu_isa_t isa[] = {[LINCE_PLAIN] = dnnl_cpu_isa_sse41,
                                         [LINCE_AVX2] = dnnl_cpu_isa_avx2,
                                         [LINCE_AVX512] = dnnl_cpu_isa_avx512_core_bf16};
    if (lince_cpu_level() < lince_cpu_highest()) dnnl_set_max_cpu_isa(isa[lince_cpu_level()]);
}

int lince_onednn_fail(const char *doing, dnnl_status_t status)
{
    if (status == dnnl_unimplemented)
        return lince_fail(LINCE_EUNSUPPORTED, "oneDNN: %s: not implemented", doing);
    if (status == dnnl_out_of_memory) return lince_fail(LINCE_ENOMEM, "oneDNN: %s: out of memory", doing);
    return lince_fail(LINCE_EUNSUPPORTED, "oneDNN: %s: status %d", doing, (int)status);
}

int lince_onednn_activation(lince_onednn_memory *memory, int batch, lince_shape s)
{
    dnnl_format_tag_t tag = s.block == 16 ? dnnl_nChw16c : s.block == 8 ? dnnl_nChw8c : dnnl_nchw;
    dnnl_dims_t dims = {batch, s.channels, s.height, s.width};
    dnnl_status_t status = lince_onednn_memory_new(memory, 4, dims, tag);
    return status ? lince_onednn_fail("activation layout", status) : 0;
}

/* --- what the versions of the library say in different words ---------------------------------------- */

#if DNNL_VERSION_MAJOR >= 3

dnnl_status_t lince_onednn_memory_new(lince_onednn_memory *memory, int ndims, const dnnl_dims_t dims,
                                      dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t made = NULL;
    dnnl_status_t status = dnnl_memory_desc_create_with_tag(&made, ndims, dims, dnnl_f32, tag);
    *memory = made;
    return status;
}

void lince_onednn_memory_free(lince_onednn_memory memory)
{
    if (memory) dnnl_memory_desc_destroy((dnnl_memory_desc_t)memory);
}

static dnnl_status_t plan_forward(const lince_onednn_convolution *c, dnnl_engine_t engine,
                                  const_dnnl_primitive_attr_t attributes, dnnl_primitive_desc_t *plan)
{
    return dnnl_convolution_forward_primitive_desc_create(plan, engine, dnnl_forward_training, c->algorithm,
                                                          c->x, c->w, c->b, c->y, c->stride, NULL, c->before,
                                                          c->after, attributes);
}

static dnnl_status_t plan_backward(const lince_onednn_convolution *c, dnnl_engine_t engine,
                                   const_dnnl_primitive_attr_t attributes, const_dnnl_primitive_desc_t hint,
                                   dnnl_primitive_desc_t *plan)
{
    if (c->direction == LINCE_BACKWARD_DATA)
        return dnnl_convolution_backward_data_primitive_desc_create(plan, engine, c->algorithm, c->x, c->w,
                                                                    c->y, c->stride, NULL, c->before,
                                                                    c->after, hint, attributes);
    return dnnl_convolution_backward_weights_primitive_desc_create(plan, engine, c->algorithm, c->x, c->w,
                                                                   c->b, c->y, c->stride, NULL, c->before,
                                                                   c->after, hint, attributes);
}

#else

dnnl_status_t lince_onednn_memory_new(lince_onednn_memory *memory, int ndims, const dnnl_dims_t dims,
                                      dnnl_format_tag_t tag)
{
    dnnl_memory_desc_t *made = lince_alloc(1, sizeof *made);
    *memory = made;
    return made ? dnnl_memory_desc_init_by_tag(made, ndims, dims, dnnl_f32, tag) : dnnl_out_of_memory;
}

void lince_onednn_memory_free(lince_onednn_memory memory)
{
    lince_free((void *)memory);
}

static dnnl_status_t plan_forward(const lince_onednn_convolution *c, dnnl_engine_t engine,
                                  const_dnnl_primitive_attr_t attributes, dnnl_primitive_desc_t *plan)
{
    dnnl_convolution_desc_t desc;
    dnnl_status_t status =
        dnnl_convolution_forward_desc_init(&desc, dnnl_forward_training, c->algorithm, c->x, c->w, c->b, c->y,
                                           c->stride, c->before, c->after);
    return status ? status : dnnl_primitive_desc_create(plan, &desc, attributes, engine, NULL);
}

static dnnl_status_t plan_backward(const lince_onednn_convolution *c, dnnl_engine_t engine,
                                   const_dnnl_primitive_attr_t attributes, const_dnnl_primitive_desc_t hint,
                                   dnnl_primitive_desc_t *plan)
{
    dnnl_convolution_desc_t desc;
    dnnl_status_t status;
    if (c->direction == LINCE_BACKWARD_DATA)
        status = dnnl_convolution_backward_data_desc_init(&desc, c->algorithm, c->x, c->w, c->y, c->stride,
                                                          c->before, c->after);
    else
        status = dnnl_convolution_backward_weights_desc_init(&desc, c->algorithm, c->x, c->w, c->b, c->y,
                                                             c->stride, c->before, c->after);
    return status ? status : dnnl_primitive_desc_create(plan, &desc, attributes, engine, hint);
}

#endif

/* Gradients are planned with the forward pass as a hint. */
dnnl_status_t lince_onednn_convolution_plan(const lince_onednn_convolution *c, dnnl_engine_t engine,
                                            dnnl_primitive_desc_t *plan)
{
    dnnl_primitive_attr_t attributes;
    dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
    if (status) return status;
    dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    dnnl_primitive_desc_t forward = NULL;
    status = plan_forward(c, engine, attributes, &forward);
    if (status || c->direction == LINCE_FORWARD) {
        *plan = forward;
    } else {
        status = plan_backward(c, engine, attributes, forward, plan);
        dnnl_primitive_desc_destroy(forward);
    }
    dnnl_primitive_attr_destroy(attributes);
    return status;
}
