#include "core/nearest.h"

#include <string.h>

enum { LONGEST = 63 };

static int least(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

/* Optimal string alignment (restricted Damerau-Levenshtein), three rows at a time. */
int lince_edit_distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST) return LONGEST + 1;
    int rows[3][LONGEST + 1];
    for (size_t j = 0; j <= m; j++) rows[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
    }
    return rows[n % 3][m];
}

const char *lince_nearest(const char *word, const char *(*name_at)(const void *context, size_t index),
                          const void *context)
{
    const char *best = NULL, *name;
    if (!word || !name_at) return NULL;
    int best_distance = (int)strlen(word) / 3 + 1;
    for (size_t i = 0; (name = name_at(context, i)); i++) {
        int distance = lince_edit_distance(word, name);
        if (distance <= best_distance && (!best || distance < best_distance))
            best = name, best_distance = distance;
    }
    for (size_t i = 0; !best && strlen(word) > 1 && (name = name_at(context, i)); i++)
        if (!strncmp(name, word, strlen(word))) best = name; /* "cos" for "cosine" */
    return best;
}
