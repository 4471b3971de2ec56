/* What a server tells of itself. */
#include "core/json.h"
#include "core/memory.h"
#include "modality/modality.h"
#include "serve/models.h"
#include "serve/request.h"
#include "train/ask/model_internal.h"

#include <lince/version.h>

extern const unsigned char lince_serve_openapi_json[];
extern const size_t lince_serve_openapi_json_size;

int lince_serve_health(lince_request *r, lince_reply *reply)
{
    (void)r;
    lince_reply_json(reply, LINCE_HTTP_OK,
                     lince_json_pack("{s:s, s:s}", "status", "ok", "version", LINCE_VERSION));
    return 0;
}

int lince_serve_openapi(lince_request *r, lince_reply *reply)
{
    (void)r;
    lince_reply_fixed(reply, "application/json", lince_serve_openapi_json, lince_serve_openapi_json_size);
    return 0;
}

int lince_serve_metrics(lince_request *r, lince_reply *reply)
{
    lince_buffer out = {0};
    lince_counts_write(r->server, &out);
    lince_reply_text(reply, LINCE_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &out);
    return 0;
}

/* --- models --------------------------------------------------------------------------------------- */

static json_t *classes_of(const lince_model *m)
{
    json_t *classes = lince_json_pack("[]");
    for (int c = 0; c < lince_model_classes(m); c++) {
        const char *name = lince_model_class(m, c);
        lince_json_add(&classes, name ? lince_json_string(name) : lince_json_pack("i", c));
    }
    return classes;
}

/* Its thread may be computing with it: what is read here never changes. */
static json_t *describe(const lince_served *s)
{
    const lince_model *m = s->model;
    return lince_json_pack("{s:o, s:o, s:s, s:b, s:o}", "name", lince_json_string(s->name), "architecture",
                           lince_json_string(lince_model_name(m)), "takes", m->blueprint.modality->name,
                           "several", lince_model_several(m), "classes", classes_of(m));
}

int lince_serve_models(lince_request *r, lince_reply *reply)
{
    json_t *models = lince_json_pack("[]");
    const lince_models *served = lince_models_of(r->server);
    for (size_t i = 0; i < served->count; i++) lince_json_add(&models, describe(&served->list[i]));
    lince_reply_json(reply, LINCE_HTTP_OK, lince_json_pack("{s:o}", "models", models));
    return 0;
}

int lince_serve_model(lince_request *r, lince_reply *reply)
{
    lince_reply_json(reply, LINCE_HTTP_OK, describe(r->named));
    return 0;
}
