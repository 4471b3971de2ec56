#include "core/number.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* The thread's locale is borrowed for the length of a call. glibc's "C" locale costs nothing to open. */
static locale_t use_point(locale_t *point)
{
    *point = newlocale(LC_NUMERIC_MASK, "C", NULL);
    return uselocale(*point);
}

static void restore(locale_t previous, locale_t point)
{
    uselocale(previous);
    if (point) freelocale(point);
}

void lince_number_print(char out[LINCE_NUMBER_MAX], double value, int digits)
{
    locale_t point, previous = use_point(&point);
    snprintf(out, LINCE_NUMBER_MAX, "%.*g", digits, value);
    restore(previous, point);
}

const char *lince_number_read(const char *text, double *value)
{
    char *end;
    locale_t point, previous = use_point(&point);
    *value = strtod(text, &end);
    restore(previous, point);
    return end;
}

void lince_number_print_exact(char out[LINCE_NUMBER_MAX], double value)
{
    double back;
    bool round_number = fabs(value) < 1e6 && value == floor(value); /* 10, not 1e+01 */
    for (int digits = round_number ? 6 : 1; digits <= 17; digits++) {
        lince_number_print(out, value, digits);
        lince_number_read(out, &back);
        if (back == value) return;
    }
}
