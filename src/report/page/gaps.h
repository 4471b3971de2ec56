/* What a page lacks because it could not be drawn: told at once, and kept for the page itself. */
#ifndef LINCE_REPORT_GAPS_H
#define LINCE_REPORT_GAPS_H

#include <lince/observer.h>

typedef struct lince_gaps {
    const lince_observer *observer;     /* or NULL */
    char figures[1024], pictures[1024]; /* why; "" where all was drawn */
} lince_gaps;

/* A figure was drawn (code 0) or was not, and lince_error() says why: a warning, and one line more in
 * `figures`. Returns 0 where the next one may be tried, and the code where it would fail alike: no
 * gnuplot. */
int lince_gaps_figure(lince_gaps *gaps, int code);

/* The same for what needs the data and the network. */
void lince_gaps_pictures(lince_gaps *gaps, int code);

#endif
