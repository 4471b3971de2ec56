/* Cross-validation: each sample is predicted by a model that has not learned from it. */
#ifndef LINCE_CV_H
#define LINCE_CV_H

#include <lince/observer.h>
#include <lince/settings.h>
#include <lince/text.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Trains as many models as the setting `folds` says (0: 5), each on all folds but one, which is its test, as
 * ordinary runs FOLDER/fold-1, FOLDER/fold-2, ..., without their reports; and writes beside them what they
 * say together: cv.json, predictions.csv and label_issues.csv and, but with the setting `no-report`,
 * report.html and report.md, in the thread's language. FOLDER is the setting `out`, or runs/cv; where
 * `resume` names the folder of one that was interrupted, it goes on as if it had not been. Its name goes to
 * folder[folder_size] as soon as it is made. `text`: what to print, a table or, with `json`, cv.json; the
 * caller's (lince_text_free). LINCE_EINTERRUPTED with the fold that is being trained saved. */
LINCE_API int lince_cv(const lince_settings *settings, const char *command, int json,
                       const lince_observer *observer, char *folder, size_t folder_size, char **text);

/* Non-zero: the folder is a cross-validation's. */
LINCE_API int lince_is_cv(const char *folder);

/* Reads the settings that one was begun with over those given. LINCE_EIO where the folder is none. */
LINCE_API int lince_cv_settings(const char *folder, lince_settings *settings);

/* Compares two finished cross-validations with the same folds by the corrected resampled t-test (Nadeau and
 * Bengio 2003), as compare.html, compare.md and compare.json in a new folder (`out`; NULL: runs/compare).
 * `text` as above. LINCE_EDATA where their folds are others. */
LINCE_API int lince_cv_compare(const char *first, const char *second, const char *out, int json, char *folder,
                               size_t folder_size, char **text);

#ifdef __cplusplus
}
#endif
#endif
