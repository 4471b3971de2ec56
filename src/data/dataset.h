/* A data set of labelled pictures: where they lie, what class they have, which part they belong to. */
#ifndef LINCE_DATA_DATASET_H
#define LINCE_DATA_DATASET_H

#include "data/image.h"

#include <lince/settings.h>
#include <stddef.h>
#include <stdint.h>

typedef enum lince_part { LINCE_TRAIN, LINCE_VAL, LINCE_TEST, LINCE_PARTS } lince_part;

/* "train", "val", "test" */
const char *lince_part_name(lince_part part);

typedef struct lince_dataset lince_dataset;

/* Opens a folder, an archive (.zip, .tar, .tar.gz, .tar.xz) or CIFAR batches; the kind is told from the
 * content. Classes are sorted by name (bytewise), as torchvision's ImageFolder does. Where no part is named
 * (plain class folders) all samples are training samples. Nothing is decoded yet. Errors: LINCE_EIO,
 * LINCE_EFORMAT, LINCE_EDATA (no class folders, one class only, an empty class, a class that one part lacks,
 * ...). */
int lince_dataset_open(lince_dataset **dataset, const char *path);
void lince_dataset_free(lince_dataset *dataset);

/* Moves a stratified share of the training part to a validation part, where there is none: from each class
 * round(share * count) samples (at least one, where the class has two), drawn by seed. With `on_test` the
 * test part's samples serve as validation part too. */
int lince_dataset_split(lince_dataset *dataset, double share, int on_test, uint64_t seed);

/* Keeps at most `per_class` training samples of each class, drawn by seed; 0 keeps all. Call after the split.
 */
int lince_dataset_limit(lince_dataset *dataset, int per_class, uint64_t seed);

const char *lince_dataset_path(const lince_dataset *dataset);
const char *lince_dataset_kind(const lince_dataset *dataset); /* "folder", "zip", "tar", "cifar-10", ... */
int lince_dataset_classes(const lince_dataset *dataset);
const char *lince_dataset_class(const lince_dataset *dataset, int label);
size_t lince_dataset_count(const lince_dataset *dataset, lince_part part);
size_t lince_dataset_class_count(const lince_dataset *dataset, lince_part part, int label);

/* Sample `index` of a part: its name (path inside the data set, stable, unique) and its label. */
const char *lince_dataset_name(const lince_dataset *dataset, lince_part part, size_t index);
int lince_dataset_label(const lince_dataset *dataset, lince_part part, size_t index);

/* Decodes one picture. Safe to call from several threads at a time. The image is the caller's to release. */
int lince_dataset_read(lince_dataset *dataset, lince_part part, size_t index, lince_image *image);

/* A SHA-256 over names, labels, parts and sizes as they were found (before split and limit), hexadecimal: two
 * runs with the same fingerprint see the same data. Packing a folder into an archive does not change it. */
const char *lince_dataset_fingerprint(const lince_dataset *dataset);

/* Remarks worth telling the user (a stray file, a folder without pictures), already worded in their language.
 */
size_t lince_dataset_notes(const lince_dataset *dataset);
const char *lince_dataset_note(const lince_dataset *dataset, size_t index);

#endif
