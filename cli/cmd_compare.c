#include "cli.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RUNS = 64, PATH = 4096 };

typedef struct job {
    training common;
    lince_processes *processes;
    const char *models, *seeds;
    char folder[MOST_RUNS][PATH]; /* of the runs */
    const char *at[MOST_RUNS];
    argument_list runs;     /* in at[] */
    char base[SETTING_MAX]; /* of the runs that are trained: <base>/<model> */
    int models_asked;       /* for, by name */
    int each;               /* of every model, with the seeds from `first` on */
    uint64_t first;
} job;

/* The process that trains the i-th run. */
static int owner_of(const job *j, int i)
{
    return i % lince_processes_count(j->processes);
}

/* --- training what is to be compared -------------------------------------------------------------- */

/* Trains one model with one seed into <out>/<model>[-seed<n>], if it is this process's turn; the others are told later. */
static int train_one(job *j, const char *model, uint64_t seed)
{
    char out[PATH], number[32];
    lince_settings *s = j->common.settings;
    snprintf(number, sizeof number, "%" PRIu64, seed);
    int length = snprintf(out, sizeof out, j->each > 1 ? "%s/%s-seed%s" : "%s/%s", j->base, model, number);
    if (length >= PATH) return cli_error(LINCE_EUSAGE, "compare: the name of a run's folder is too long");
    int code = lince_settings_set(s, "model", model);
    if (!code) code = lince_settings_set(s, "seed", number);
    if (!code) code = lince_settings_set(s, "out", out);
    if (!code && owner_of(j, j->runs.count) == lince_processes_rank(j->processes))
        code = lince_train(s, j->common.line, cli_observer(j->common.quiet || j->common.silent),
                           j->folder[j->runs.count], PATH);
    if (!code) j->at[j->runs.count] = j->folder[j->runs.count], j->runs.count++;
    return code;
}

/* All seeds share one split: the first seed's, where none is given. */
static int share_split(lince_settings *s)
{
    char split[SETTING_MAX], seed[SETTING_MAX];
    if (cli_setting(s, "split-seed", split) && strcmp(split, "-1") != 0) return 0;
    if (cli_setting(s, "seed", seed) && strtoull(seed, NULL, 10) > INT_MAX)
        return cli_error(LINCE_EUSAGE,
                         "--seed %s: too large for the split that runs share; give a --split-seed", seed);
    return lince_settings_set(s, "split-seed", seed);
}

/* Each name of --models, without the others. */
static int each_model(const char *models, int (*take)(job *j, const char *model), job *j)
{
    int code = 0;
    for (const char *at = models, *end; !code && at; at = *end ? end + 1 : NULL) {
        end = at + strcspn(at, ",");
        char *model = strndup(at, (size_t)(end - at));
        code = model ? take(j, model) : cli_error(LINCE_ENOMEM, "out of memory");
        free(model);
    }
    return code;
}

static const char *model_at(const void *context, size_t index)
{
    const char *summary;
    (void)context;
    return lince_architecture_at(index, &summary);
}

/* Before the first is trained, which may take a while. */
static int check_model(job *j, const char *model)
{
    const char *name;
    j->models_asked++;
    for (size_t i = 0; (name = model_at(NULL, i)); i++)
        if (!strcmp(name, model)) return 0;
    if (!*model) return cli_error(LINCE_EUSAGE, "--models: a name is missing");
    name = lince_nearest(model, model_at, NULL);
    if (!name)
        return cli_error(LINCE_EUSAGE, "--models: there is no model '%s'; 'lince help train' lists them",
                         model);
    return cli_error(LINCE_EUSAGE, "--models: there is no model '%s'; did you mean %s?", model, name);
}

/* Where each run is; all are trained. */
static int tell_folders(job *j, int code)
{
    code = lince_processes_all(j->processes, code);
    for (int i = 0; !code && i < j->runs.count; i++)
        code = lince_processes_tell(j->processes, owner_of(j, i), j->folder[i], PATH);
    return code;
}

/* Processes on one machine divide its processors. */
static int share_threads(const job *j)
{
    char threads[SETTING_MAX];
    if (lince_processes_count(j->processes) == 1) return 0;
    if (cli_setting(j->common.settings, "threads", threads) && strcmp(threads, "0") != 0) return 0;
    snprintf(threads, sizeof threads, "%d", lince_processes_threads(j->processes));
    return lince_settings_set(j->common.settings, "threads", threads);
}

static int train_seeds(job *j, const char *model)
{
    int code = 0;
    for (int k = 0; !code && k < j->each; k++) code = train_one(j, model, j->first + (uint64_t)k);
    return code;
}

static int train_all(job *j)
{
    lince_settings *s = j->common.settings;
    char seed[SETTING_MAX], out[SETTING_MAX];
    j->each = 1;
    j->first = cli_setting(s, "seed", seed) ? strtoull(seed, NULL, 10) : 0;
    snprintf(j->base, sizeof j->base, "%s", cli_setting(s, "out", out) ? out : "runs/compared");
    int code = j->seeds ? cli_whole("seeds", j->seeds, &j->each) : 0;
    if (!code) code = each_model(j->models, check_model, j);
    if (!code && (int64_t)j->models_asked * j->each > MOST_RUNS)
        code = cli_error(LINCE_EUSAGE, "compare: at most %d runs", MOST_RUNS);
    if (!code) code = share_split(s);
    if (!code) code = share_threads(j);
    code = lince_processes_all(j->processes, code);
    if (!code) code = tell_folders(j, each_model(j->models, train_seeds, j));
    snprintf(j->base + strlen(j->base), sizeof j->base - strlen(j->base), "/compare");
    return code ? code : lince_settings_set(s, "out", j->base);
}

/* --- the command ---------------------------------------------------------------------------------- */

/* How many of what is given are cross-validations. */
static int count_cv(const job *j)
{
    int count = 0;
    for (int i = 0; i < j->runs.count; i++) count += lince_is_cv(j->at[i]) != 0;
    return count;
}

static int compare_cv(const job *j, int count, const char *out, char *folder, size_t size, char **text)
{
    if (count != 2 || j->runs.count != 2)
        return cli_error(
            LINCE_EUSAGE,
            "compare: of cross-validations two are compared, and nothing else; found: %d, and others: %d",
            count, j->runs.count - count);
    return lince_cv_compare(j->at[0], j->at[1], out, j->common.json, folder, size, text);
}

static int compare(job *j)
{
    char folder[PATH], given[SETTING_MAX], *text = NULL;
    const char *out = cli_setting(j->common.settings, "out", given) ? given : NULL;
    int several = count_cv(j);
    int code = several ? compare_cv(j, several, out, folder, sizeof folder, &text)
                       : lince_compare(j->at, (size_t)j->runs.count, out, j->common.json,
                                       cli_observer(j->common.quiet), folder, sizeof folder, &text);
    cli_clear_line();
    if (code) return code;
    cli_put(stdout, text);
    lince_text_free(text);
    if (!j->common.quiet) fprintf(cli_err, _("report: %s\n"), folder);
    return 0;
}

static int train_and_compare(void *context)
{
    job *j = context;
    if (j->models && j->runs.count)
        return cli_error(LINCE_EUSAGE, "compare: give runs, or --models to train; not both");
    cli_joined_language();
    int code = j->models ? train_all(j) : 0;
    if (!code && !j->common.silent) code = compare(j);
    return lince_processes_all(j->processes, code);
}

static int run(int argc, char **argv)
{
    static job j = {.common = {.parse = cli_parse, .begun = lince_run_settings, .arguments = &j.runs},
                    .runs = {.at = j.at, .most = MOST_RUNS}}; /* too large for the stack */
    const option_spec specs[] = {
        {"models", "A,B", N_("train these on --data first, all with the same settings"), &j.models, NULL},
        {"seeds", "N", N_("train each with this many seeds, from --seed on, on one split"), &j.seeds, NULL},
        JSON_OPTION(j.common),
        TRAINING_OPTIONS(j.common)};
    int code = cli_join(&j.processes);
    if (code) return code;
    j.common.silent = lince_processes_rank(j.processes) > 0;
    return cli_leave(j.processes,
                     cli_train(&cmd_compare, &j.common, argc, argv, specs, train_and_compare, &j));
}

const command cmd_compare = {.name = "compare",
                             .arguments = N_("RUN RUN... | --data PATH --models A,B [options of train]"),
                             .summary = N_("compare runs on the same test samples"),
                             .run = run,
                             .computes = true,
                             .examples = "lince compare runs/vgg16 runs/resnet18\n"
                                         "lince compare runs/cv runs/cv2\n"
                                         "lince compare --data tweets.csv --models rnn,gru,lstm --seeds 3"};
