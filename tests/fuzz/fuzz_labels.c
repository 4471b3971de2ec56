/* Any bytes as a table beside pictures: refused with a message, or labels of the pictures that are there. The
 * pictures are names only: they lie in a tar archive with the table, which is made anew each time. */
#include "data/index/layout.h"

#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const lince_layout *const layouts[] = {&lince_texts, &lince_class_folders};

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

enum { BLOCK = 512 };

static void put(int fd, const void *bytes, size_t size)
{
    if (write(fd, bytes, size) != (ssize_t)size) abort();
}

/* A member of a tar archive (POSIX ustar): a header of one block, and the content in whole blocks. */
static void put_member(int fd, const char *name, const void *content, size_t size)
{
    static const char zeros[BLOCK];
    char header[BLOCK] = "";
    unsigned sum = 0;
    snprintf(header, 100, "%s", name);
    snprintf(header + 100, 8, "%07o", 0644);
    snprintf(header + 124, 12, "%011zo", size);
    snprintf(header + 136, 12, "%011o", 0);
    memset(header + 148, ' ', 8);
    header[156] = '0';
    memcpy(header + 257, "ustar\00000", 8);
    for (size_t i = 0; i < BLOCK; i++) sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    put(fd, header, BLOCK);
    put(fd, content, size);
    put(fd, zeros, (BLOCK - size % BLOCK) % BLOCK);
}

static int open_archive(const unsigned char *bytes, size_t size)
{
    static const char *const pictures[] = {"train/1.png", "train/2.png", "train/3.png", "test/1.png",
                                           "x.jpg"};
    static const char end[2 * BLOCK];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0) abort();
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) put_member(fd, pictures[i], "\x89PNG", 4);
    put_member(fd, "labels.csv", bytes, size);
    put(fd, end, sizeof end);
    return fd;
}

static void check(lince_dataset *dataset)
{
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 0; i < lince_dataset_count(dataset, (lince_part)p); i++) {
            int label = lince_dataset_label(dataset, (lince_part)p, i);
            if (label < 0 || label >= lince_dataset_classes(dataset)) abort();
            if (!*lince_dataset_name(dataset, (lince_part)p, i) || !*lince_dataset_class(dataset, label))
                abort();
        }
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    static const lince_table_options ways[] = {{0},
                                               {.header = "no", .image_column = "1", .label_column = "2"},
                                               {.group_column = "3", .quoting = "none"}};
    char path[64];
    int fd = open_archive(bytes, size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        lince_dataset *dataset;
        if (lince_dataset_open_as(&dataset, path, layouts, 2, &ways[i], NULL) < 0) {
            if (dataset || !*lince_error()) abort();
            continue;
        }
        check(dataset);
        lince_dataset_free(dataset);
    }
    close(fd);
    return 0;
}
