#include "kernels/onednn/onednn.h"
#include "core/cpu.h"
#include "core/error.h"

void lince_onednn_mask(void)
{
    static const dnnl_cpu_isa_t isa[LINCE_LEVELS] = {[LINCE_PLAIN] = dnnl_cpu_isa_sse41,
                                                     [LINCE_AVX2] = dnnl_cpu_isa_avx2,
                                                     [LINCE_AVX512] = dnnl_cpu_isa_all};
    if (lince_cpu_level() < lince_cpu_highest()) dnnl_set_max_cpu_isa(isa[lince_cpu_level()]);
}

int lince_onednn_fail(const char *doing, dnnl_status_t status)
{
    if (status == dnnl_unimplemented)
        return lince_fail(LINCE_EUNSUPPORTED, "oneDNN: %s: not implemented", doing);
    if (status == dnnl_out_of_memory) return lince_fail(LINCE_ENOMEM, "oneDNN: %s: out of memory", doing);
    return lince_fail(LINCE_EUNSUPPORTED, "oneDNN: %s: status %d", doing, (int)status);
}

int lince_onednn_activation(dnnl_memory_desc_t *md, int batch, lince_shape s)
{
    dnnl_format_tag_t tag = s.block == 16 ? dnnl_nChw16c : s.block == 8 ? dnnl_nChw8c : dnnl_nchw;
    dnnl_dims_t dims = {batch, s.channels, s.height, s.width};
    dnnl_status_t status = dnnl_memory_desc_init_by_tag(md, 4, dims, dnnl_f32, tag);
    return status ? lince_onednn_fail("activation layout", status) : 0;
}
