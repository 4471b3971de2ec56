/* Runs of several labels beside one another, paired by their test samples: as a page, as JSON and as lines of text. */
#ifndef LINCE_REPORT_COMPARE_LABELS_H
#define LINCE_REPORT_COMPARE_LABELS_H

#include <lince/observer.h>

#include <stdbool.h>
#include <stddef.h>

/* Whether a run is of samples with several labels: it says so in its data.json. LINCE_EIO, LINCE_EFORMAT. */
int lince_compares_labels(const char *run, bool *several);

/* Reads and pairs the runs, and writes compare.json, compare.html and compare.md into a new folder, which `out` names
 * or runs/compare; *text, lince_alloc'ed, is what there is to print. LINCE_EDATA as lince_comparison_read. */
int lince_compare_labels(const char *const *runs, size_t count, const char *out, int json, char *folder,
                         size_t folder_size, char **text);

#endif
