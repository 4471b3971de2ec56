/* Runs a fuzz harness without libFuzzer: each file named, and each of its damaged copies - cut at every 7th
 * byte, and every byte in turn flipped in one bit or set to an extreme (of large files a part of them).
 * Enough to show that a fixed bug stays fixed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 256 }; /* bytes of a file that are damaged in turn, about */

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

/* In a block of its own size, so that the sanitizer sees a byte too far. */
static void try_bytes(const unsigned char *bytes, size_t size)
{
    unsigned char *copy = malloc(size ? size : 1);
    if (!copy) abort();
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void try_damaged(unsigned char *bytes, size_t size)
{
    size_t step = 1 + size / MOST;
    try_bytes(bytes, size);
    for (size_t cut = 0; cut < size; cut += 7 * step) try_bytes(bytes, cut);
    for (size_t i = 0; i < size; i += step) {
        unsigned char whole = bytes[i];
        const unsigned char damaged[] = {(unsigned char)(whole ^ 1u << i % 8), 0, 0xff, '9'};
        for (size_t k = 0; k < sizeof damaged; k++) {
            bytes[i] = damaged[k];
            try_bytes(bytes, size);
        }
        bytes[i] = whole;
    }
}

int main(int argc, char **argv)
{
    enum { LARGEST = 1 << 20 };
    unsigned char *bytes = malloc(LARGEST);
    for (int i = 1; bytes && i < argc; i++) {
        FILE *f = fopen(argv[i], "rb");
        if (!f) return perror(argv[i]), 1;
        try_damaged(bytes, fread(bytes, 1, LARGEST, f));
        fclose(f);
    }
    free(bytes);
    return argc < 2;
}
