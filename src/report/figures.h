/* The figures that are drawn from numbers: loss, accuracy, lr, confusion, confusion_normalised, per_class,
 * calibration. Those that a run has nothing for are left out. */
#ifndef LINCE_REPORT_FIGURES_H
#define LINCE_REPORT_FIGURES_H

#include "report/facts.h"

/* Draws all into the run's plots/, titles in `language`; the first failure (no gnuplot: LINCE_EUNSUPPORTED).
 */
int lince_figures_draw(const lince_facts *facts, const char *language);

#endif
