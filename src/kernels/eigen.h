/* Eigenvalues and eigenvectors of a small symmetric matrix. */
#ifndef LINCE_KERNELS_EIGEN_H
#define LINCE_KERNELS_EIGEN_H

/* A = V^T diag(values) V: values [n], the largest first; row k of vectors [n][n] has length 1 and belongs to
 * value k, and of its components the one that is largest in size is positive. a [n][n], symmetric, is written
 * over. */
void lince_eigen(double *a, int n, double *values, double *vectors);

#endif
