/* The report's sections, in order. */
#ifndef LINCE_REPORT_SECTIONS_H
#define LINCE_REPORT_SECTIONS_H

#include "report/document.h"
#include "report/facts.h"

typedef struct lince_section {
    const char *title; /* untranslated */
    void (*write)(lince_document *d, const lince_facts *facts);
} lince_section;

extern const lince_section lince_sections[];
extern const size_t lince_section_count;

/* src/report/discussion.c */
void lince_section_discussion(lince_document *d, const lince_facts *facts);

/* The most confused pairs of classes, most first; returns how many were found, at most `most`. */
typedef struct lince_confused_pair {
    int true_class, predicted;
    int64_t count;
} lince_confused_pair;

int lince_most_confused(const lince_metrics *metrics, lince_confused_pair *pairs, int most);

#endif
