/* The figures that are drawn from numbers: loss, accuracy, lr, confusion, confusion_normalised, confused,
 * per_class, groups, calibration, calibration_before, roc, precision_recall, lengths. Those that a run has nothing
 * for are left out. */
#ifndef LINCE_REPORT_FIGURES_H
#define LINCE_REPORT_FIGURES_H

#include "report/facts/facts.h"
#include "report/page/gaps.h"
#include "report/page/gnuplot.h"

/* Draws all into the run's plots/, titles in the thread's language; what cannot be drawn is a gap. */
void lince_figures_draw(const lince_facts *facts, lince_gaps *gaps);

/* One of them, by its name, into the folder's plots/: "confusion" needs no more of the facts than `tested` and `test`.
 * As lince_gnuplot_draw. */
int lince_figure_draw(const lince_facts *facts, const char *folder, const char *name);

/* --- for the figures: a new one is one function and one line in the table of figures.c ------------- */

/* One figure being put together: gnuplot's datablocks, and the commands that draw them. */
typedef struct lince_figure {
    const lince_facts *facts;
    bool narrow;       /* to be read on a screen of 390 pixels */
    int width, height; /* 820 x 400 or, narrow, 360 x 300, where the function does not change it */
    lince_buffer data, body;
} lince_figure;

/* Each returns false where there is nothing to draw. */
bool lince_figure_loss(lince_figure *g);
bool lince_figure_accuracy(lince_figure *g);
bool lince_figure_lr(lince_figure *g);
bool lince_figure_confusion(lince_figure *g);
bool lince_figure_confusion_normalised(lince_figure *g);
bool lince_figure_confused(lince_figure *g);
bool lince_figure_per_class(lince_figure *g);
bool lince_figure_calibration(lince_figure *g);
bool lince_figure_calibration_before(lince_figure *g);
bool lince_figure_roc(lince_figure *g);
bool lince_figure_precision_recall(lince_figure *g);
bool lince_figure_lengths(lince_figure *g);
bool lince_figure_groups(lince_figure *g);

/* A command with a text behind it: set xlabel 'epoch'. */
void lince_figure_label(lince_figure *g, const char *command, const char *text);

/* A name, or of a longer one as many letters as there is room for. */
void lince_figure_name(lince_buffer *out, const char *name, int letters);

#endif
