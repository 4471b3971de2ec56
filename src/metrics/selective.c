#include "metrics/selective.h"

#include <stdlib.h>

static int by_falling_confidence(const void *a, const void *b)
{
    const lince_answered *left = a, *right = b;
    return (left->confidence < right->confidence) - (left->confidence > right->confidence);
}

void lince_answered_sort(lince_answered *answers, size_t n)
{
    qsort(answers, n, sizeof *answers, by_falling_confidence);
}

lince_selection lince_selection_at(const lince_answered *answers, size_t n, double least)
{
    lince_selection s = {.least = least};
    for (size_t i = 0; i < n && (double)answers[i].confidence >= least; i++) {
        s.answered++;
        s.right += answers[i].right;
    }
    return s;
}

static double share(const lince_selection *s)
{
    return s->answered ? (double)s->right / (double)s->answered : 0;
}

bool lince_selection_for(const lince_answered *answers, size_t n, double wanted, lince_selection *selection)
{
    lince_selection now = {0}, most = {0};
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        now =
            (lince_selection){(double)answers[i].confidence, now.answered + 1, now.right + answers[i].right};
        bool tied = i + 1 < n && answers[i + 1].confidence == answers[i].confidence;
        bool enough = share(&now) >= wanted;
        if (tied || (found && !enough) || (!found && !enough && share(&now) < share(&most))) continue;
        found |= enough;
        most = now;
    }
    *selection = most;
    return found;
}
