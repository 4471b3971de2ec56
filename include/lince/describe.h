/* What lies in a file or a folder, in words; and weights from one format into another. */
#ifndef LINCE_DESCRIBE_H
#define LINCE_DESCRIBE_H

#include <lince/observer.h>
#include <lince/settings.h>
#include <lince/text.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a path is (a data set, a weights file, a run), described in a few lines or as JSON; `text` is the
 * caller's (lince_text_free). LINCE_EIO, LINCE_EFORMAT, LINCE_EDATA. */
LINCE_API int lince_describe(const char *path, int json, char **text);

/* Of a data set as these settings read it (columns, quoting, encoding, labels that are left out, ...), and
 * where find-duplicates is "yes" with what stands in two parts or under two labels, which may take a while.
 */
LINCE_API int lince_describe_as(const char *path, const lince_settings *settings,
                                const lince_observer *observer, int json, char **text);

/* Whether weights are as lince wrote them, by the checksums that it puts into them: a weights file, or all files of a run.
 * `text`, the caller's (lince_text_free), tells a line a file, and which have no checksum. LINCE_EFORMAT where a file is
 * damaged; `text` is there then, too. */
LINCE_API int lince_verify(const char *path, int json, char **text);

/* Writes a weights file in another format, which the ending of `out` says (lince_weights_format_at): the same
 * tensors, bit for bit. `text`, the caller's (lince_text_free), tells what was found and written. */
LINCE_API int lince_convert(const char *in, const char *out, char **text);

/* The formats of weights files: the name at `index`, or NULL after the last; and in `endings` what files
 * that are written in it are called, as "*.pth|*.pt", or "" where it is only read. */
LINCE_API const char *lince_weights_format_at(size_t index, const char **endings);

/* The models that --model knows: the name at `index`, or NULL after the last; and a line about it. */
LINCE_API const char *lince_architecture_at(size_t index, const char **summary);

/* A model in numbers, to choose by; fields that make no sense of it, or that nobody published, are 0. */
typedef struct lince_architecture_info {
    size_t size; /* sizeof(lince_architecture_info) */
    const char *name, *summary, *paper;
    int image_size;       /* pixels of the side of the pictures that it was published for */
    int classes;          /* outputs, that it was published with */
    double parameters;    /* that are trained */
    double multiply_adds; /* of one such picture; without normalisations, which inference need not compute */
    double accuracy; /* top-1 on ImageNet's validation part, in 0..1, of torchvision's weights IMAGENET1K_V1
                             by its documentation */
} lince_architecture_info;
#define LINCE_ARCHITECTURE_INFO_INIT                                     \
    {                                                                    \
        sizeof(lince_architecture_info), NULL, NULL, NULL, 0, 0, 0, 0, 0 \
    }

/* Of the model at `index`, as above: its network is put together, without memory for weights. LINCE_EUSAGE,
 * LINCE_ENOMEM. */
LINCE_API int lince_architecture_measure(size_t index, lince_architecture_info *info);

#ifdef __cplusplus
}
#endif
#endif
