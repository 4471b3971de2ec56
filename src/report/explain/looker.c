#include "report/explain/looker.h"
#include "core/error.h"
#include "core/memory.h"
#include "modality/modality.h"
#include "report/explain/gradcam.h"
#include "report/page/sheet.h"
#include "train/ask/model_internal.h"
#include "weights/state_dict.h"

enum { SIDE = 224 /* pixels of what is shown */ };

struct lince_looker {
    lince_model *model;
    lince_net *net;
    size_t node; /* 0: it has no map of several places */
    float *input, *heat;
};

static int build(lince_looker *l)
{
    const lince_model *m = l->model;
    const lince_net_options options = {.batch = 1, .threads = m->threads, .keep = true, .frozen = true};
    const lince_load_options load = {.whole = true, .strict = m->strict};
    lince_load_result result;
    LINCE_TRY(lince_blueprint_build(&m->blueprint, &options, &l->net));
    int code = lince_state_dict_load(l->net, m->weights, &load, &result);
    lince_load_result_release(&result);
    if (!code) l->node = lince_gradcam_node(l->net);
    return code;
}

static int open_look(lince_looker *l)
{
    if (!l->model->blueprint.modality->see)
        return lince_fail(LINCE_EUSAGE, "%s: it sees no pictures: where it looked cannot be shown",
                          l->model->path);
    LINCE_TRY(build(l));
    lince_shape map = lince_net_layer(l->net, l->node)->out;
    l->input = lince_alloc(lince_shape_size(lince_net_layer(l->net, 1)->in[0]), sizeof *l->input);
    l->heat = lince_alloc((size_t)map.height * (size_t)map.width, sizeof *l->heat);
    return l->input && l->heat ? 0 : LINCE_ENOMEM;
}

int lince_looker_open(lince_looker **look, lince_model *model)
{
    lince_looker *l = *look = lince_alloc(1, sizeof *l);
    if (!l) return LINCE_ENOMEM;
    l->model = model;
    int code = open_look(l);
    if (!code) return 0;
    lince_looker_free(l);
    *look = NULL;
    return code;
}

void lince_looker_free(lince_looker *l)
{
    if (!l) return;
    lince_net_free(l->net);
    lince_free(l->input);
    lince_free(l->heat);
    lince_free(l);
}

static int show(const lince_looker *l, const lince_image *seen, lince_image *shown)
{
    lince_image large;
    lince_shape map = lince_net_layer(l->net, l->node)->out;
    int longer = seen->width > seen->height ? seen->width : seen->height;
    LINCE_TRY(lince_sheet_enlarge(&large, seen, longer > SIDE ? longer : SIDE));
    int code = lince_sheet_blend(shown, &large, l->heat, map.height, map.width);
    lince_image_release(&large);
    return code;
}

int lince_looker_at(lince_looker *l, const void *bytes, size_t size, const char *name, int class,
                    lince_image *shown)
{
    lince_image seen;
    if (!l->node) return 1;
    lince_asking asking = lince_model_asking(l->model);
    LINCE_TRY(l->model->blueprint.modality->see(&asking, bytes, size, name, &seen, l->input));
    int code = lince_gradcam(l->net, l->node, l->input, class, l->heat);
    if (!code) code = show(l, &seen, shown);
    lince_image_release(&seen);
    return code;
}
