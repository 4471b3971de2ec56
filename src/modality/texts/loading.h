/* Batches of texts of about the same length: a loader's content (data/loader/loader.h). */
#ifndef LINCE_MODALITY_TEXTS_LOADING_H
#define LINCE_MODALITY_TEXTS_LOADING_H

#include "data/loader/loader.h"
#include "modality/texts/tokens.h"

/* All are encoded at once, by the caller's thread. While training the texts of a batch are about as long as each
 * other; otherwise the shortest come first, and outcomes are told apart by their index. `word_dropout`: while
 * training, the share of a text's words that are <unk>, others in each epoch. The encoder is used while it is
 * made. */
int lince_loader_new_texts(lince_loader **loader, lince_dataset *dataset, lince_part part,
                           lince_encoder *encoder, double word_dropout, const lince_loader_options *options);

/* The texts of such a loader as encoded. */
const lince_tokens *lince_loader_tokens(const lince_loader *loader);

#endif
