#include "core/number.h"
#include "core/plain_locale.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

void lince_number_print(char out[LINCE_NUMBER_MAX], double value, int digits)
{
    LINCE_PLAIN_LOCALE;
    snprintf(out, LINCE_NUMBER_MAX, "%.*g", digits, value);
}

const char *lince_number_read(const char *text, double *value)
{
    LINCE_PLAIN_LOCALE;
    char *end;
    *value = strtod(text, &end);
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
