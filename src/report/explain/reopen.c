#include "report/explain/reopen.h"
#include "core/error.h"
#include "train/data/open_data.h"
#include "weights/formats/safetensors.h"
#include "weights/state_dict.h"

#include <string.h>

static int reopen(const lince_facts *facts, const char *run, lince_dataset **dataset)
{
    const lince_settings *s = &facts->settings;
    *dataset = NULL;
    LINCE_TRY(lince_open_data(dataset, s, run, NULL, NULL));
    if (strcmp(lince_dataset_fingerprint(*dataset), lince_fact_text(facts->data, "fingerprint")) != 0)
        return lince_fail(LINCE_EDATA, "%s: other data than the run was trained on", s->data);
    return 0;
}

int lince_reopen_data(const lince_facts *facts, lince_dataset **dataset)
{
    return reopen(facts, facts->run.folder, dataset);
}

int lince_reopen_whole(const lince_facts *facts, lince_dataset **dataset)
{
    return reopen(facts, NULL, dataset);
}

static int open_best(const lince_facts *facts, char path[LINCE_PATH_MAX], lince_weights **weights)
{
    LINCE_TRY(lince_path_join(path, facts->run.folder, "weights/best.safetensors"));
    return lince_safetensors_open(weights, path);
}

int lince_reopen_blueprint(const lince_facts *facts, lince_blueprint *blueprint)
{
    char path[LINCE_PATH_MAX];
    lince_weights *w;
    *blueprint = (lince_blueprint){0};
    LINCE_TRY(open_best(facts, path, &w));
    int code = lince_blueprint_read(blueprint, w, path);
    lince_weights_free(w);
    return code;
}

int lince_reopen_net(const lince_facts *facts, const lince_blueprint *blueprint,
                     const lince_net_options *options, lince_net **net)
{
    char path[LINCE_PATH_MAX];
    lince_weights *w;
    lince_load_result result;
    lince_load_options load = {.whole = true};
    *net = NULL;
    LINCE_TRY(lince_blueprint_build(blueprint, options, net));
    LINCE_TRY(open_best(facts, path, &w));
    int code = lince_state_dict_load(*net, w, &load, &result);
    lince_load_result_release(&result);
    lince_weights_free(w);
    return code;
}
