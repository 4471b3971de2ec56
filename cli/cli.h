/* What the commands share: options, output, progress. */
#ifndef LINCE_CLI_H
#define LINCE_CLI_H

#include <lince/lince.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The program's words, from the library's catalogues; N_ and NC_ mark those that cannot be translated yet
 * (tables), C_ and NC_ the same word in another sense. */
#define N_(text)           text
#define _(text)            lince_translate(text)
#define NC_(context, text) context "\004" text
#define C_(context, text)  lince_translate(NC_(context, text))

/* Interrupted by a signal: its number above EXIT_SIGNAL, as a shell counts (130: Ctrl-C, 143: terminated). */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_SIGNAL = 128 };

typedef struct command {
    const char *name, *arguments, *summary; /* the latter two untranslated */
    int (*run)(int argc, char **argv);      /* argv[0] is the command's name; returns the exit code */
    bool takes_settings;                    /* its options are those of the settings table */
    bool computes;                          /* networks, on several threads */
    const char *soon;                       /* an option by which that is over sooner than a start; or NULL */
    void (*section)(void);                  /* what its help tells before the examples; may be NULL */
    const char *examples;                   /* commands, one a line */
    const char *synonyms[4];                /* what else it is called; the rest NULL */
} command;

/* The commands in order; NULL after the last. A command is one file and one line of list.def. */
const command *cli_command_at(size_t index);

/* The command of this name, or of a synonym of it; NULL: there is none, which has been said. */
const command *cli_command(const char *name);

/* One option of a command that is not a setting. */
typedef struct option_spec {
    const char *name, *value,
        *help;         /* value NULL: a switch, which sets *flag; ends with "...": may be given again */
    const char **text; /* the last value; of "..." all, with room for each and a NULL */
    bool *flag;
} option_spec;

/* What stands on a command line beside options, in order. */
typedef struct argument_list {
    const char **at;
    int most, count; /* what `at` has room for; set by parsing */
} argument_list;

/* Reads argv: options into `specs` (ends with a NULL name) and, where `settings` is not NULL, into it;
 * what is no option into `arguments` (NULL: the command takes none). Returns 0, or LINCE_EUSAGE with
 * lince_error() set. */
int cli_parse(int argc, char **argv, const option_spec *specs, lince_settings *settings,
              argument_list *arguments);

/* The same for a command whose arguments are NAME=VALUES of settings: without dashes they are arguments. */
int cli_parse_words(int argc, char **argv, const option_spec *specs, lince_settings *settings,
                    argument_list *arguments);

/* --- commands that train -------------------------------------------------------------------------- */

/* What they share: how they come to their settings, and what they are told. */
typedef struct training {
    /* What reads the words, and what says how something was begun that --resume goes on with. */
    int (*parse)(int argc, char **argv, const option_spec *specs, lince_settings *settings,
                 argument_list *arguments);
    int (*begun)(const char *folder, lince_settings *settings);
    argument_list *arguments; /* NULL: it takes none */

    lince_settings *settings;
    const char *line; /* the command, for the runs' config.yaml */
    const char *config;
    bool quiet, json, help;
    bool silent;       /* another process says all that there is to say */
    char folder[4096]; /* where there is what --resume goes on with, should it be interrupted; "": nowhere */
} training;

/* Their options: the end of a command's table. */
#define JSON_OPTION(training)                                             \
    {                                                                     \
        "json", NULL, N_("print one JSON object"), NULL, &(training).json \
    }
#define TRAINING_OPTIONS(training)                                                        \
    {"config", "FILE.yaml", N_("settings from a file; options given here override them"), \
     &(training).config, NULL},                                                           \
        {"quiet", NULL, N_("no progress"), NULL, &(training).quiet},                      \
        {"help", NULL, N_("this help"), NULL, &(training).help},                          \
    {                                                                                     \
        NULL, NULL, NULL, NULL, NULL                                                      \
    }

/* Runs one from its first word to its exit code: settings (first what the files say, what is gone on with and a
 * configuration, then what the command line says), help, language, signals, and `work`, which is told `context`. */
int cli_train(const command *c, training *t, int argc, char **argv, const option_spec *specs,
              int (*work)(void *context), void *context);

/* processes.c: of commands that several processes share. Exit codes; the one to leave with is handed on. The language in which who is
 * lost is told: that of the calling thread. */
int cli_join(lince_processes **processes);
void cli_joined_language(void);
int cli_leave(lince_processes *processes, int status);

/* The text of a setting; whether there is any. */
enum { SETTING_MAX = 8192 };
bool cli_setting(const lince_settings *settings, const char *name, char text[SETTING_MAX]);

/* What the value of a setting is, for help and messages: "a|b|c", "FILE", or "" of a switch; perhaps in `out`. */
enum { SETTING_VALUE_MAX = 256 };
const char *cli_setting_value(const lince_setting_info *info, char out[SETTING_VALUE_MAX]);

/* Standard error, for the program's own texts; and from here on what libraries print there by themselves is kept, and told as
 * a warning when the program ends (libraries.c). */
extern FILE *cli_err;
void cli_keep_libraries_texts(void);

/* A warning, behind its word. */
void cli_warn(const char *text);

/* Prints a text that is not the program's own: what would command a terminal becomes '?' (output.c), in a cell, which has
 * neither lines nor tabs, a blank, and in JSON \uXXXX. */
void cli_put(FILE *out, const char *text);
void cli_put_cell(FILE *out, const char *text);
void cli_put_json(FILE *out, const char *text);

/* A message on standard error, with its end of line. Its further lines stand behind two blanks: no name that holds the end of
 * a line makes one that looks like the program's. */
void cli_put_message(const char *text);

/* The command as a shell reads it back; to be freed. NULL: out of memory. */
char *cli_command_line(int argc, char **argv);

/* A whole number, and any number, of an option that is not a setting. LINCE_EUSAGE. */
int cli_whole(const char *option, const char *text, int *value);
int cli_number(const char *option, const char *text, double *value);

/* Options that are whole numbers from 1 on, as texts (NULL: not given), and where they go. LINCE_EUSAGE. */
typedef struct whole_option {
    const char *option, *text;
    int *value;
} whole_option;
int cli_positive(const whole_option *options, size_t count);

/* Prints a server's address on standard output, for whoever started it to read; runs it until a signal, and frees it. */
int cli_run_server(lince_server *server, bool quiet);

/* The list of commands. */
void cli_overview(FILE *out);

/* Prints a command's usage with its options to standard output. */
int cli_usage(const command *c, const option_spec *specs);

/* Makes a message of the program's the one that cli_fail prints, translated, and returns `code`. The format
 * is a literal: it is also the key of its translation. */
int cli_error(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The exit code that belongs to `code`: a signal's where one interrupted; cli_fail prints lince_error(), too. */
int cli_status(int code);
int cli_fail(int code);

/* Which model: options as texts. */
typedef struct model_choice {
    const char *run;         /* NULL: file.weights */
    lince_open_options file; /* resize: see below */
    const char *resize, *threads;
} model_choice;

/* The options that fill one: a part of a command's table. */
#define MODEL_OPTIONS(choice)                                                                                \
    {"model", "NAME|FILE.onnx", N_("architecture of --weights; or a file that brings it"),                   \
     &(choice).file.architecture, NULL},                                                                     \
        {"weights", lince_setting_named("weights")->value, N_("weights file"), &(choice).file.weights,       \
         NULL},                                                                                              \
        {"strict", NULL, N_("refuse weights that have more than the model"), NULL, &(choice).file.strict},   \
        {"classes-file", "FILE", N_("names of the classes, one a line"), &(choice).file.classes, NULL},      \
        {"normalize", "HOW", N_("imagenet, cifar10, none or m,m,m:s,s,s; default: the file's"),              \
         &(choice).file.normalize, NULL},                                                                    \
        {"image-size", "N|HxW", N_("input's pixels; default: the file's"), &(choice).file.image_size, NULL}, \
        {"fit", "crop|squash|pad", N_("how pictures become the input; default: the file's"),                 \
         &(choice).file.fit, NULL},                                                                          \
        {"resize", "N", N_("before a crop, the shorter side's pixels; default: the file's"),                 \
         &(choice).resize, NULL},                                                                            \
        {"interpolation", "bilinear|bicubic", N_("of resizing; default: the file's"),                        \
         &(choice).file.interpolation, NULL},                                                                \
    {                                                                                                        \
        "threads", "N", N_("for computing"), &(choice).threads, NULL                                         \
    }

/* --model FILE.onnx: a file that brings its architecture, as by --weights. */
void cli_settle_model(model_choice *choice);

/* Opens it, and says on standard error what there is to say of a weights file. */
int cli_open_model(lince_model **model, const model_choice *choice, bool quiet);

/* How far data may go, for commands whose options are not the settings: values of these settings, or NULL. */
enum { BOUNDS = 5 };
extern const char *const cli_bounds[BOUNDS];

#define BOUND_OPTION(values, i)                                                                             \
    {                                                                                                       \
        cli_bounds[i], lince_setting_named(cli_bounds[i])->value, lince_setting_named(cli_bounds[i])->help, \
            &(values)[i], NULL                                                                              \
    }
#define BOUND_OPTIONS(values)                                                                           \
    BOUND_OPTION(values, 0), BOUND_OPTION(values, 1), BOUND_OPTION(values, 2), BOUND_OPTION(values, 3), \
        BOUND_OPTION(values, 4)

/* Sets those that are given of a model that is asked. LINCE_EUSAGE. */
int cli_bound_model(lince_model *model, const char *const values[BOUNDS]);

/* The observer that draws on standard error: a live line on a terminal, one line an epoch elsewhere. */
const lince_observer *cli_observer(bool quiet);
void cli_clear_line(void);

/* Draws a line of the caller's own in its place, on a terminal; and a time as "12:03". */
void cli_show_line(const char *line);

/* The words that end a line whose first `column` characters are there: on a terminal what does not fit goes
 * on below them. */
void cli_put_words(const char *words, int column);
void cli_duration(char *out, size_t size, double seconds);

/* Looks whether standard error is a terminal, and one with colours; before anything is printed. */
void cli_open_screen(void);

/* From now on SIGINT, SIGTERM and SIGHUP ask the observer's work to stop; a second one ends the program at
 * once. */
void cli_catch_signals(bool told);

#define COMMAND(row) extern const command row;
#include "list.def"

#endif
