#include "picture/decode/range.h"
#include "core/error.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int lince_range_parse(const char *text, lince_range *range)
{
    double low, high;
    if (!strcmp(text, "auto")) return 1;
    if (!strcmp(text, "full")) {
        *range = (lince_range){0};
        return 0;
    }
    const char *colon = lince_number_read(text, &low),
               *end = *colon == ':' ? lince_number_read(colon + 1, &high) : text;
    bool numbers = colon != text && end > colon + 1 && !*end;
    if (!numbers || !isfinite(low) || !isfinite(high) || !(low < high) || !isfinite(high - low))
        return lince_fail(LINCE_EUSAGE,
                          "--range %s: expected auto, full, or the values that are black and white as "
                          "LOW:HIGH, 0:4095",
                          text);
    *range = (lince_range){true, low, high};
    return 0;
}

void lince_range_print(char out[LINCE_RANGE_MAX], const lince_range *range)
{
    char low[LINCE_NUMBER_MAX], high[LINCE_NUMBER_MAX];
    lince_number_print_exact(low, range->low);
    lince_number_print_exact(high, range->high);
    if (range->given)
        snprintf(out, LINCE_RANGE_MAX, "%s:%s", low, high);
    else
        snprintf(out, LINCE_RANGE_MAX, "full");
}

uint8_t lince_range_level(const lince_range *range, double value)
{
    if (!(value > range->low)) return 0;
    if (value >= range->high) return 255;
    double level = (value - range->low) / (range->high - range->low) * 256;
    return level < 255 ? (uint8_t)level : 255;
}

void lince_extent_add(lince_extent *e, double value)
{
    if (!isfinite(value)) return;
    if (!e->count++) e->least = e->greatest = value;
    if (value < e->least) e->least = value;
    if (value > e->greatest) e->greatest = value;
}

void lince_extent_join(lince_extent *e, const lince_extent *other)
{
    if (!other->count) return;
    lince_extent_add(e, other->least);
    lince_extent_add(e, other->greatest);
}
