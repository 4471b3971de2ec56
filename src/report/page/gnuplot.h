/* gnuplot, started without a shell. */
#ifndef LINCE_REPORT_GNUPLOT_H
#define LINCE_REPORT_GNUPLOT_H

#include "core/buffer.h"

#include <stdbool.h>

/* 'text' as a gnuplot literal; nothing in it is read as a command or as markup (figures are `noenhanced`). */
void lince_gnuplot_quote(lince_buffer *out, const char *text);

/* 'label' place, of a list of tics: gnuplot takes a tic's label for a format, so that a % in it is
 * doubled. */
void lince_gnuplot_tic(lince_buffer *out, const char *label, int place);

/* Below `folder`: writes plots/<name>.gp and draws <name>.svg and <name>.png with it; of a `narrow` figure
 * <name>-narrow.gp and <name>-narrow.svg alone, for pages on small screens. `data` are datablocks; `body` the
 * commands that draw, run once for each kind. LINCE_EUNSUPPORTED where there is no gnuplot; LINCE_EIO with
 * what it said. What could not be drawn leaves no picture behind, neither half of one nor an earlier one. */
int lince_gnuplot_draw(const char *folder, const char *name, bool narrow, int width, int height,
                       const lince_buffer *data, const lince_buffer *body);

/* Removes all pictures of a figure, where there are any. */
void lince_gnuplot_remove(const char *folder, const char *name);

#endif
