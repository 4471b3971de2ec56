/* What the library found: the machine it runs on, what it was built with, which kernels it chose. */
#ifndef LINCE_MACHINE_H
#define LINCE_MACHINE_H

#include <lince/export.h>
#include <lince/text.h>

#ifdef __cplusplus
extern "C" {
#endif

/* 0, or LINCE_EUSAGE where the environment variable LINCE_CPU (plain, avx2, avx512, ...), which hides what the
 * processor has above it, names no level or one that the machine lacks. A model that is opened or trained
 * fails likewise.
 */
LINCE_API int lince_cpu_check(void);

/* Processor, cores, caches, level of instructions, and the libraries within, a line each; `text` is the
 * caller's (lince_text_free). LINCE_ENOMEM. */
LINCE_API int lince_machine_describe(char **text);

/* Which kernel was chosen by measurement for what on this machine, a line each, as remembered in the user's
 * cache ($XDG_CACHE_HOME/lince/kernels); `text` is the caller's. LINCE_EIO. */
LINCE_API int lince_kernels_describe(char **text);

/* Forgets them: they are measured again when they are next needed. LINCE_EIO. */
LINCE_API int lince_kernels_forget(void);

#ifdef __cplusplus
}
#endif
#endif
