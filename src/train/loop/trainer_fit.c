/* Parameters that begin as a function of the data (lince_architecture.fit): from the first pictures of the
 * first epoch, as --seed orders them, before they are augmented. */
#include "core/error.h"
#include "modality/pictures/loading.h"
#include "train/loop/trainer.h"

/* About as many pixels as 5,000 pictures of CIFAR have (as K. Jordan 2024 takes). */
enum { PIXELS = 5000 * 32 * 32 };

static size_t wanted(const lince_trainer *t)
{
    size_t area = (size_t)t->transform.height * (size_t)t->transform.width,
           count = (PIXELS + area - 1) / area, all = lince_loader_samples(t->train);
    return count < all ? count : all;
}

static int picture(void *context, size_t i, float *out)
{
    const lince_trainer *t = context;
    lince_image image;
    LINCE_TRY(lince_loader_picture(t->train, lince_loader_drawn(t->train, i), &image));
    lince_transform_normalise(&t->transform, image.pixels, out);
    lince_image_release(&image);
    return 0;
}

int lince_trainer_fit(lince_trainer *t)
{
    const lince_architecture *a = lince_architecture_named(t->blueprint.model);
    if (!a->fit || t->settings->resume) return 0;
    LINCE_TRY(lince_loader_start(t->train, 0, 0));
    return a->fit(t->net, &(lince_fitting){.count = wanted(t),
                                           .height = t->transform.height,
                                           .width = t->transform.width,
                                           .picture = picture,
                                           .context = t});
}
