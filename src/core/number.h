/* Numbers as text with a decimal point, whatever the locale of the program that embeds the library. */
#ifndef LINCE_CORE_NUMBER_H
#define LINCE_CORE_NUMBER_H

enum { LINCE_NUMBER_MAX = 32 /* bytes of any number printed here */ };

/* With `digits` significant digits (1..17), as %.*g; "nan", "inf" and "-inf" where it is not finite. */
void lince_number_print(char out[LINCE_NUMBER_MAX], double value, int digits);

/* The fewest digits that read back as the same double. */
void lince_number_print_exact(char out[LINCE_NUMBER_MAX], double value);

/* Reads a number at the beginning of `text` and returns what follows it; `text` itself where there is
 * none. */
const char *lince_number_read(const char *text, double *value);

#endif
