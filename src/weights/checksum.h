/* What lince writes says of itself what it holds, in the metadata "lince.checksum":
 *
 *     xxh3 HEADER TENSOR TENSOR ...        16 hexadecimal digits each, XXH3 of 64 bits
 *
 * HEADER is of what the file says of its tensors (names, types, shapes) and of all other metadata, with the classes, the
 * vocabulary or a checkpoint's position among them; the others are of the tensors' bytes. All in the order of names, so that
 * a program that writes the same file in another order leaves it right. Files without it, as those of others, are read as they
 * are.
 *
 * XXH3 (https://xxhash.com) goes as fast as memory, so that it costs little to check whatever is read: of VGG16's 528 MB it
 * takes 0.07 s of a core, zlib's CRC-32 0.28 s. Of random damage it overlooks one in 2^64. */
#ifndef LINCE_WEIGHTS_CHECKSUM_H
#define LINCE_WEIGHTS_CHECKSUM_H

#include "weights/weights_internal.h"

/* `metadata` with the checksum behind it: *list is lince_alloc'ed, [count + 1], its last value, too. */
int lince_checksum_add(lince_metadata **list, const lince_tensor *tensors, size_t tensor_count,
                       const lince_metadata *metadata, size_t count);
void lince_checksum_release(lince_metadata *list, size_t count);

/* Of weights that were read and indexed: where they have a checksum, it is taken out of the metadata, and checked:
 * LINCE_EFORMAT with the file and the tensor. */
int lince_checksum_check(lince_weights *weights, const char *file);

/* The same, but for the tensors' bytes, which are not there. */
int lince_checksum_check_header(lince_weights *weights, const char *file);

#endif
