#include "cli.h"

#include <stdio.h>
#include <sys/stat.h>

/* A run, or a weights file, which may be of others. */
static int open_model(const char *path, const char *architecture, lince_model **model)
{
    struct stat status;
    lince_open_options options = LINCE_OPEN_OPTIONS_INIT;
    options.weights = path;
    options.architecture = architecture;
    if (!stat(path, &status) && S_ISDIR(status.st_mode) && !architecture)
        return lince_model_open(model, path);
    return lince_model_open_weights(model, &options);
}

static int write_file(lince_model *m, const char *path, bool preprocessing, bool verified, bool quiet)
{
    char *text;
    double difference;
    int code = lince_model_export(m, path, preprocessing, &text);
    if (code) return code;
    if (!quiet) cli_put(cli_err, text);
    lince_text_free(text);
    if (!verified) return 0;
    code = lince_model_check_export(m, path, preprocessing, &difference);
    if (!code && !quiet)
        fprintf(cli_err,
                _("ONNX Runtime's logits differ from lince's by %.1e of a sample's largest at most\n"),
                difference);
    return code;
}

static int run(int argc, char **argv)
{
    const char *architecture = NULL;
    bool preprocessing = false, verified = false, quiet = false, help = false;
    const option_spec specs[] = {
        {"with-preprocessing", NULL,
         N_("of pictures: the file takes bytes, cuts out the middle and normalises; resizing stays outside"),
         NULL, &preprocessing},
        {"verify", NULL, N_("compare its answers with those of ONNX Runtime, by python3"), NULL, &verified},
        {"model", "NAME", N_("architecture of a weights file that does not say it"), &architecture, NULL},
        {"quiet", NULL, N_("say nothing where all goes well"), NULL, &quiet},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    const char *at[16];
    argument_list given = {.at = at, .most = sizeof at / sizeof *at};
    lince_model *m = NULL;
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_export, specs);
    if (given.count != 2) {
        fprintf(cli_err, "%s\n",
                _("lince export: expected a run or a weights file, and the file to write: model.onnx"));
        return EXIT_USAGE;
    }
    code = open_model(at[0], architecture, &m);
    if (!code) code = write_file(m, at[1], preprocessing, verified, quiet);
    if (code) code = cli_fail(code);
    lince_model_free(m);
    return code;
}

const command cmd_export = {.name = "export",
                            .arguments = N_("RUN|WEIGHTS FILE.onnx"),
                            .summary = N_("write a model as ONNX, for other programs"),
                            .run = run,
                            .computes = true,
                            .examples = "lince export runs/vgg16 vgg16.onnx --verify\n"
                                        "lince export runs/vgg16 vgg16.onnx --with-preprocessing"};
