// oneDNN tells most failures by a status, and some, as memory that is missing, by a C++ exception, which must not pass
// through C.
#include <new>

extern "C" {

#include "kernels/onednn/fence.h"

dnnl_status_t lince_onednn_fenced(dnnl_status_t (*call)(void *), void *context)
{
    try {
        return call(context);
    } catch (const std::bad_alloc &) {
        return dnnl_out_of_memory;
    } catch (...) {
        return dnnl_runtime_error;
    }
}
}
