#include "cli.h"
#include "core/i18n.h"

#include <stdio.h>
#include <string.h>

enum { MOST_RUNS = 64, PATH = 4096 };

typedef struct job {
    lince_settings settings;
    const char *config, *models, *seeds;
    bool json, quiet, help;
    char folder[MOST_RUNS][PATH]; /* of the runs */
    const char *runs[MOST_RUNS];
    int count;
    char *line; /* the command, for the runs' config.yaml */
} job;

/* --- training what is to be compared -------------------------------------------------------------- */

/* Trains one model with one seed into <out>/<model>[-seed<n>]. */
static int train_one(job *j, const char *base, const char *model, int seed, int seeds)
{
    char out[PATH], number[32];
    lince_settings *s = &j->settings;
    if (j->count == MOST_RUNS) {
        fprintf(stderr, _("lince compare: at most %d runs\n"), MOST_RUNS);
        return LINCE_EUSAGE;
    }
    snprintf(number, sizeof number, "%d", seed);
    snprintf(out, sizeof out, seeds > 1 ? "%s/%s-seed%d" : "%s/%s", base, model, seed);
    int code = lince_settings_set(s, "model", model);
    if (!code) code = lince_settings_set(s, "seed", number);
    if (!code) code = lince_settings_set(s, "out", out);
    if (!code) code = lince_train(s, j->line, cli_observer(j->quiet), j->folder[j->count], PATH);
    if (!code) j->runs[j->count] = j->folder[j->count], j->count++;
    return code;
}

/* All seeds share one split: the first seed's, where none is given. */
static int train_all(job *j)
{
    char base[PATH], model[64], split[32];
    lince_settings *s = &j->settings;
    int seeds = 1, first = (int)s->seed;
    int code = j->seeds ? cli_whole("seeds", j->seeds, &seeds) : 0;
    snprintf(base, sizeof base, "%s", s->out && *s->out ? s->out : "runs/compared");
    snprintf(split, sizeof split, "%d", s->split_seed < 0 ? first : s->split_seed);
    if (!code) code = lince_settings_set(s, "split-seed", split);
    for (const char *at = j->models; !code && *at;) {
        size_t length = strcspn(at, ",");
        snprintf(model, sizeof model, "%.*s", (int)length, at);
        for (int k = 0; !code && k < seeds; k++) code = train_one(j, base, model, first + k, seeds);
        at += length + (at[length] == ',');
    }
    snprintf(base + strlen(base), sizeof base - strlen(base), "/compare");
    return code ? code : lince_settings_set(s, "out", base);
}

/* --- the command ---------------------------------------------------------------------------------- */

static int compare(job *j)
{
    char folder[PATH], *text = NULL;
    int code = lince_compare(j->runs, (size_t)j->count, j->settings.out, j->json, cli_observer(j->quiet),
                             folder, sizeof folder, &text);
    cli_clear_line();
    if (code) return code;
    fputs(text, stdout);
    lince_text_free(text);
    if (!j->quiet) fprintf(stderr, _("report: %s\n"), folder);
    return 0;
}

int cmd_compare(int argc, char **argv)
{
    static job j; /* too large for the stack */
    const option_spec specs[] = {
        {"models", "A,B,...", N_("train these on --data first, all with the same settings"), &j.models, NULL},
        {"seeds", "N", N_("each with so many seeds, from --seed on, on one split"), &j.seeds, NULL},
        {"config", "FILE.yaml", N_("settings from a file; options given here override them"), &j.config,
         NULL},
        {"json", NULL, N_("print one JSON object"), NULL, &j.json},
        {"quiet", NULL, N_("no progress"), NULL, &j.quiet},
        {"help", NULL, N_("this help"), NULL, &j.help},
        {NULL, NULL, NULL, NULL, NULL}};
    int code = argc > MOST_RUNS
                   ? cli_too_many(argv[0])
                   : cli_read_settings(argc, argv, specs, &j.settings, &j.config, j.runs, &j.count);
    if (!code && j.help) {
        lince_settings_release(&j.settings);
        return cli_usage("compare", specs);
    }
    if (!code && j.models && j.count) {
        fprintf(stderr, _("lince compare: give runs, or --models to train; not both\n"));
        lince_settings_release(&j.settings);
        return EXIT_USAGE;
    }
    if (!code && j.settings.lang) code = lince_language_set(j.settings.lang);
    j.line = cli_command_line(argc, argv);
    cli_catch_signals();
    if (!code && j.models) code = train_all(&j);
    if (!code) code = compare(&j);
    lince_text_free(j.line);
    lince_settings_release(&j.settings);
    return code ? cli_fail(code) : EXIT_DONE;
}
