#include "cli.h"

#include <stdio.h>

static int quantize(const char *path, const lince_quantize_options *options, int threads, bool quiet)
{
    lince_model *m;
    char *text = NULL;
    int code = lince_model_open(&m, path);
    if (code) return code;
    lince_model_threads(m, threads);
    cli_catch_signals(true);
    code = lince_model_quantize(m, options, cli_observer(quiet), &text);
    cli_clear_line();
    if (!code && !quiet) cli_put(cli_err, text);
    lince_text_free(text);
    lince_model_free(m);
    return code;
}

static int run(int argc, char **argv)
{
    const char *samples = NULL, *loss = NULL, *out = NULL, *threads = NULL;
    bool quiet = false, help = false;
    lince_quantize_options options = LINCE_QUANTIZE_OPTIONS_INIT;
    const option_spec specs[] = {
        {"calibrate", "N", N_("samples of the training part that say which values bytes stand for (128)"),
         &samples, NULL},
        {"max-loss", "POINTS", N_("of accuracy on the validation part that may be lost (0.5)"), &loss, NULL},
        {"out", "FILE", N_("the file to write (the run's weights/int8.safetensors)"), &out, NULL},
        {"untimed", NULL, N_("time nothing: all layers in 8 bits, also those that are slower here"), NULL,
         &options.untimed},
        {"threads", "N", N_("for computing; what is timed runs on one"), &threads, NULL},
        {"quiet", NULL, N_("say nothing where all goes well"), NULL, &quiet},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    const char *at[16];
    argument_list given = {.at = at, .most = sizeof at / sizeof *at};
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (code) return cli_fail(code);
    if (help) return cli_usage(&cmd_quantize, specs);
    if (given.count != 1) {
        fprintf(cli_err, "%s\n", _("lince quantize: expected a run"));
        return EXIT_USAGE;
    }
    options.path = out;
    int count = 0;
    const whole_option wholes[] = {{"calibrate", samples, &options.calibrate}, {"threads", threads, &count}};
    code = cli_positive(wholes, sizeof wholes / sizeof *wholes);
    if (!code && loss) code = cli_number("max-loss", loss, &options.max_loss);
    if (!code) code = quantize(at[0], &options, count, quiet);
    return code ? cli_fail(code) : EXIT_DONE;
}

const command cmd_quantize = {.name = "quantize",
                              .arguments = N_("RUN"),
                              .summary = N_("write a run's weights in 8 bits, which answer faster"),
                              .run = run,
                              .examples =
                                  "lince predict --run runs/resnet18/weights/int8.safetensors photo.jpg\n"
                                  "lince quantize runs/resnet18"};
