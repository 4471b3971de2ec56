// oneDNN tells most failures by a status, and some, as memory that is missing, by a C++ exception, which must not pass
// through C. Its own objects it allocates by posix_memalign, and writes into them without having looked (2.6:
// dnnl_primitive_desc_create): that there is memory for them is seen beforehand.
#include <new>

extern "C" {

#include "core/memory.h"
#include "kernels/onednn/fence.h"

// Bytes. A call took 32 KB at most where the convolutions of four networks were prepared.
enum { ENOUGH = 1 << 20 };

dnnl_status_t lince_onednn_fenced(dnnl_status_t (*call)(void *), void *context)
{
    if (lince_memory_at_hand(ENOUGH)) return dnnl_out_of_memory;
    try {
        return call(context);
    } catch (const std::bad_alloc &) {
        return dnnl_out_of_memory;
    } catch (...) {
        return dnnl_runtime_error;
    }
}
}
