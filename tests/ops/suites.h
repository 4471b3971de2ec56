/* The suites, file by file; `make` NULL after the last of each. */
#ifndef LINCE_TESTS_SUITES_H
#define LINCE_TESTS_SUITES_H

#include "ops/harness.h"

extern const op_suite elementwise_suites[], channel_suites[], pool_suites[], conv_suites[], gemm_suites[],
    sequence_suites[], update_suites[], attention_suites[], byte_suites[];

#endif
