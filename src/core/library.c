#include "core/library.h"
#include "core/error.h"

#include <dlfcn.h>
#include <string.h>

int lince_library_open(const char *file, const char *const *names, void (**pointers)(void), size_t count)
{
    const char *missing = NULL;
    void *library = dlopen(file, RTLD_NOW | RTLD_NODELETE);
    for (size_t i = 0; library && !missing && i < count; i++) {
        void *found = dlsym(library, names[i]);
        memcpy(&pointers[i], &found, sizeof found); /* C has no other way from data to functions */
        if (!found) missing = names[i];
    }
    const char *why = library && !missing ? NULL : dlerror();
    int code = why || !library || missing ? lince_fail(LINCE_EUNSUPPORTED, "%s", why ? why : file) : 0;
    if (library) dlclose(library); /* it stays */
    return code;
}
