/* Built-in data sets, drawn by `seed`: the same files on every machine. LINCE_EUSAGE, LINCE_EIO. */
#ifndef LINCE_SYNTH_H
#define LINCE_SYNTH_H

#include <lince/export.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the built-in sample data set of pictures: train/<class>/NNNN.png and test/<class>/NNNN.png below
 * `folder`, `n` pictures in all, a sixth of them in test/. */
LINCE_API int lince_synth_images(const char *folder, size_t n, uint64_t seed);

/* The same with one to three shapes in a picture: train/NNNNN.png and test/NNNNN.png, and labels.csv, whose columns are
 * path and labels, "disc|star". */
LINCE_API int lince_synth_images_many(const char *folder, size_t n, uint64_t seed);

/* Writes the built-in sample data set of short texts: `n` messages into tweets.csv in `folder`, with the
 * columns id, group, label (negative, neutral, positive) and text. Messages of one group paraphrase each
 * other. */
LINCE_API int lince_synth_tweets(const char *folder, size_t n, uint64_t seed);

/* Writes the built-in sample data set of recordings: train/<class>/<instrument>_NNNN.wav and test/... below `folder`, `n` in
 * all, a sixth of them in test/; 8 kHz, 16 bits, 0.6 to 1.2 seconds. */
LINCE_API int lince_synth_sounds(const char *folder, size_t n, uint64_t seed);

#ifdef __cplusplus
}
#endif
#endif
