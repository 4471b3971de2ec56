/* Word vectors from a text file: a line a word, "word number number ...", as GloVe and fastText (.vec) have
 * them; the first line may be "words width". */
#ifndef LINCE_TEXT_VECTORS_H
#define LINCE_TEXT_VECTORS_H

#include "text/vocabulary.h"

/* Fills the rows of table[vocabulary->size][width] whose words the file has, the first time it has them;
 * leaves the others alone. *found: how many they are. Words may hold blanks. LINCE_EIO; LINCE_EUSAGE where
 * the file's vectors are of another width; LINCE_EFORMAT, with the line, for what is no number or too few of
 * them. */
int lince_vectors_load(const char *path, const lince_vocabulary *vocabulary, int width, float *table,
                       size_t *found);

#endif
