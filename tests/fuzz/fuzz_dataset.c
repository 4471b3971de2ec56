/* Any bytes as an archive with a data set in it, or as a table of texts: refused with a message, or listed
 * and read. The seeds are the archives of tests/data/test_archive.c and test_cifar.c and the tables of
 * test_texts.c, left in test-scratch/seeds/dataset. */
#include "data/index/layout.h"

#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static const lince_layout *const layouts[] = {&lince_cifar, &lince_texts, &lince_class_folders};

static void read_samples(lince_dataset *dataset, lince_part part)
{
    enum { ENOUGH = 16 };
    for (size_t i = 0; i < lince_dataset_count(dataset, part) && i < ENOUGH; i++) {
        lince_image image;
        int label = lince_dataset_label(dataset, part, i);
        if (label < 0 || label >= lince_dataset_classes(dataset) || !*lince_dataset_name(dataset, part, i))
            abort();
        if (lince_dataset_text(dataset, part, i)) {
            if (!*lince_dataset_text(dataset, part, i)) abort();
            continue;
        }
        if (lince_dataset_read(dataset, part, i, &image) < 0 && (!*lince_error() || image.pixels)) abort();
        lince_image_release(&image);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    char path[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    lince_dataset *dataset;
    if (lince_dataset_open_as(&dataset, path, layouts, 3, &(lince_table_options){0}, NULL) < 0) {
        if (dataset || !*lince_error()) abort();
    } else {
        if (lince_dataset_split(dataset, &(lince_split){.val = 0.3, .test = 0.2, .seed = 1}) < 0) abort();
        for (int part = 0; part < LINCE_PARTS; part++) read_samples(dataset, (lince_part)part);
        lince_dataset_free(dataset);
    }
    close(fd);
    return 0;
}
