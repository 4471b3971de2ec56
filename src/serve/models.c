/* A server of models (include/lince/serve.h). */
#include "serve/models.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/tell.h"

#include <string.h>

extern const unsigned char lince_serve_page_html[];
extern const size_t lince_serve_page_html_size;

lince_models *lince_models_of(const lince_server *s)
{
    return s->own;
}

static void *find(lince_server *s, const char *name)
{
    const lince_models *models = lince_models_of(s);
    for (size_t i = 0; i < models->count; i++)
        if (!strcmp(models->list[i].name, name)) return &models->list[i];
    return NULL;
}

static int open_model(lince_server *s, const char *what, const lince_server_options *o,
                      const lince_observer *observer)
{
    enum { BATCH = 8, QUEUE = 64, PICTURE = 192 };
    lince_models *models = lince_models_of(s);
    lince_served *m = &models->list[models->count];
    m->queue = (size_t)lince_limit(o->queue, QUEUE);
    int code = lince_served_open(m, what, o->threads, lince_limit(o->batch, BATCH),
                                 (size_t)lince_limit(o->picture_mb, PICTURE) << 20);
    if (!code && find(s, m->name))
        code = lince_fail(LINCE_EUSAGE, "two models are called %s; NAME=RUN gives one another name", m->name);
    models->count++; /* released in any case */
    if (!code)
        lince_note(observer, _("%s: %s, classes: %d"), m->name, lince_model_name(m->model),
                   lince_model_classes(m->model));
    return code;
}

static int open_models(lince_server *s, const void *given, const lince_server_options *o,
                       const lince_observer *observer)
{
    (void)given;
    if (!o->count || !o->models)
        return lince_fail(LINCE_EUSAGE, "a server needs a model: a run's folder or a weights file");
    lince_models *models = s->own = lince_alloc(1, sizeof *models);
    if (!models || !(models->list = lince_alloc(o->count, sizeof *models->list))) return LINCE_ENOMEM;
    for (size_t i = 0; i < o->count; i++) LINCE_TRY(open_model(s, o->models[i], o, observer));
    return 0;
}

static void release(lince_server *s)
{
    lince_models *models = lince_models_of(s);
    if (!models) return;
    for (size_t i = 0; i < models->count; i++) lince_served_release(&models->list[i]);
    lince_free(models->list);
    lince_free(models);
}

static int begin(lince_server *s)
{
    lince_models *models = lince_models_of(s);
    for (size_t i = 0; i < models->count; i++) LINCE_TRY(lince_served_begin(&models->list[i]));
    return 0;
}

static void end(lince_server *s)
{
    lince_models *models = lince_models_of(s);
    for (size_t i = 0; i < models->count; i++) lince_served_end(&models->list[i]);
}

static const lince_route routes[] = {
#define ROUTE(method, path, guarded, function) {method, path, guarded, function},
#include "serve/routes.def"
#undef ROUTE
};

const lince_service lince_service_of_models = {
    .routes = {routes, sizeof routes / sizeof *routes},
    .nowhere = N_("there is nothing at this address; /openapi.json describes what there is"),
    .nobody = N_("there is no model of that name; /v1/models lists them"),
    .find = find,
    .begin = begin,
    .end = end,
    .count = lince_models_count,
    .release = release};

int lince_server_open(lince_server **server, const lince_server_options *options,
                      const lince_observer *observer)
{
    LINCE_NEED(server);
    LINCE_PLAIN_LOCALE;
    const lince_opened opened = {&lince_service_of_models, lince_serve_page_html, lince_serve_page_html_size,
                                 NULL, open_models};
    return lince_server_new(server, &opened, options, observer);
}
