/* Labels that are better looked at: nothing is changed, because who made the table may have meant them. */
#include "core/buffer.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/number.h"
#include "data/index/texts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

/* What programs write where there is no value. */
static const char *const missing[] = {"nan", "null", "none", "nil",       "na",
                                      "n/a", "#n/a", "<na>", "undefined", "nat"};

static bool is_missing(const char *label)
{
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (!strcasecmp(label, missing[i])) return true;
    return false;
}

static int note_missing(lince_dataset *d, const size_t *counts)
{
    for (size_t c = 0; c < d->class_count; c++)
        if (is_missing(d->classes[c]))
            LINCE_TRY(lince_dataset_add_note(d,
                                             _("texts with the label %s, which often means that there is "
                                               "none: %zu; --drop-label %s leaves them out"),
                                             d->classes[c], counts[c], d->classes[c]));
    return 0;
}

static int note_single(lince_dataset *d, const size_t *counts)
{
    enum { SHOWN = 5 };
    lince_buffer names = {0};
    size_t n = 0;
    for (size_t c = 0; c < d->class_count; c++) {
        if (counts[c] != 1) continue;
        if (n++ <= SHOWN)
            lince_buffer_printf(&names, "%s%s", n > 1 ? ", " : "", n > SHOWN ? "..." : d->classes[c]);
    }
    int code = names.error;
    if (n && !code)
        code = lince_dataset_add_note(
            d, _("classes of one text, which cannot be both learned and tested: %zu (%s)"), n, names.data);
    lince_buffer_release(&names);
    return code;
}

static bool same_number(const char *a, const char *b)
{
    double left, right;
    const char *a_end = lince_number_read(a, &left), *b_end = lince_number_read(b, &right);
    return a_end > a && !*a_end && b_end > b && !*b_end && left == right;
}

/* Without capitals, to be released by free; NULL: out of memory, or not UTF-8. */
static char *folded(const char *label)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_option_t options = UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
    utf8proc_map((const utf8proc_uint8_t *)label, 0, &out, options);
    return (char *)out;
}

static int note_pair(lince_dataset *d, const char *a, const char *b, char *const *fold, size_t i, size_t k)
{
    if (same_number(a, b))
        return lince_dataset_add_note(d, _("the labels %s and %s are the same number, and two classes"), a,
                                      b);
    if (fold[i] && fold[k] && !strcmp(fold[i], fold[k]))
        return lince_dataset_add_note(d,
                                      _("the labels %s and %s differ in capitals only, and are two classes"),
                                      a, b);
    return 0;
}

static int note_twins(lince_dataset *d)
{
    char **fold = lince_alloc(d->class_count + 1, sizeof *fold);
    int code = fold ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; !code && i < d->class_count; i++) {
        fold[i] = folded(d->classes[i]);
        for (size_t k = 0; !code && k < i; k++) code = note_pair(d, d->classes[k], d->classes[i], fold, i, k);
    }
    for (size_t i = 0; fold && i < d->class_count; i++) free(fold[i]);
    lince_free(fold);
    return code;
}

int lince_text_note_labels(lince_dataset *d)
{
    size_t *counts = lince_alloc(d->class_count + 1, sizeof *counts);
    int code = counts ? 0 : LINCE_ENOMEM;
    for (int p = 0; !code && p < LINCE_PARTS; p++)
        for (size_t i = 0; i < d->parts[p].count; i++) {
            const int32_t *labels;
            size_t n = lince_dataset_labels(d, (lince_part)p, i, &labels);
            for (size_t k = 0; k < n; k++) counts[labels[k]]++;
        }
    if (!code) code = note_missing(d, counts);
    if (!code) code = note_single(d, counts);
    if (!code) code = note_twins(d);
    lince_free(counts);
    return code;
}
