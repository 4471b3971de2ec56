/* Pictures: candidates are those whose perceptual hashes differ in few bits; each is compared by its small
 * planes. A picture takes 440 bytes here: a million of them 440 MB. */
#include "core/error.h"
#include "core/memory.h"
#include "data/likeness/leak.h"
#include "data/likeness/likeness.h"
#include "data/likeness/near_hashes.h"
#include "picture/look.h"

#include <string.h>

enum {
    LEAST_SIDE = 64,        /* pixels that are wanted of a picture that can be decoded smaller */
    MOST_COMPARED = 256,    /* candidates of one picture: a thousand pictures of a still camera */
    MOST_VISITED = 1 << 16, /* a bound on the time that thousands of like pictures take */
    SCANT_BITS = 7          /* that two hashes of scant pictures may differ in */
};

typedef struct looks {
    uint64_t *hashes;   /* [count] */
    uint8_t *planes;    /* [count][LINCE_LOOK_BYTES] */
    bool *recognisable; /* [count] not flat */
    bool *scant;        /* [count] as look.h has it */
    lince_near_hashes near;
} looks;

/* --- opening -------------------------------------------------------------------------------------- */

static uint64_t hash_pixels(const lince_image *image)
{
    const int size[] = {image->width, image->height};
    uint64_t hash = lince_hash(0, size, sizeof size);
    return lince_hash(hash, image->pixels, 3 * (size_t)image->width * (size_t)image->height) | 1;
}

/* What cannot be read is like nothing: the loader will tell of it. */
static void look_at(lince_likeness *l, const void *basis, size_t i)
{
    looks *s = l->state;
    lince_image image;
    lince_look look;
    if (lince_dataset_read_small(l->dataset, l->part, i, LEAST_SIDE, &image)) return;
    if (!lince_look_at(&look, basis, &image)) {
        l->content[i] = hash_pixels(&image);
        s->hashes[i] = look.hash;
        s->recognisable[i] = !look.flat;
        s->scant[i] = look.scant;
        memcpy(s->planes + i * LINCE_LOOK_BYTES, look.planes, LINCE_LOOK_BYTES);
    }
    lince_image_release(&image);
}

static int begin(lince_likeness *l)
{
    looks *s = l->state = lince_alloc(1, sizeof *s);
    if (!s) return LINCE_ENOMEM;
    s->hashes = lince_alloc(l->count, sizeof *s->hashes);
    s->planes = lince_alloc(l->count, LINCE_LOOK_BYTES);
    s->recognisable = lince_alloc(l->count, sizeof *s->recognisable);
    s->scant = lince_alloc(l->count, sizeof *s->scant);
    return s->hashes && s->planes && s->recognisable && s->scant ? 0 : LINCE_ENOMEM;
}

static int gather(lince_likeness *l)
{
    const looks *s = l->state;
    LINCE_TRY(lince_likeness_gather(l, s->hashes, sizeof *s->hashes));
    LINCE_TRY(lince_likeness_gather(l, s->planes, LINCE_LOOK_BYTES));
    LINCE_TRY(lince_likeness_gather(l, s->recognisable, sizeof *s->recognisable));
    return lince_likeness_gather(l, s->scant, sizeof *s->scant);
}

static int open(lince_likeness *l, int threads, const lince_watch *watch)
{
    lince_look_basis basis;
    looks *s = l->state;
    lince_look_basis_init(&basis);
    LINCE_TRY(lince_likeness_sign(l, threads, watch, look_at, &basis));
    LINCE_TRY(lince_likeness_index(l));
    bool *indexed = lince_alloc(l->count, sizeof *indexed);
    if (!indexed) return LINCE_ENOMEM;
    for (size_t i = 0; i < l->count; i++) indexed[i] = s->recognisable[i] && lince_likeness_is_first(l, i);
    int code = lince_near_hashes_init(&s->near, s->hashes, indexed, l->count);
    lince_free(indexed);
    return code;
}

static void close_looks(lince_likeness *l)
{
    looks *s = l->state;
    lince_near_hashes_release(&s->near);
    lince_free(s->hashes);
    lince_free(s->planes);
    lince_free(s->recognisable);
    lince_free(s->scant);
    lince_free(s);
}

/* --- finding -------------------------------------------------------------------------------------- */

typedef struct comparing {
    const lince_likeness *in, *of;
    bool relabelled;
    size_t index;
    lince_match *best;
    int compared, visited;
} comparing;

static bool compare(void *context, uint32_t candidate)
{
    comparing *c = context;
    const looks *there = c->in->state, *here = c->of->state;
    if (c->visited++ == MOST_VISITED) return false;
    if (!lince_likeness_counts(c->in, c->of, c->relabelled, c->index, candidate)) return true;
    bool strict = there->scant[candidate] || here->scant[c->index];
    if (strict && __builtin_popcountll(there->hashes[candidate] ^ here->hashes[c->index]) > SCANT_BITS)
        return true;
    double least = strict ? LINCE_NEAR_SCANT : LINCE_NEAR_PICTURE;
    double alike = lince_look_correlation(there->planes + (size_t)candidate * LINCE_LOOK_BYTES,
                                          here->planes + c->index * LINCE_LOOK_BYTES);
    if (alike >= least && alike > c->best->similarity) *c->best = (lince_match){candidate, false, alike};
    return ++c->compared < MOST_COMPARED;
}

static int find(const lince_likeness *in, const lince_likeness *of, bool relabelled, size_t begin, size_t end,
                lince_match *matches)
{
    const looks *there = in->state, *here = of->state;
    for (size_t i = begin; i < end; i++) {
        comparing c = {.in = in, .of = of, .relabelled = relabelled, .index = i, .best = &matches[i]};
        if (!of->content[i] || !here->recognisable[i] || matches[i].index != LINCE_UNLIKE) continue;
        lince_near_hashes_visit(&there->near, here->hashes[i], compare, &c);
    }
    return 0;
}

const lince_likeness_kind lince_likeness_pictures = {
    .begin = begin, .gather = gather, .open = open, .find = find, .close = close_looks};
