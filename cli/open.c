/* The model that eval and predict ask: a run's, or a weights file's. */
#include "cli.h"

#include <string.h>

/* A run says all this of itself. */
static int refuse_both(const model_choice *choice)
{
    const lince_open_options *file = &choice->file;
    const struct {
        const char *option;
        bool given;
    } options[] = {{"weights", file->weights},       {"model", file->architecture},
                   {"classes-file", file->classes},  {"normalize", file->normalize},
                   {"image-size", file->image_size}, {"fit", file->fit},
                   {"resize", choice->resize},       {"interpolation", file->interpolation},
                   {"strict", file->strict}};
    for (size_t i = 0; choice->run && i < sizeof options / sizeof *options; i++)
        if (options[i].given)
            return cli_error(LINCE_EUSAGE, "--%s: a run says so of itself; give --run or --weights, not both",
                             options[i].option);
    return 0;
}

void cli_settle_model(model_choice *choice)
{
    static const char ending[] = ".onnx";
    lince_open_options *file = &choice->file;
    size_t size = file->architecture ? strlen(file->architecture) : 0;
    if (file->weights || size <= strlen(ending) ||
        strcmp(file->architecture + size - strlen(ending), ending) != 0)
        return;
    file->weights = file->architecture;
    file->architecture = NULL;
}

int cli_open_model(lince_model **model, const model_choice *choice, bool quiet)
{
    lince_open_options options = choice->file;
    int threads = 0, code = cli_whole("resize", choice->resize ? choice->resize : "0", &options.resize);
    *model = NULL;
    if (!code) code = refuse_both(choice);
    if (!code) code = cli_whole("threads", choice->threads ? choice->threads : "0", &threads);
    if (!code)
        code = choice->run ? lince_model_open(model, choice->run) : lince_model_open_weights(model, &options);
    if (code) return code;
    lince_model_threads(*model, threads);
    if (!quiet && !choice->run) cli_put(cli_err, lince_model_notes(*model));
    return 0;
}

const char *const cli_bounds[BOUNDS] = {"max-file-mb", "max-archive-mb", "max-files", "max-ratio",
                                        "max-wait"};

int cli_bound_model(lince_model *model, const char *const values[BOUNDS])
{
    int code = 0;
    for (int i = 0; i < BOUNDS && !code; i++)
        if (values[i]) code = lince_model_set(model, cli_bounds[i], values[i]);
    return code;
}
