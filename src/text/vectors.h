/* Word vectors from a text file: a line a word, "word number number ...", as GloVe and fastText (.vec) have
 * them; the first line may be "words width". */
#ifndef LINCE_TEXT_VECTORS_H
#define LINCE_TEXT_VECTORS_H

#include "text/vocabulary.h"

typedef struct lince_vectors_found {
    size_t words; /* of the vocabulary that have a vector now */
    size_t alike; /* of them, those that the file has in other letters only: Paris for paris, or paris for
                     Paris */
} lince_vectors_found;

/* Fills the rows of table[vocabulary->size][width] whose words the file has, the first time it has them;
 * leaves the others alone. A word's own vector goes before that of one which differs in capitals alone. The
 * file may be packed by gzip, bzip2, xz or zstd. Words may hold blanks. LINCE_EIO; LINCE_EUSAGE where the
 * file's vectors are of another width; LINCE_EFORMAT, with the line, for what is no number or too few of
 * them, for vectors in binary and for a zip. */
int lince_vectors_load(const char *path, const lince_vocabulary *vocabulary, int width, float *table,
                       lince_vectors_found *found);

#endif
