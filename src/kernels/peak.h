/* What a machine can do at most: independent multiply-adds in registers, by which kernels are judged. */
#ifndef LINCE_KERNELS_PEAK_H
#define LINCE_KERNELS_PEAK_H

/* Operations a second (two a multiply-add) in single precision of `threads` threads at the level in use (core/cpu.h), the best of
 * some moments, a hundredth of a second in all; at the plain level what a compiler makes of a loop. A core's clock changes with its
 * load and its neighbours': to be measured beside what it is compared with. */
double lince_peak(int threads);

#endif
