/* A search as its folder keeps it: what was asked for (search/config.yaml, search/search.json), and a journal
 * of what came out, a line a leg (search/journal.jsonl). All else follows from these. */
#ifndef LINCE_TUNE_RECORD_H
#define LINCE_TUNE_RECORD_H

#include "core/file.h"
#include "settings/settings.h"
#include "tune/asha.h"
#include "tune/space.h"

#include <lince/tune.h>

/* One leg of a trial: from where it stood to a rung's epochs. */
typedef struct lince_leg {
    size_t number; /* of all decisions, in their order; some are to wait, and leave no leg */
    size_t trial;
    int rung;
    int epochs;     /* that the trial has behind it */
    double value;   /* of the objective; NAN where it failed */
    bool ended;     /* by itself, before all its epochs (--patience) */
    char *reason;   /* why it failed; NULL */
    double seconds; /* of this leg */
    double at;      /* when it came in: seconds that the search has run */
} lince_leg;

typedef struct lince_trial {
    char **value;  /* [dimensions], as set */
    double *place; /* [dimensions] */
    lince_standing standing;
    const lince_leg *last; /* the one that came in last; NULL: none */
} lince_trial;

typedef struct lince_search {
    char folder[LINCE_PATH_MAX];
    lince_settings settings; /* of all trials */
    lince_space space;
    lince_rungs rungs;
    lince_tune_sampler sampler;
    lince_tune_objective objective;
    int trials_wanted; /* 0: no limit */
    double budget;     /* seconds; 0: no limit */
    int jobs;          /* legs at a time: what a decision may know depends on it */
    bool ended, over;  /* its winner is chosen; the budget ended it */
    lince_trial *trials;
    size_t count, capacity;
    lince_leg **legs; /* those that came in, in their order */
    size_t leg_count, leg_capacity;
    lince_buffer journal;
} lince_search;

/* The three files of a new search. */
int lince_search_begin(lince_search *search, const char *command);

/* Reads all of it, from `folder`, into a zeroed one; trials and standings are left to lince_search_apply. */
int lince_search_read(lince_search *search, const char *folder);

/* search.json anew: of one that ended, or that goes on with more. */
int lince_search_write_options(const lince_search *search);
void lince_search_release(lince_search *search);

/* Adds a trial at a place, and its folder's name: trials/NNN, and OUT/trials/NNN. */
int lince_search_add_trial(lince_search *search, const double *place);
void lince_search_trial_name(size_t trial, char name[64]);
void lince_search_trial_folder(const lince_search *search, size_t trial, char path[LINCE_PATH_MAX]);

/* "lr=0.01 batch-size=32" */
void lince_search_trial_text(const lince_search *search, size_t trial, lince_buffer *out);

/* Writes a leg that came in to the journal; once it is there the search owns it. */
int lince_search_add_leg(lince_search *search, lince_leg *leg);

/* What decisions know from now on of the leg's trial. */
void lince_search_apply(lince_search *search, const lince_leg *leg);

/* The higher the better. */
double lince_search_score(const lince_search *search, double value);

extern const char *const lince_tune_samplers[], *const lince_tune_objectives[];

#endif
