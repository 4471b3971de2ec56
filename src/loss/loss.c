#include "loss/loss.h"
#include "core/choice.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/number.h"
#include "kernels/op.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const lince_loss_type *const losses[] = {
#define LOSS(row) &row,
#include "loss/list.def"
};

const lince_loss_type *lince_loss_at(size_t index)
{
    return index < sizeof losses / sizeof *losses ? losses[index] : NULL;
}

const char *lince_loss_name_at(const void *context, size_t index)
{
    (void)context;
    const lince_loss_type *loss = lince_loss_at(index);
    return loss ? loss->name : NULL;
}

const lince_loss_type *lince_loss_named(const char *name)
{
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
        if (!strcmp(losses[i]->name, name)) return losses[i];
    lince_choice_check("loss", name, lince_loss_name_at, NULL);
    return NULL;
}

double lince_loss_gradient(const lince_exec *exec, const lince_loss *l, const float *scores, size_t n,
                           int classes, const lince_targets *targets, float *dscores, float *each)
{
    double mean = 0;
    lince_op_run(exec, LINCE_OP_LOSS,
                 &(lince_loss_args){.name = l->type->name,
                                    .number = l->number,
                                    .function = l->type->gradient,
                                    .loss = l,
                                    .scores = scores,
                                    .n = n,
                                    .classes = classes,
                                    .targets = targets,
                                    .dscores = dscores,
                                    .each = each,
                                    .mean = &mean});
    return mean;
}

double lince_loss_weight(const lince_targets *t, size_t n)
{
    double weight = 0;
    if (t->partner || t->asked || !t->weight) return (double)n;
    for (size_t i = 0; i < n; i++) weight += (double)t->weight[t->label[i]];
    return weight;
}

/* Of several labels: each with its frequency, whatever the sample. */
static double chance_of_several(const lince_loss *l, const double *share, int classes)
{
    double sum = 0;
    for (int c = 0; c < classes; c++) {
        double p = share ? fmin(fmax(share[c], 1e-9), 1 - 1e-9) : 0.5;
        sum += p * l->type->term(l, log(p)).value + (1 - p) * l->type->term(l, log1p(-p)).value;
    }
    return sum / classes;
}

double lince_loss_chance(const lince_loss *l, const double *share, int classes, float *scores)
{
    if (l->type->several) return chance_of_several(l, share, classes);
    double mean = 0;
    for (int c = 0; c < classes; c++) /* the softmax of these are the shares */
        scores[c] = share ? (float)log(fmax(share[c], 1e-30)) : 0.0f;
    for (int c = 0; c < classes && share; c++)
        if (share[c] > 0) mean += share[c] * l->type->value(l, scores, classes, 1, c);
    return share ? mean : (double)l->type->value(l, scores, classes, 1, 0);
}

void lince_loss_print(const lince_loss *l, char out[LINCE_LOSS_TEXT])
{
    char number[LINCE_NUMBER_MAX];
    lince_number_print_exact(number, l->number);
    snprintf(out, LINCE_LOSS_TEXT, "%s%s%s", l->type->name, l->type->setting ? ":" : "",
             l->type->setting ? number : "");
}

int lince_loss_parse(lince_loss *l, const char *text)
{
    char name[LINCE_LOSS_TEXT], again[LINCE_LOSS_TEXT];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
    *l = (lince_loss){.type = lince_loss_named(name)};
    if (!l->type) return LINCE_EDATA;
    if (l->type->setting)
        lince_number_read(text + strcspn(text, ":") + (strchr(text, ':') != NULL), &l->number);
    lince_loss_print(l, again);
    return !strcmp(text, again) ? 0 : lince_fail(LINCE_EDATA, "'%.40s' is no loss as lince writes it", text);
}
