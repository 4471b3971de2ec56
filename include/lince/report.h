/* Reports of runs, and comparisons between them: pages that need no network and no server. */
#ifndef LINCE_REPORT_H
#define LINCE_REPORT_H

#include <lince/observer.h>
#include <lince/text.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* (Re)writes report.html and report.md of a run, in "en", "es" or "auto". A figure that cannot be drawn is a
 * warning to the observer (or NULL), and a note in the report. */
LINCE_API int lince_report(const char *run, const char *language, const lince_observer *observer);

/* Records who signs a run's report and what is to stand in it, in the run's config.yaml; NULL: as it was. The
 * next lince_report shows it. */
LINCE_API int lince_report_sign(const char *run, const char *author, const char *notes);

/* Compares finished runs that were tested on the same samples: scores with intervals, tests, cost, figures
 * and a verdict, as compare.html, compare.md and compare.json in a new folder (`out`; NULL: runs/compare),
 * whose name goes to folder[folder_size]. `text`: what to print, a table or, with `json`, compare.json; the
 * caller's (lince_text_free). In the thread's language. LINCE_EINTERRUPTED, before anything is written. */
LINCE_API int lince_compare(const char *const *runs, size_t count, const char *out, int json,
                            const lince_observer *observer, char *folder, size_t folder_size, char **text);

#ifdef __cplusplus
}
#endif
#endif
