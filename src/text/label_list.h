/* Fields that hold several labels: "cat|dog" with a separator, or as JSON and Python write lists, ["cat", "dog"]. */
#ifndef LINCE_TEXT_LABEL_LIST_H
#define LINCE_TEXT_LABEL_LIST_H

#include "core/buffer.h"
#include "core/hash.h"

enum { LINCE_LABEL_MAX = 200 /* bytes */ };

/* What separates labels that did not stand in a field, but one by one: no name holds it. */
#define LINCE_LABEL_UNIT '\x1f'

/* A field's labels, one after the other. */
typedef struct lince_label_list {
    const char *at;
    char separator;
    bool bracketed;
} lince_label_list;

lince_label_list lince_label_list_of(const char *field, char separator);

/* The next label, without the blanks around it: 1; 0 at the end; LINCE_EFORMAT: one of more than LINCE_LABEL_MAX
 * bytes. What is empty is none. */
int lince_label_next(lince_label_list *list, char label[LINCE_LABEL_MAX + 1]);

/* Of n labels the field that holds them: "cat|dog", or where a name could be taken for a list itself, ["cat|dog"]. */
void lince_label_list_put(lince_buffer *out, const char *const *names, const int32_t *labels, size_t n);

/* Whether a column's values are lists, seen from those that are different. */
typedef struct lince_label_survey {
    lince_map pieces; /* of how many values each is one */
    size_t filled, bracketed;
    bool separated, shared; /* a value has several pieces; a piece is one of several values */
} lince_label_survey;

/* Whether it can be one: most values need no more than this look. */
bool lince_label_may_be_list(const char *text, size_t size, char separator);

/* LINCE_ENOMEM. Release in any case. */
int lince_label_survey_add(lince_label_survey *survey, const char *text, char separator);
void lince_label_survey_release(lince_label_survey *survey);

/* All stand in brackets; or some have several pieces, of which others have some, too: "up|down" alone may be a name. */
bool lince_label_survey_says(const lince_label_survey *survey);

#endif
