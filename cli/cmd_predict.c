#include "cli.h"
#include "core/i18n.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *class_name(const lince_model *m, int index, char spare[32])
{
    const char *name = lince_model_class(m, index);
    if (name) return name;
    snprintf(spare, 32, "%d", index);
    return spare;
}

/* A text on one line of output. */
static void print_input(const char *text)
{
    for (; *text; text++) putchar(strchr("\t\r\n", *text) ? ' ' : *text);
}

static json_t *probabilities(const lince_model *m, const lince_prediction *p)
{
    char spare[32];
    json_t *object = json_object();
    for (int c = 0; c < p->classes; c++)
        json_object_set_new(object, class_name(m, c, spare), json_real((double)p->probability[c]));
    return object;
}

/* `input`: a picture's path, or a text itself. */
static void print_line(const lince_model *m, const char *input, const lince_prediction *p, bool json)
{
    char spare[32];
    const char *name = class_name(m, p->best, spare);
    bool is_text = lince_model_is_text(m);
    if (!json) {
        print_input(input);
        printf("\t%s\t%.4f\n", name, (double)p->probability[p->best]);
        return;
    }
    json_t *line =
        json_pack("{s:s, s:s, s:f, s:o}", is_text ? "text" : "path", input, "class", name, "probability",
                  (double)p->probability[p->best], "probabilities", probabilities(m, p));
    if (is_text)
        json_object_update_new(line, json_pack("{s:I, s:I, s:I}", "words", (json_int_t)p->words, "read",
                                               (json_int_t)p->read, "unknown", (json_int_t)p->unknown));
    json_dumpf(line, stdout, JSON_COMPACT | JSON_REAL_PRECISION(7));
    printf("\n");
    json_decref(line);
}

/* One input: an answer, or a message and the others go on. */
static int print_answer(const lince_model *m, int code, const char *input, lince_prediction *p, bool json)
{
    if (!code)
        print_line(m, input, p, json);
    else
        cli_fail(code);
    lince_prediction_release(p);
    return code ? EXIT_FAILED : EXIT_DONE;
}

static int predict_text(lince_model *m, const char *text, bool json)
{
    lince_prediction p;
    return print_answer(m, lince_model_predict_text(m, text, &p), text, &p, json);
}

/* A text a line; empty lines are passed over. */
static int predict_lines(lince_model *m, const char *path, bool json)
{
    bool from_stdin = !strcmp(path, "-");
    FILE *file = from_stdin ? stdin : fopen(path, "rbe");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    int worst = EXIT_DONE;
    if (!file) {
        fprintf(stderr, "lince: %s: %s\n", path, strerror(errno));
        return EXIT_FAILED;
    }
    while ((length = getline(&line, &capacity, file)) >= 0) {
        while (length > 0 && strchr("\r\n", line[length - 1])) line[--length] = '\0';
        if (length && predict_text(m, line, json)) worst = EXIT_FAILED;
    }
    if (!from_stdin) fclose(file);
    free(line);
    return worst;
}

static int predict_file(lince_model *m, const char *path, bool json)
{
    lince_prediction p;
    if (lince_model_is_text(m)) return predict_lines(m, path, json);
    return print_answer(m, lince_model_predict_file(m, path, &p), path, &p, json);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int predict_path(lince_model *m, const char *path, bool json)
{
    struct stat status;
    struct dirent **names;
    if (stat(path, &status) || !S_ISDIR(status.st_mode)) return predict_file(m, path, json);
    int count = scandir(path, &names, visible, alphasort), worst = EXIT_DONE;
    for (int i = 0; i < count; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (!stat(file, &status) && S_ISREG(status.st_mode) && predict_file(m, file, json))
            worst = EXIT_FAILED;
        free(names[i]);
    }
    if (count >= 0) free(names);
    return worst;
}

int cmd_predict(int argc, char **argv)
{
    const char *text = NULL;
    model_choice choice = {0};
    bool json = false, help = false;
    const option_spec specs[] = {{"run", "DIR", N_("the run whose best weights answer"), &choice.run, NULL},
                                 MODEL_OPTIONS(choice),
                                 {"text", "TEXT", N_("a text to classify"), &text, NULL},
                                 {"json", NULL, N_("print one JSON object an input"), NULL, &json},
                                 {"help", NULL, N_("this help"), NULL, &help},
                                 {NULL, NULL, NULL, NULL, NULL}};
    const char **inputs = calloc((size_t)argc + 1, sizeof *inputs);
    int count = 0, worst = EXIT_DONE,
        code = inputs ? cli_parse(argc, argv, specs, NULL, inputs, &count) : LINCE_ENOMEM;
    lince_model *m = NULL;
    if (!code && help) {
        free(inputs);
        return cli_usage("predict", specs);
    }
    if (!code && ((!choice.run && !choice.file.weights) || !(count || text))) {
        fprintf(stderr, "%s\n",
                _("lince predict: expected --run DIR or --weights FILE, and pictures, a "
                  "folder, --text TEXT, files of a text a line, or -"));
        free(inputs);
        return EXIT_USAGE;
    }
    if (!code) code = cli_open_model(&m, &choice, false);
    if (!code && text && predict_text(m, text, json)) worst = EXIT_FAILED;
    for (int i = 0; i < count && !code; i++)
        if (predict_path(m, inputs[i], json)) worst = EXIT_FAILED;
    if (code) worst = cli_fail(code);
    lince_model_free(m);
    free(inputs);
    return worst;
}
