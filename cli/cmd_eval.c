#include "cli.h"

#include <stdio.h>

/* Settings that say how data are read, where they are not read as the run did. */
typedef struct reading {
    const char *name, *value;
} reading;

static int set_readings(lince_model *m, const reading *readings, size_t count)
{
    int code = 0;
    for (size_t i = 0; i < count && !code; i++)
        if (readings[i].value) code = lince_model_set(m, readings[i].name, readings[i].value);
    return code;
}

/* By all of them; the first one speaks. */
static int evaluate(int argc, char **argv, lince_processes *processes)
{
    bool silent = lince_processes_rank(processes) > 0;
    const char *data = NULL, *split = NULL, *predictions = NULL, *confidence = NULL;
    const char *bounds[BOUNDS] = {NULL};
    model_choice choice = {.file = LINCE_OPEN_OPTIONS_INIT};
    bool json = false, quiet = false, help = false, calibrate = false;
    reading readings[] = {{"classes", NULL},    {"text-column", NULL},     {"label-column", NULL},
                          {"drop-label", NULL}, {"header", NULL},          {"quoting", NULL},
                          {"encoding", NULL},   {"split-column", NULL},    {"image-column", NULL},
                          {"on-bad", NULL},     {"incomplete", NULL},      {"range", NULL},
                          {"tta", NULL},        {"label-separator", NULL}, {"threshold", NULL}};
    const option_spec specs[] = {
        {"run", "DIR", N_("the run whose best weights are measured"), &choice.run, NULL},
        MODEL_OPTIONS(choice),
        {"data", "PATH", N_("data set; default: the run's"), &data, NULL},
        {"split", "train|val|test", N_("part of it (test)"), &split, NULL},
        {"classes", "A,B", N_("only these classes of the data; default: the run's"), &readings[0].value,
         NULL},
        {"text-column", "NAME|N", N_("of a table; default: the run's"), &readings[1].value, NULL},
        {"label-column", "NAME|N", N_("of a table; default: the run's"), &readings[2].value, NULL},
        {"drop-label", "NAME,NAME", N_("labels whose rows are left out; default: the run's"),
         &readings[3].value, NULL},
        {"header", "auto|yes|no", N_("of a table; default: the run's"), &readings[4].value, NULL},
        {"quoting", "auto|none|minimal", N_("of a table; default: the run's"), &readings[5].value, NULL},
        {"encoding", "NAME", N_("of a table; default: the run's"), &readings[6].value, NULL},
        {"split-column", "NAME|N", N_("of a table; default: the run's"), &readings[7].value, NULL},
        {"image-column", "NAME|N", N_("of a table; default: the run's"), &readings[8].value, NULL},
        {"on-bad", "fail|skip", N_("samples that cannot be read; default: the run's"), &readings[9].value,
         NULL},
        {"incomplete", "read|refuse", N_("JPEGs whose data end early; default: the run's"),
         &readings[10].value, NULL},
        {"range", "auto|full|LO:HI",
         N_("values of grey of over 8 bits or of floats that are black and white; auto: the model's"),
         &readings[11].value, NULL},
        {"tta", "none|flip|crops", N_("answers to views of a picture averaged; default: the run's"),
         &readings[12].value, NULL},
        {"label-separator", "C", N_("between several labels; default: the run's"), &readings[13].value, NULL},
        {"threshold", "X|auto",
         N_("of several labels, the probability from which on each is answered; default: the run's"),
         &readings[14].value, NULL},
        BOUND_OPTIONS(bounds),
        {"calibrate", NULL, N_("first fit a temperature on the run's validation part, and keep it"), NULL,
         &calibrate},
        {"min-confidence", "X|auto:P",
         N_("tell how many are answered with this probability or more, and how many of them rightly"),
         &confidence, NULL},
        {"predictions", "FILE", N_("write path,true,predicted,probability"), &predictions, NULL},
        {"json", NULL, N_("print one JSON object"), NULL, &json},
        {"quiet", NULL, N_("no progress"), NULL, &quiet},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    char *text = NULL;
    int code = cli_parse(argc, argv, specs, NULL, NULL);
    if (code) return silent ? cli_status(code) : cli_fail(code);
    if (help) return silent ? EXIT_DONE : cli_usage(&cmd_eval, specs);
    cli_settle_model(&choice);
    if (!choice.run && !choice.file.weights) {
        if (silent) return EXIT_USAGE;
        fprintf(cli_err, "%s\n", _("lince eval: expected --run DIR or --weights FILE"));
        return EXIT_USAGE;
    }
    lince_model *m = NULL;
    quiet |= silent;
    if (!code) code = cli_open_model(&m, &choice, quiet);
    code = lince_processes_all(processes, code);
    if (!code) code = set_readings(m, readings, sizeof readings / sizeof *readings);
    if (!code) code = cli_bound_model(m, bounds);
    if (!code) code = lince_model_together(m, processes);
    code = lince_processes_all(processes, code);
    cli_catch_signals(!silent);
    cli_joined_language();
    if (!code && calibrate) code = lince_model_calibrate(m, cli_observer(quiet || json));
    if (!code && confidence)
        code = lince_model_min_confidence(m, confidence, cli_observer(quiet || json), NULL);
    if (!code)
        code = lince_model_evaluate(m, data, split, json, predictions, cli_observer(quiet || json), &text);
    cli_clear_line();
    if (!code && !silent) cli_put(stdout, text);
    if (code) code = silent ? cli_status(code) : cli_fail(code);
    lince_text_free(text);
    lince_model_free(m);
    return code;
}

static int run(int argc, char **argv)
{
    lince_processes *processes;
    int code = cli_join(&processes);
    return code ? code : cli_leave(processes, evaluate(argc, argv, processes));
}

const command cmd_eval = {.name = "eval",
                          .arguments = N_("--run DIR | --weights FILE [--model NAME] [--data PATH]"),
                          .summary = N_("measure a model on a part of a data set"),
                          .run = run,
                          .computes = true,
                          .synonyms = {"val", "test", "evaluate"},
                          .examples = "lince eval --run runs/vgg16\n"
                                      "lince eval --run runs/vgg16 --data other-pictures --json"};
