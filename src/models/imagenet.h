/* The names of ImageNet's 1000 classes (ILSVRC 2012), in the order of the outputs of models trained on it. */
#ifndef LINCE_MODELS_IMAGENET_H
#define LINCE_MODELS_IMAGENET_H

enum { LINCE_IMAGENET_CLASSES = 1000 };

/* lince_alloc'ed; NULL when out of memory. 0 <= index < 1000. */
char *lince_imagenet_class(int index);

#endif
