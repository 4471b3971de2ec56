/* Any bytes as a file of word vectors, packed or not: refused with a message, or finite numbers for the words
 * that it has. */
#include "core/memory.h"
#include "text/vectors.h"

#include <lince/error.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

enum { WORDS = 4, WIDTH = 3 };

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    static const char *const words[WORDS] = {"the", "Paris", "paris", "ñu"};
    float table[(LINCE_FIRST_WORD + WORDS) * WIDTH] = {0};
    char path[64];
    lince_vocabulary vocabulary;
    lince_vectors_found found;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || lince_vocabulary_init(&vocabulary)) abort();
    for (int i = 0; i < WORDS; i++)
        if (lince_vocabulary_add(&vocabulary, words[i])) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (lince_vectors_load(path, &vocabulary, WIDTH, table, &found) < 0 && !*lince_error()) abort();
    if (found.words > WORDS || found.alike > found.words) abort();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!isfinite(table[i])) abort();
    lince_vocabulary_release(&vocabulary);
    close(fd);
    return 0;
}
