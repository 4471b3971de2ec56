/* How compared runs handle context, of texts: by length, with negations and contrasts, how far the gradient
 * reaches back, and what remains of the accuracy when the telling word is farther from the end. All of it
 * is about the test texts, which are the same for all runs; it needs the data, and for the last two the
 * weights. */
#ifndef LINCE_REPORT_CONTEXT_H
#define LINCE_REPORT_CONTEXT_H

#include "report/compare/comparison.h"

/* --- a slice: the texts that have something in common ----------------------------------------------- */

typedef enum lince_slice_kind {
    LINCE_SLICE_LENGTH,   /* from..to words */
    LINCE_SLICE_LONGEST,  /* the quarter with the most words: `from` and more */
    LINCE_SLICE_NEGATION, /* src/text/turns.h */
    LINCE_SLICE_CONTRAST,
    LINCE_SLICE_TURNED, /* either */
    LINCE_SLICE_PLAIN,  /* neither */
} lince_slice_kind;

typedef struct lince_slice {
    lince_slice_kind kind;
    size_t from, to;          /* words, both included; to SIZE_MAX: no end */
    size_t n;                 /* texts */
    lince_interval *accuracy; /* [runs] */
    lince_contest *contests;  /* [runs] against the best run of all */
} lince_slice;

/* --- how far the gradient reaches back -------------------------------------------------------------- */

enum { LINCE_REACH = 64 }; /* distances from the last word that is read: 0, 1, ... */

/* The norm of dLoss/dh of the last recurrent layer's state, `distance` words before the last one; its share
 * is of the norm at the last word, of the same text. */
typedef struct lince_reach_point {
    size_t count; /* of texts that have so many words */
    double mean, median, share_mean, share_median;
} lince_reach_point;

typedef struct lince_reach {
    lince_reach_point at[LINCE_REACH];
    int distances; /* that enough texts have */
    int tenth;     /* the first distance where the median of the shares is below 0.1; -1: there is none */
} lince_reach;

/* --- the telling word farther from the end ---------------------------------------------------------- */

enum { LINCE_MOVES = 5, LINCE_FILLERS = 10 };

extern const int lince_moves[LINCE_MOVES]; /* words put in: 0, 5, 10, 20, 40 */

typedef struct lince_moved {
    lince_interval after[LINCE_MOVES],
        before[LINCE_MOVES]; /* accuracy: fillers behind the word, before it all */
    lince_contest farthest;  /* unmoved (only_best) against the farthest move */
} lince_moved;

/* --- all of it -------------------------------------------------------------------------------------- */

typedef struct lince_context {
    char no_texts[1024]; /* why there is nothing; "": there is */
    struct lince_dataset *dataset;
    size_t *sample;       /* [tests] test sample -> row of the comparison */
    size_t tests;         /* samples of the test part */
    size_t *words;        /* [n], of the comparison's samples: without cutting, by --clean words */
    unsigned char *turns; /* [n] */

    lince_slice *slices;
    size_t slice_count, slice_capacity;

    size_t shown[LINCE_COMPARED_SHOWN], shown_count; /* the runs that the rest is about */

    char no_reach[1024];
    size_t reach_texts;
    lince_reach *reach; /* [shown_count]; NULL: no_reach says why */

    char no_moved[1024];
    size_t moved_texts;
    char fillers[512];  /* separated by blanks */
    lince_moved *moved; /* [shown_count]; NULL: no_moved says why */
} lince_context;

/* Finds all that can be found; what cannot is left out, and says why. Runs of pictures: *context NULL.
 * LINCE_ENOMEM, LINCE_EINTERRUPTED. */
int lince_context_new(lince_context **context, const lince_comparison *comparison);
void lince_context_free(lince_context *context);

/* The parts of it (slices.c, reach.c, moved.c); what is not there they say with an error. */
int lince_context_slices(lince_context *context, const lince_comparison *comparison);
int lince_context_reach(lince_context *context, const lince_comparison *comparison);
int lince_context_moved(lince_context *context, const lince_comparison *comparison);

/* `most` test samples at most, evenly over the test part, which is ordered by class: *sample is
 * lince_alloc'ed. */
int lince_context_sample(const lince_context *context, size_t most, size_t **sample, size_t *count);

/* The slice of a kind; NULL: no text is in it. */
const lince_slice *lince_context_slice(const lince_context *context, lince_slice_kind kind);

/* Figures by_length, reach and moved; nothing is drawn where there is nothing to draw. */
int lince_context_draw_lengths(const lince_comparison *comparison, const char *folder);
int lince_context_draw_reach(const lince_comparison *comparison, const char *folder);
int lince_context_draw_moved(const lince_comparison *comparison, const char *folder);

/* Sections of the page, sentences of the verdict, and what compare.json has of it. */
void lince_context_write_slices(lince_document *d, const lince_comparison *comparison);
void lince_context_write_reach(lince_document *d, const lince_comparison *comparison);
void lince_context_write_moved(lince_document *d, const lince_comparison *comparison);
void lince_context_verdict(const lince_comparison *comparison, lince_buffer *out);
json_t *lince_context_json(const lince_comparison *comparison);

#endif
