/* Random numbers without state: a block cipher in counter mode, so that every draw is a function of what it
 * is for (seed, purpose, epoch, sample) and of nothing that happened before.
 *
 * Philox4x32-10: J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011. */
#ifndef LINCE_CORE_RANDOM_H
#define LINCE_CORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* What a draw is for: streams of different purposes never share numbers. Values are part of the
 * reproducibility promise: append, never renumber. */
typedef enum lince_stream {
    LINCE_STREAM_INIT = 1,    /* weights */
    LINCE_STREAM_SHUFFLE = 2, /* order of the samples */
    LINCE_STREAM_SPLIT = 3,   /* validation share */
    LINCE_STREAM_AUGMENT = 4, /* what happens to one sample in one epoch */
    LINCE_STREAM_DROPOUT = 5,
    LINCE_STREAM_SYNTH = 6, /* built-in data sets */
    LINCE_STREAM_BOOTSTRAP = 7,
    LINCE_STREAM_FLIP = 8,      /* a sample's side in the first epoch, where it alternates */
    LINCE_STREAM_MIX = 9,       /* how the samples of one batch are mixed */
    LINCE_STREAM_SAMPLER = 10,  /* which samples an epoch has, where it is not all of them */
    LINCE_STREAM_DIVISION = 11, /* which samples each piece of a batch has */
    LINCE_STREAM_TUNE = 16,     /* proposals of a search */
} lince_stream;

/* A 64-bit key for one purpose: a mix of its arguments. `a` and `b` are, for example, epoch and sample. */
uint64_t lince_key(uint64_t seed, lince_stream stream, uint64_t a, uint64_t b);

/* Four independent 32-bit numbers: block `counter` of the sequence that belongs to `key`. */
void lince_random4(uint64_t key, uint64_t counter, uint32_t out[4]);

/* Blocks counter .. counter + count - 1 of it, one behind the other: out[4 * count]. */
void lince_random_blocks(uint64_t key, uint64_t counter, size_t count, uint32_t *out);

/* A reader over such a sequence, for code that draws one number after the other. */
typedef struct lince_random {
    uint64_t key, counter;
    uint32_t block[4];
    unsigned used;
} lince_random;

static inline lince_random lince_random_at(uint64_t key)
{
    return (lince_random){.key = key, .used = 4};
}

uint32_t lince_random_u32(lince_random *random);
float lince_random_uniform(lince_random *random);                   /* [0, 1), 24 bits */
uint32_t lince_random_below(lince_random *random, uint32_t bound);  /* [0, bound), without bias */
float lince_random_normal(lince_random *random);                    /* N(0, 1), Box-Muller */
double lince_random_beta(lince_random *random, double a, double b); /* Beta(a, b) of positive a and b */

/* A permutation of 0..n-1 into `order` (Fisher-Yates). */
void lince_random_permutation(uint64_t key, uint32_t *order, size_t n);

/* Which sample is seen when: all that is random for it follows from this. */
typedef struct lince_occasion {
    uint64_t seed;
    int epoch;      /* 0-based */
    uint32_t index; /* of the sample in its part */
    uint32_t turn;  /* how often the epoch has had it before, where it may several times */
} lince_occasion;

/* lince_key(seed, LINCE_STREAM_AUGMENT, epoch, index + 2^32 turn) */
uint64_t lince_occasion_key(const lince_occasion *occasion);

#endif
