/* What a machine can do at most: independent multiply-adds in registers, by which the kernels are judged. */
#ifndef LINCE_BENCH_PEAK_H
#define LINCE_BENCH_PEAK_H

/* GFLOP/s (two operations a multiply-add) of `threads` threads at the level in use (core/cpu.h), measured for
 * a tenth of a second; at the plain level what a compiler makes of a loop. A core's clock changes with its
 * load and its neighbours': to be measured beside what it is compared with. */
double bench_peak(int threads);

/* Prints it, with processor and level. Returns it. */
double bench_peak_print(int threads);

#endif
