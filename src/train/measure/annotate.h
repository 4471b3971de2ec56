/* What is found out of a run's best weights once they are written stands in their own metadata. */
#ifndef LINCE_TRAIN_ANNOTATE_H
#define LINCE_TRAIN_ANNOTATE_H

/* Gives weights/best.safetensors of a run's folder another value by `key`. */
int lince_annotate_best(const char *folder, const char *key, const char *value);

#endif
