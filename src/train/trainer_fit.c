/* Parameters that begin as a function of the data (lince_architecture.fit): from the first pictures of the
 * first epoch, as --seed orders them, before they are augmented. */
#include "core/error.h"
#include "core/memory.h"
#include "train/trainer.h"

/* About as many pixels as 5,000 pictures of CIFAR have (as K. Jordan 2024 takes). */
enum { PIXELS = 5000 * 32 * 32 };

typedef struct pictures {
    const lince_trainer *trainer;
    uint32_t *index; /* [count] in the training part */
    size_t count;
} pictures;

static size_t wanted(const lince_trainer *t)
{
    size_t area = (size_t)t->transform.height * (size_t)t->transform.width,
           count = (PIXELS + area - 1) / area, all = lince_loader_samples(t->train);
    return count < all ? count : all;
}

static int list(lince_trainer *t, pictures *p)
{
    lince_batch batch;
    size_t count = wanted(t);
    int code = lince_loader_start(t->train, 0, 0);
    if (!(p->index = lince_alloc(count, sizeof *p->index))) return LINCE_ENOMEM;
    while (!code && p->count < count && (code = lince_loader_next(t->train, &batch)) > 0) {
        code = 0;
        for (int i = 0; i < batch.n && p->count < count; i++) p->index[p->count++] = batch.index[i];
    }
    return code;
}

static int picture(void *context, size_t i, float *out)
{
    const pictures *p = context;
    lince_image image;
    LINCE_TRY(lince_loader_picture(p->trainer->train, p->index[i], &image));
    lince_transform_normalise(&p->trainer->transform, image.pixels, out);
    lince_image_release(&image);
    return 0;
}

int lince_trainer_fit(lince_trainer *t)
{
    const lince_architecture *a = lince_architecture_named(t->blueprint.model);
    pictures p = {.trainer = t};
    if (!a->fit || t->settings->resume) return 0;
    int code = list(t, &p);
    if (!code)
        code = a->fit(t->net, &(lince_fitting){.count = p.count,
                                               .height = t->transform.height,
                                               .width = t->transform.width,
                                               .picture = picture,
                                               .context = &p});
    lince_free(p.index);
    return code;
}
