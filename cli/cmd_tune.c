#include "cli.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 256 };

typedef struct job {
    training common;
    lince_processes *processes;
    lince_tune_options options;
    const char *trials, *budget, *sampler, *objective, *least, *reduction, *jobs;
    bool headed;
    const char *space[MOST_WORDS];
    argument_list words; /* in space[] */
    lince_tune_result result;
} job;

/* --- options -------------------------------------------------------------------------------------- */

/* "90s", "30m", "2h", "1h30m" into seconds. */
static int read_duration(const char *text, double *seconds)
{
    static const char units[] = "smh";
    static const double lengths[] = {1, 60, 3600};
    const char *at = text;
    *seconds = 0;
    while (*at) {
        char *end;
        double number = strtod(at, &end);
        const char *unit = end > at && *end ? strchr(units, *end) : NULL;
        if (!unit || !(number >= 0) || !isfinite(number)) break;
        *seconds += number * lengths[unit - units];
        at = end + 1;
    }
    if (*at || *seconds <= 0)
        return cli_error(LINCE_EUSAGE, "--budget: expected a time such as 90s, 30m or 1h30m, found '%s'",
                         text);
    return 0;
}

/* One of a few words, by its place; -1 where it is none. */
static int choice(const char *option, const char *text, const char *words, int *value)
{
    const char *at = words;
    size_t length = strlen(text);
    for (*value = 0; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL, (*value)++)
        if (strcspn(at, "|") == length && !strncmp(at, text, length)) return 0;
    return cli_error(LINCE_EUSAGE, "--%s %s: expected one of %s", option, text, words);
}

static int read_options(job *j)
{
    lince_tune_options *o = &j->options;
    int sampler = 0, objective = 0;
    o->space = j->space;
    o->space_count = (size_t)j->words.count;
    int code = j->trials ? cli_whole("trials", j->trials, &o->trials) : 0;
    if (!code && j->budget) code = read_duration(j->budget, &o->budget);
    if (!code && j->least) code = cli_whole("min-epochs", j->least, &o->least_epochs);
    if (!code && j->reduction) code = cli_whole("reduction", j->reduction, &o->reduction);
    if (!code && j->jobs) code = cli_whole("jobs", j->jobs, &o->jobs);
    if (!code && j->sampler) code = choice("sampler", j->sampler, "tpe|random", &sampler);
    if (!code && j->objective) code = choice("objective", j->objective, "accuracy|loss|f1", &objective);
    o->sampler = (lince_tune_sampler)sampler;
    o->objective = (lince_tune_objective)objective;
    return code;
}

/* --- what is seen --------------------------------------------------------------------------------- */

static void put_value(char out[32], const job *j, double value)
{
    bool loss = j->options.objective == LINCE_TUNE_LOSS;
    if (isnan(value))
        snprintf(out, 32, "-");
    else
        snprintf(out, 32, loss ? "%.4f" : "%.2f %%", loss ? value : 100 * value);
}

static void put_header(void)
{
    fprintf(cli_err, "%*s %*s %*s   %*s  %s\n", lince_field(6, _("trial")), _("trial"),
            lince_field(7, _("epochs")), _("epochs"), lince_field(9, _("val")), _("val"),
            lince_field(8, _("time")), _("time"), _("settings"));
}

/* One line each time a trial is judged. */
static void tell_leg(void *context, const lince_tune_leg *leg)
{
    job *j = context;
    char value[32], epochs[32], took[32];
    cli_clear_line();
    if (!j->headed) put_header();
    j->headed = true;
    cli_duration(took, sizeof took, leg->seconds);
    put_value(value, j, leg->value);
    snprintf(epochs, sizeof epochs, "%d/%d", leg->epochs, leg->of);
    int column =
        fprintf(cli_err, "%6zu %7s %9s%s %8s  ", leg->trial, epochs, value, leg->best ? " *" : "  ", took);
    cli_put_words(leg->settings, column);
    if (leg->failed) fprintf(cli_err, _("       trial %zu failed: %s\n"), leg->trial, leg->failed);
}

static void tell_progress(void *context, const lince_tune_progress *p)
{
    const job *j = context;
    char line[256], value[32], spent[32], wanted[32] = "";
    put_value(value, j, p->best);
    cli_duration(spent, sizeof spent, p->seconds);
    if (p->wanted) snprintf(wanted, sizeof wanted, "/%zu", p->wanted);
    int used = snprintf(line, sizeof line, _("trials %zu%s, running %d"), p->trials, wanted, p->running);
    if (!isnan(p->best))
        used += snprintf(line + used, sizeof line - (size_t)used, _("  best %s (trial %zu)"), value,
                         p->best_trial);
    used += snprintf(line + used, sizeof line - (size_t)used, "  %s", spent);
    if (p->phase->phase == LINCE_TRAINING)
        snprintf(line + used, sizeof line - (size_t)used, _("  trial %zu: epoch %d, loss %.3f"), p->trial,
                 p->phase->epoch, p->phase->loss);
    cli_show_line(line);
}

/* --- the command ---------------------------------------------------------------------------------- */

static void tell_result(const job *j)
{
    const lince_tune_result *r = &j->result;
    char value[32];
    put_value(value, j, r->value);
    fprintf(cli_err, _("best: trial %zu of %zu, %s on the validation part"), r->trial, r->trials, value);
    if (!isnan(r->test_accuracy))
        fprintf(cli_err, _("; %.2f %% of the test part right"), 100 * r->test_accuracy);
    fprintf(cli_err, "\n");
    if (r->epochs < r->of)
        fprintf(cli_err,
                _("epochs of it until the budget was over: %d of %d; 'lince train --resume %s' goes on with "
                  "it\n"),
                r->epochs, r->of, r->winner);
    fprintf(cli_err, "%s: %s\n", _("train it again"), r->command);
    fprintf(cli_err, _("report: %s/tune.html\n"), r->folder);
}

static void print_json(const job *j)
{
    const lince_tune_result *r = &j->result;
    printf("{\"trial\": %zu, \"trials\": %zu, \"failed\": %zu, \"epochs\": %d, \"of\": %d, \"value\": %.9g, "
           "\"test accuracy\": ",
           r->trial, r->trials, r->failed, r->epochs, r->of, r->value);
    printf(isnan(r->test_accuracy) ? "null}\n" : "%.9g}\n", r->test_accuracy);
}

static int tune(void *context)
{
    job *j = context;
    training *t = &j->common;
    lince_tune_observer observer = {.size = sizeof observer,
                                    .context = j,
                                    .leg = t->quiet ? NULL : tell_leg,
                                    .progress = t->quiet ? NULL : tell_progress};
    cli_joined_language();
    int code = read_options(j);
    if (!code)
        code = lince_tune_together(j->processes, t->settings, &j->options, t->line,
                                   cli_observer(t->quiet || t->silent), &observer, &j->result);
    cli_clear_line();
    snprintf(t->folder, sizeof t->folder, "%s", j->result.folder);
    if (code || t->silent) return code;
    if (!t->quiet) tell_result(j);
    if (t->json)
        print_json(j);
    else
        printf("%s\n", j->result.winner);
    return 0;
}

static int run(int argc, char **argv)
{
    static job j = {.common = {.parse = cli_parse_words, .begun = lince_tune_settings, .arguments = &j.words},
                    .options = LINCE_TUNE_OPTIONS_INIT,
                    .words = {.at = j.space, .most = MOST_WORDS},
                    .result = LINCE_TUNE_RESULT_INIT}; /* too large for the stack */
    const option_spec specs[] = {
        {"trials", "N", N_("trials, at most"), &j.trials, NULL},
        {"budget", "TIME", N_("time after which the search ends, as 90s, 30m or 1h30m"), &j.budget, NULL},
        {"space", "FILE.yaml", N_("what varies, from a file"), &j.options.space_file, NULL},
        {"sampler", "tpe|random", N_("how trials are proposed (tpe)"), &j.sampler, NULL},
        {"objective", "accuracy|loss|f1", N_("what they are judged by, on the validation part (accuracy)"),
         &j.objective, NULL},
        {"min-epochs", "N", N_("epochs before which no trial is stopped (1); as many as --epochs: none is"),
         &j.least, NULL},
        {"reduction", "N", N_("of N trials that are judged one goes on, to N times the epochs (3)"),
         &j.reduction, NULL},
        {"jobs", "N",
         N_("trials at a time, which share the threads (of texts one a thread, of pictures one for four; of several processes one each)"),
         &j.jobs, NULL},
        JSON_OPTION(j.common),
        TRAINING_OPTIONS(j.common)};
    int code = cli_join(&j.processes);
    if (code) return code;
    j.common.silent = lince_processes_rank(j.processes) > 0;
    return cli_leave(j.processes, cli_train(&cmd_tune, &j.common, argc, argv, specs, tune, &j));
}

const command cmd_tune = {
    .name = "tune",
    .arguments = N_("--data PATH NAME=VALUES... --trials N | --budget TIME\n  [options of train]"),
    .summary = N_("search for settings that learn well"),
    .run = run,
    .computes = true,
    .examples = "lince tune --data pictures lr=1e-4..1e-1:log batch-size=16,32,64 --budget 30m\n"
                "lince tune --data tweets.csv hidden=64..256 lr=1e-4..1e-2:log --trials 27\n"
                "lince tune --resume runs/tune"};
