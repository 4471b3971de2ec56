/* Parameters that begin as a function of the data (lince_architecture.fit): from the first pictures of the
 * first epoch, as --seed orders them, before they are augmented. */
#include "core/error.h"
#include "modality/pictures/loading.h"
#include "modality/pictures/pictures.h"

/* About as many pixels as 5,000 pictures of CIFAR have (as K. Jordan 2024 takes). */
enum { PIXELS = 5000 * 32 * 32 };

static size_t wanted(const lince_opening *o)
{
    const lince_transform *t = &lince_picture_encoder_of(o->encoder)->transform;
    size_t area = (size_t)t->height * (size_t)t->width, count = (PIXELS + area - 1) / area,
           all = lince_loader_samples(o->train);
    return count < all ? count : all;
}

static int picture(void *context, size_t i, float *out)
{
    const lince_opening *o = context;
    lince_image image;
    LINCE_TRY(lince_loader_picture(o->train, lince_loader_drawn(o->train, i), &image));
    lince_transform_normalise(&lince_picture_encoder_of(o->encoder)->transform, image.pixels, out);
    lince_image_release(&image);
    return 0;
}

int lince_pictures_fit(lince_opening *o)
{
    const lince_transform *t = &lince_picture_encoder_of(o->encoder)->transform;
    if (!o->architecture->fit) return 0;
    LINCE_TRY(lince_loader_start(o->train, 0, 0));
    return o->architecture->fit(o->net, &(lince_fitting){.count = wanted(o),
                                                         .height = t->height,
                                                         .width = t->width,
                                                         .picture = picture,
                                                         .context = o});
}
