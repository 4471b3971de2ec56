/* lince_model_export: a model as an ONNX file. */
#include <lince/onnx.h>

#include "core/error.h"
#include "core/i18n.h"
#include "core/plain_locale.h"
#include "train/ask/model_internal.h"
#include "weights/state_dict.h"

#include <sys/stat.h>

/* The model's net, equal features written out as PyTorch has them. */
static int build(const lince_model *m, lince_net **net)
{
    lince_net_options options = {.batch = 1, .threads = m->threads, .inference = true, .unfolded = true};
    LINCE_TRY(lince_blueprint_build(&m->blueprint, &options, net));
    lince_load_result result;
    lince_load_options load = {.whole = true, .strict = m->strict, .map = true};
    int code = lince_state_dict_load(*net, m->weights, &load, &result);
    lince_load_result_release(&result);
    return code;
}

static int put_metadata(const lince_blueprint *b, lince_onnx *graph)
{
    lince_passport passport;
    int code = lince_blueprint_write(b, &passport);
    for (size_t i = 0; i < passport.count && !code; i++)
        lince_onnx_metadata(graph, passport.list[i].key, passport.list[i].value);
    lince_passport_release(&passport);
    return code;
}

static int express(const lince_model *m, lince_net *net, lince_onnx *graph, bool preprocessing)
{
    const lince_blueprint *b = &m->blueprint;
    lince_onnx_value input = b->modality->express(b->encoder, graph, preprocessing);
    lince_onnx_output(graph, lince_net_express(net, graph, input), "logits",
                      b->several ? "each class's probability is 1 / (1 + exp(-logit / temperature))"
                                 : "the classes' probabilities are softmax(logits / temperature)",
                      2, (lince_onnx_dim[]){{.name = "batch"}, {.size = b->classes}});
    return put_metadata(b, graph);
}

/* Before anything is computed. */
static int check(const lince_model *m, bool preprocessing)
{
    const lince_modality *its = m->blueprint.modality;
    if (!its->express)
        return lince_fail(LINCE_EUNSUPPORTED, "%s: models of %s are not exported", m->path, _(its->plural));
    if (preprocessing && !its->express_raw)
        return lince_fail(LINCE_EUSAGE, "--with-preprocessing: is for pictures, and %s is a model of %s",
                          m->path, _(its->plural));
    return 0;
}

static void tell(const lince_model *m, const char *path, bool preprocessing, const lince_onnx *graph,
                 lince_buffer *out)
{
    const lince_blueprint *b = &m->blueprint;
    struct stat status;
    double bytes = stat(path, &status) ? 0 : (double)status.st_size;
    lince_buffer_printf(out, _("%s: %s as ONNX, opset 17, %.1f MB\n"), path, b->model, bytes / 1e6);
    lince_onnx_tell(graph, out);
    if (b->modality->tell_express) b->modality->tell_express(b->encoder, preprocessing, out);
    if (lince_blueprint_views(b) && lince_blueprint_views(b)->count)
        lince_buffer_puts(out, _("lince's answers are averaged over views (--tta); the file's are of one\n"));
}

int lince_model_export(lince_model *m, const char *path, bool preprocessing, char **text)
{
    LINCE_NEED(m);
    LINCE_NEED(path);
    LINCE_NEED(text);
    LINCE_PLAIN_LOCALE;
    lince_net *net = NULL;
    lince_onnx *graph = NULL;
    lince_buffer out = {0};
    *text = NULL;
    LINCE_TRY(check(m, preprocessing));
    int code = build(m, &net);
    if (!code) code = lince_onnx_new(&graph);
    if (!code) code = express(m, net, graph, preprocessing);
    if (!code && (code = lince_onnx_save(graph, m->blueprint.model, path)) == LINCE_EUNSUPPORTED)
        lince_fail_in(code, m->path);
    if (!code) tell(m, path, preprocessing, graph, &out);
    if (!code) code = out.error;
    lince_onnx_free(graph);
    lince_net_free(net);
    if (!code) *text = out.data;
    if (code) lince_buffer_release(&out);
    return code;
}
