/* The report's sections, in order. A new one is one file (section_*.c) and one line in the table of
 * sections.c; it says which kinds of samples it is for, and how many labels they have. */
#ifndef LINCE_REPORT_SECTIONS_H
#define LINCE_REPORT_SECTIONS_H

#include "report/facts/facts.h"
#include "report/page/document.h"

typedef struct lince_section {
    const char *title; /* untranslated */
    lince_kinds kinds;
    lince_labels labels;
    void (*write)(lince_document *d, const lince_facts *facts);
} lince_section;

extern const lince_section lince_sections[];
extern const size_t lince_section_count;

void lince_section_data(lince_document *d, const lince_facts *facts);
void lince_section_leaks(lince_document *d, const lince_facts *facts);
void lince_section_transforms(lince_document *d, const lince_facts *facts);
void lince_section_texts(lince_document *d, const lince_facts *facts);
void lince_section_architecture(lince_document *d, const lince_facts *facts);
void lince_section_settings(lince_document *d, const lince_facts *facts);
void lince_section_progress(lince_document *d, const lince_facts *facts);
void lince_section_test(lince_document *d, const lince_facts *facts);
void lince_section_labels(lince_document *d, const lince_facts *facts);
void lince_section_looks(lince_document *d, const lince_facts *facts);
void lince_section_sounds(lince_document *d, const lince_facts *facts);
void lince_section_words(lince_document *d, const lince_facts *facts);
void lince_section_checks(lince_document *d, const lince_facts *facts);
void lince_section_discussion(lince_document *d, const lince_facts *facts);
void lince_section_label_discussion(lince_document *d, const lince_facts *facts);
void lince_section_reproduction(lince_document *d, const lince_facts *facts);

/* Parts of the test's: results by group, where groups are known; which views of pictures were averaged; and what a
 * temperature has changed, where one was fitted, and 8 bits, where there are weights in them. */
void lince_write_groups(lince_document *d, const lince_facts *facts);
void lince_write_views(lince_document *d, const lince_facts *facts);
void lince_write_temperature(lince_document *d, const lince_facts *facts);
void lince_write_quantized(lince_document *d, const lince_facts *facts);

/* Of several labels: a class's own matrix, two by two, a row. */
void lince_write_label_confusions(lince_document *d, const lince_label_metrics *metrics);

/* What stands above them: the result at a glance. */
void lince_section_summary(lince_document *d, const lince_facts *facts);

/* --- for several of them -------------------------------------------------------------------------- */

/* 134301514 as "134.30 M"; below 10000 every digit. Returns `text`. */
const char *lince_count_text(double n, char text[32]);

/* The same in a cell; "–" for 0. */
void lince_cell_count(lince_document *d, double n);

/* 0.8512 as "85.12 %"; "–" for NaN. */
void lince_cell_percent(lince_document *d, double fraction);

/* A text in one line; where it is too long for a cell its end is left out, and "…" stands for it. */
void lince_cell_text(lince_document *d, const char *text);

/* 3725 seconds as "1 h 02 min", 95 as "1 min 35 s". */
const char *lince_duration(double seconds, char out[32]);

/* Adds `name` to a list of names in a text: "cat, dog". */
void lince_add_name(char *text, size_t size, const char *name);

/* What explain.json says of a sample: "cat as dog (93 %)", or of several labels "cat missed (12 %)". */
void lince_case_text(const lince_document *d, const json_t *sample, char *out, size_t size);

/* The most confused pairs of classes, most first; returns how many were found, at most `most`. */
typedef struct lince_confused_pair {
    int true_class, predicted;
    int64_t count;
} lince_confused_pair;

int lince_most_confused(const lince_metrics *metrics, lince_confused_pair *pairs, int most);

/* The classes by F1, the best first, equal ones in their order: lince_alloc'ed; NULL: out of memory, which is told
 * at the end of the text that they are for. */
int *lince_classes_by_f1(const lince_metrics *metrics, lince_buffer *text);

/* Beyond so many classes a matrix or a row of bars is no longer read class by class. */
enum { LINCE_MANY_CLASSES = 20 };

/* Of results by group, the least accurate of which is first, how many are shown: of many only those with an error. */
enum { LINCE_MANY_GROUPS = 20, LINCE_GROUPS_SHOWN = 60 };
size_t lince_groups_shown(const json_t *of);

#endif
