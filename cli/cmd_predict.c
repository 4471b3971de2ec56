#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct asking {
    const lince_model *model;
    lince_processes *processes;
    bool json, csv, failed;
    bool headed;              /* the header of --csv was printed, */
    const char *const *named; /* and for these columns */
    bool asked_top, several;  /* --top was given; the model answers several labels */
    int top;                  /* classes to tell of an input */
    int *order;               /* [classes] by probability; scratch */
} asking;

static const char *class_name(const lince_model *m, int index, char spare[32])
{
    const char *name = lince_model_class(m, index);
    if (name) return name;
    snprintf(spare, 32, "%d", index);
    return spare;
}

/* How many classes are told: --top K, or of several labels those that are answered. */
static int told(const asking *a, const lince_prediction *p)
{
    int answered = 0;
    if (!p->answered || a->asked_top) return a->top;
    for (int c = 0; c < p->classes; c++) answered += p->answered[a->order[c]];
    return answered;
}

/* What is told as the answer: the most probable class, or that there is none to be sure of. */
static const char *answer_name(const asking *a, const lince_prediction *p, int place, char spare[32])
{
    return place == 0 && p->unsure ? C_("answer", "unknown") : class_name(a->model, a->order[place], spare);
}

/* Of several labels first those that are answered, which need not be the most probable. */
static void rank(const asking *a, const lince_prediction *p)
{
    lince_prediction_rank(p, !a->asked_top, a->order);
}

/* --- a line an input ------------------------------------------------------------------------------ */

/* Columns are separated by tabs: an input that holds some, or the end of a line, must not make others. */
static void print_plain(const asking *a, const char *input, const lince_prediction *p)
{
    char spare[32];
    int count = told(a, p);
    cli_put_cell(stdout, input);
    if (!count) printf("\t%s", C_("answer", "none"));
    for (int i = 0; i < count; i++) {
        putchar('\t');
        cli_put_cell(stdout, answer_name(a, p, i, spare));
        printf("\t%.4f", (double)p->probability[a->order[i]]);
    }
    putchar('\n');
}

/* Within a field's quotes; of a list, as JSON escapes it. */
static void put_csv_text(const char *text, bool listed)
{
    bool screen = isatty(STDOUT_FILENO), shown;
    for (size_t n; *text; text += n) {
        n = lince_character(text, &shown);
        if (listed && strchr("\"\\", *text)) putchar('\\');
        if (*text == '"') putchar('"');
        if (shown || !screen)
            fwrite(text, 1, n, stdout);
        else
            putchar('?');
    }
}

static bool is_quoted_csv(const char *text)
{
    return strpbrk(text, ",\"\r\n") != NULL;
}

/* A spreadsheet would compute it. */
static bool is_formula_csv(const char *text)
{
    return lince_csv_is_formula(text + strspn(text, "'"));
}

/* RFC 4180; spreadsheets are not to compute what a text says, nor a terminal to obey it. A file gets it as it is. */
static void put_csv(const char *text, bool first)
{
    bool quoted = is_quoted_csv(text);
    if (!first) putchar(',');
    if (quoted) putchar('"');
    if (is_formula_csv(text)) putchar('\'');
    put_csv_text(text, false);
    if (quoted) putchar('"');
}

/* A table's own columns, or the input; then the answer, which is empty where there is none. */
static void print_csv_header(asking *a, const char *const *names, size_t columns)
{
    char number[32];
    for (size_t i = 0; i < columns; i++) {
        snprintf(number, sizeof number, "%zu", i + 1);
        put_csv(names ? names[i] : number, !i);
    }
    if (!columns) put_csv(lince_model_input_name(a->model), true);
    fputs(",predicted,probability", stdout);
    for (int i = 2; i <= a->top && !a->several; i++) printf(",predicted %d,probability %d", i, i);
    putchar('\n');
    a->headed = true;
    a->named = names;
}

/* "cat|dog", or where a name could be taken for a list itself, ["cat|dog"]. */
static void put_label_names(const asking *a, int count)
{
    char spare[32];
    bool listed = false, quoted = false;
    for (int i = 0; i < count; i++) {
        const char *name = class_name(a->model, a->order[i], spare);
        listed = listed || strchr(name, '|') || *name == '[';
        quoted = quoted || is_quoted_csv(name);
    }
    quoted = quoted || listed;
    fputs(quoted ? ",\"" : ",", stdout);
    if (!listed && count && is_formula_csv(class_name(a->model, a->order[0], spare))) putchar('\'');
    for (int i = 0; i < count; i++) {
        fputs(!listed ? (i ? "|" : "") : i ? ", \"\"" : "[\"\"", stdout);
        put_csv_text(class_name(a->model, a->order[i], spare), listed);
        if (listed) fputs("\"\"", stdout);
    }
    if (listed) putchar(']');
    if (quoted) putchar('"');
}

/* And "0.91|0.73". */
static void put_labels(asking *a, int code, const lince_prediction *p)
{
    int count = code ? 0 : told(a, p);
    put_label_names(a, count);
    putchar(',');
    for (int i = 0; i < count; i++) printf("%s%.6f", i ? "|" : "", (double)p->probability[a->order[i]]);
}

static void print_csv(asking *a, const char *input, int code, const lince_prediction *p)
{
    const char *const *names, *const *values;
    char spare[32];
    size_t columns = lince_model_row(a->model, &names, &values);
    if (!a->headed || a->named != names) print_csv_header(a, names, columns);
    for (size_t i = 0; i < columns; i++) put_csv(values[i], !i);
    if (!columns) put_csv(input, true);
    if (a->several) put_labels(a, code, p);
    for (int i = 0; i < a->top && !a->several; i++) {
        bool none = code || (i == 0 && p->unsure);
        put_csv(none ? "" : class_name(a->model, a->order[i], spare), false);
        putchar(',');
        if (!code) printf("%.6f", (double)p->probability[a->order[i]]);
    }
    putchar('\n');
}

static int print_json(const asking *a, const char *input, int code, const lince_prediction *p)
{
    char *text;
    code = lince_model_answer_json(a->model, input, code, p, a->asked_top ? a->top : 0, &text);
    if (code) return code;
    cli_put_json(stdout, text);
    putchar('\n');
    lince_text_free(text);
    return 0;
}

/* What cannot be classified is told, and the others go on. */
static int tell(void *context, const char *input, int code, const lince_prediction *p)
{
    asking *a = context;
    if (code) {
        cli_fail(code);
        a->failed = true;
    } else
        rank(a, p);
    int unsaid = 0;
    if (a->json)
        unsaid = print_json(a, input, code, p);
    else if (a->csv)
        print_csv(a, input, code, p);
    else if (!code)
        print_plain(a, input, p);
    if (unsaid) {
        cli_fail(unsaid);
        a->failed = true;
    }
    return 0;
}

/* --- several processes ---------------------------------------------------------------------------- */

/* What the others print is kept in a file of theirs, which the first one prints behind its own. */
static int keep_output(void)
{
    FILE *kept = tmpfile();
    bool failed = !kept || dup2(fileno(kept), STDOUT_FILENO) < 0;
    if (kept) fclose(kept);
    return failed ? cli_error(LINCE_EIO, "no file for the answers of a process") : 0;
}

/* Of this process, since the last time; NULL: there is no room. */
static char *take_output(size_t *size)
{
    off_t end = fflush(stdout) ? -1 : lseek(STDOUT_FILENO, 0, SEEK_CUR);
    char *text = end < 0 ? NULL : malloc((size_t)end + 1);
    *size = end < 0 ? 0 : (size_t)end;
    if (text && (pread(STDOUT_FILENO, text, *size, 0) != end || ftruncate(STDOUT_FILENO, 0) ||
                 lseek(STDOUT_FILENO, 0, SEEK_SET))) {
        free(text);
        return NULL;
    }
    return text;
}

/* What process `from` has printed, to all. */
static int hear(asking *a, int from)
{
    bool own = lince_processes_rank(a->processes) == from, first = !lince_processes_rank(a->processes);
    size_t size = 0;
    char *text = own ? take_output(&size) : NULL;
    int code = own && !text ? cli_error(LINCE_ENOMEM, "out of memory") : 0;
    code = lince_processes_all(a->processes, code);
    if (!code) code = lince_processes_tell(a->processes, from, &size, sizeof size);
    if (!code && !own && !(text = malloc(size + 1))) code = cli_error(LINCE_ENOMEM, "out of memory");
    code = lince_processes_all(a->processes, code);
    if (!code && size) code = lince_processes_tell(a->processes, from, text, size);
    if (!code && first && size && a->csv && !a->headed) print_csv_header(a, NULL, 0);
    if (!code && first) fwrite(text, 1, size, stdout);
    free(text);
    return code;
}

static int hear_others(asking *a)
{
    int code = 0;
    for (int from = 1; !code && from < lince_processes_count(a->processes); from++) code = hear(a, from);
    return code;
}

/* --- the command ---------------------------------------------------------------------------------- */

static int ask(asking *a, lince_model *m, const char *const *texts, const char *const *inputs, int count)
{
    int classes = lince_model_classes(m);
    a->model = m;
    a->asked_top = a->top > 0;
    a->several = lince_model_several(m);
    if (!a->top) a->top = a->json ? classes : 1;
    if (a->top > classes) a->top = classes;
    if (!(a->order = calloc((size_t)classes, sizeof *a->order)))
        return cli_fail(cli_error(LINCE_ENOMEM, "out of memory"));
    bool first = !lince_processes_rank(a->processes);
    int broken = first ? 0 : keep_output();
    broken = lince_processes_all(a->processes, broken);
    a->headed = !first;
    for (; first && *texts; texts++) {
        lince_prediction p = LINCE_PREDICTION_INIT;
        int code = lince_model_predict_text(m, *texts, &p);
        tell(a, *texts, code, &p);
        lince_prediction_release(&p);
    }
    bool alone = lince_processes_count(a->processes) == 1;
    if (alone && !broken) broken = lince_model_predict_paths(m, inputs, (size_t)count, tell, a);
    for (int i = 0; !alone && !broken && i < count; i++) {
        int code = lince_model_predict_all(m, inputs[i], tell, a);
        if (code && first) tell(a, inputs[i], code, NULL);
        broken = hear_others(a);
    }
    free(a->order);
    if (broken) return first ? cli_fail(broken) : cli_status(broken);
    return lince_processes_all(a->processes, a->failed ? EXIT_FAILED : EXIT_DONE);
}

static int expect_more(void)
{
    fprintf(cli_err, "%s\n",
            _("lince predict: expected --run DIR or --weights FILE, and pictures, recordings, a "
              "folder, --text TEXT, files of a text a line, or -"));
    return EXIT_USAGE;
}

static int predict(int argc, char **argv, lince_processes *processes)
{
    const char *top = "0", *encoding = NULL, *column = NULL, *incomplete = NULL, *range = NULL, *tta = NULL,
               *window = NULL, *hop = NULL, *confidence = NULL, *threshold = NULL, *bounds[BOUNDS] = {NULL};
    model_choice choice = {.file = LINCE_OPEN_OPTIONS_INIT};
    asking a = {.processes = processes};
    bool silent = lince_processes_rank(processes) > 0;
    bool help = false;
    /* As many as there are arguments, and a NULL. */
    const char **inputs = calloc((size_t)argc + 1, sizeof *inputs),
               **texts = calloc((size_t)argc + 1, sizeof *texts);
    const option_spec specs[] = {
        {"run", "DIR", N_("the run whose best weights answer"), &choice.run, NULL},
        MODEL_OPTIONS(choice),
        {"text", "TEXT...", N_("a text to classify; may be given again"), texts, NULL},
        {"encoding", "NAME", N_("of texts; default: utf-8, of a table the run's"), &encoding, NULL},
        {"text-column", "NAME|N", N_("of a table; default: the run's"), &column, NULL},
        {"incomplete", "read|refuse", N_("JPEGs whose data end early; default: the run's"), &incomplete,
         NULL},
        {"range", "auto|full|LO:HI",
         N_("values of grey of over 8 bits or of floats that are black and white; auto: the model's"), &range,
         NULL},
        {"tta", "none|flip|crops", N_("answers to views of a picture averaged; default: the run's"), &tta,
         NULL},
        {"window", "SECONDS", N_("answer long recordings window by window, a line each"), &window, NULL},
        {"hop", "SECONDS", N_("from one window to the next; default: its length"), &hop, NULL},
        {"min-confidence", "X|auto:P",
         N_("answers below this probability are \"unknown\"; auto:0.95: the probability from which on 95 % "
            "are right"),
         &confidence, NULL},
        {"threshold", "X|auto",
         N_("of several labels, the probability from which on each is answered; default: the run's"),
         &threshold, NULL},
        BOUND_OPTIONS(bounds),
        {"top", "K",
         N_("tell the K most probable classes (1, of several labels those that are answered; with --json all)"),
         &top, NULL},
        {"json", NULL, N_("print one JSON object an input"), NULL, &a.json},
        {"csv", NULL, N_("print a CSV: a table's own columns, or the input, and the answer"), NULL, &a.csv},
        {"help", NULL, N_("this help"), NULL, &help},
        {NULL, NULL, NULL, NULL, NULL}};
    argument_list given = {.at = inputs, .most = argc};
    int status;
    lince_model *m = NULL;
    int code = inputs && texts ? cli_parse(argc, argv, specs, NULL, &given)
                               : cli_error(LINCE_ENOMEM, "out of memory");
    cli_settle_model(&choice);
    if (!code && !help) code = cli_whole("top", top, &a.top);
    if (!code && a.json && a.csv) code = cli_error(LINCE_EUSAGE, "predict: --json or --csv, not both");
    cli_joined_language();
    if (code)
        status = silent ? cli_status(code) : cli_fail(code);
    else if (help)
        status = silent ? EXIT_DONE : cli_usage(&cmd_predict, specs);
    else if ((!choice.run && !choice.file.weights) || !(given.count || *texts))
        status = silent ? EXIT_USAGE : expect_more();
    else if ((code = cli_open_model(&m, &choice, silent)) ||
             (encoding && (code = lince_model_set(m, "encoding", encoding))) ||
             (column && (code = lince_model_set(m, "text-column", column))) ||
             (incomplete && (code = lince_model_set(m, "incomplete", incomplete))) ||
             (range && (code = lince_model_set(m, "range", range))) ||
             (tta && (code = lince_model_set(m, "tta", tta))) ||
             (threshold && (code = lince_model_set(m, "threshold", threshold))) ||
             (window && (code = lince_model_set(m, "window", window))) ||
             (hop && (code = lince_model_set(m, "hop", hop))) || (code = cli_bound_model(m, bounds)) ||
             (confidence && (code = lince_model_min_confidence(m, confidence, cli_observer(silent), NULL))) ||
             (code = lince_model_observe(m, cli_observer(silent))) ||
             (code = lince_model_together(m, processes)))
        status = silent ? cli_status(code) : cli_fail(code);
    else {
        status = ask(&a, m, texts, inputs, given.count);
    }
    lince_model_free(m);
    free(inputs);
    free(texts);
    return status;
}

static int run(int argc, char **argv)
{
    lince_processes *processes;
    int code = cli_join(&processes);
    return code ? code : cli_leave(processes, predict(argc, argv, processes));
}

const command cmd_predict = {.name = "predict",
                             .arguments = N_("--run DIR FILE... | --text TEXT | -"),
                             .summary = N_("classify pictures, recordings or texts: one line an input"),
                             .run = run,
                             .computes = true,
                             .soon = "--text",
                             .synonyms = {"classify", "infer"},
                             .examples = "lince predict --run runs/vgg16 cat.png dog.jpg\n"
                                         "lince predict --run runs/digits long.wav --window 1 --hop 0.5\n"
                                         "lince predict --run runs/gru --text 'what a game'\n"
                                         "lince predict --run runs/vgg16 --json --top 3 folder"};
