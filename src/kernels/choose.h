/* The one place where a kernel is chosen.
 *
 * Every implementation that can do a geometry is timed once, for a few milliseconds, and the fastest (a
 * library's only when it is so by a quarter) is remembered in a file of the user's cache
 * ($XDG_CACHE_HOME/lince/kernels, one line a geometry): kernels differ in their last bits, so that a choice
 * made anew in each run would break "same seed, same weights". An implementation that changes its speed or
 * its results changes its name, which makes older choices void. Without a writable cache nothing is measured,
 * and a fixed rule decides. */
#ifndef LINCE_KERNELS_CHOOSE_H
#define LINCE_KERNELS_CHOOSE_H

#include "kernels/conv.h"

/* The block that activations should have on this machine: 16 with AVX-512, 8 with AVX2, else 1. */
int lince_preferred_block(void);

#endif
