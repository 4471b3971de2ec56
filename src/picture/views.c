#include "picture/views.h"
#include "core/error.h"
#include "picture/reflect.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void add(lince_views *v, int top, int left, float weight)
{
    for (int mirrored = 0; mirrored < 2; mirrored++) {
        assert(v->count < LINCE_VIEWS_MAX);
        v->list[v->count++] = (lince_view){top, left, mirrored, weight / 2};
    }
}

static void flip(lince_views *v)
{
    add(v, 0, 0, 1);
}

/* The windows of a picture that is larger by `margin` pixels each way. */
static void corners_and_middle(lince_views *v, int margin)
{
    int middle = (int)nearbyint(margin / 2.0);
    const int places[5][2] = {{middle, middle}, {0, 0}, {0, margin}, {margin, 0}, {margin, margin}};
    for (int i = 0; i < 5; i++) add(v, places[i][0], places[i][1], 0.2f);
}

static int shift(int side)
{
    int pixels = side / 32;
    return pixels ? pixels : 1;
}

static void shifts(lince_views *v, const lince_transform *t)
{
    int y = shift(t->height), x = shift(t->width);
    add(v, 0, 0, 0.5f);
    add(v, -y, -x, 0.25f);
    add(v, y, x, 0.25f);
}

/* How many pixels the shorter side has beyond the network's input. */
static int margin_of(const lince_transform *t)
{
    int longer = t->width > t->height ? t->width : t->height;
    return t->fit == LINCE_FIT_CROP && t->resize > longer ? t->resize - longer : 0;
}

int lince_views_plan(lince_views *v, const char *name, const lince_transform *t, lince_transform *picture)
{
    bool crops = !strcmp(name, "crops");
    int margin = crops ? margin_of(t) : 0;
    *v = (lince_views){.height = t->height + margin, .width = t->width + margin};
    *picture = *t;
    picture->height += margin;
    picture->width += margin;
    v->name = crops ? "crops" : !strcmp(name, "flip") ? "flip" : "none";
    if (crops && margin)
        corners_and_middle(v, margin);
    else if (crops)
        shifts(v, t);
    else if (!strcmp(name, "flip"))
        flip(v);
    else if (strcmp(name, "none") != 0)
        return lince_fail(LINCE_EUSAGE, "--tta %s: expected one of none|flip|crops", name);
    return 0;
}

void lince_view_cut(const lince_views *views, const lince_view *view, const float *picture, int height,
                    int width, float *out)
{
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < height; y++) {
            const float *row = picture + ((size_t)c * (size_t)views->height +
                                          (size_t)lince_reflected(view->top + y, views->height)) *
                                             (size_t)views->width;
            for (int x = 0; x < width; x++) {
                int at = view->mirrored ? width - 1 - x : x;
                *out++ = row[lince_reflected(view->left + at, views->width)];
            }
        }
}
