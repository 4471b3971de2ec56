#include "core/class_order.h"
#include "core/memory.h"
#include "core/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* The values of all names; false where one of them is not a number. */
static bool read_all(const char *(*name_at)(const void *classes, size_t index), const void *classes,
                     size_t count, double *values)
{
    for (size_t c = 0; c < count; c++) {
        const char *name = name_at(classes, c), *end = lince_number_read(name, &values[c]);
        if (end == name || *end || !isfinite(values[c])) return false;
    }
    return true;
}

/* 1 and 1.0 stay as they are. */
static int by_value(const void *a, const void *b, void *values)
{
    int i = *(const int *)a, k = *(const int *)b;
    double left = ((const double *)values)[i], right = ((const double *)values)[k];
    return left < right ? -1 : left > right ? 1 : i - k;
}

int *lince_class_order(const char *(*name_at)(const void *classes, size_t index), const void *classes,
                       size_t count)
{
    int *order = lince_alloc(count + 1, sizeof *order);
    double *values = lince_alloc(count + 1, sizeof *values);
    if (!order || !values) {
        lince_free(order);
        lince_free(values);
        return NULL;
    }
    for (size_t c = 0; c < count; c++) order[c] = (int)c;
    if (read_all(name_at, classes, count, values)) qsort_r(order, count, sizeof *order, by_value, values);
    lince_free(values);
    return order;
}
