#include "train/loop/freezing.h"
#include "core/error.h"
#include "core/i18n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether a layer counts in "--freeze N". */
static bool has_weights(const lince_layer *l)
{
    return l->param_count > 0 && !l->type->norm;
}

/* The last node of what `text` names. */
static int frozen_until(lince_net *net, const lince_architecture *a, const char *option, const char *text,
                        int *last)
{
    char *end;
    long number = strtol(text, &end, 10);
    int layers = 0, nodes = (int)lince_net_nodes(net);
    bool none = !strcmp(text, "none"), features = !strcmp(text, "features") && *a->classifier,
         head = !strcmp(text, "all-but-head") || (!strcmp(text, "features") && !*a->classifier),
         count = *text && !*end && number >= 0;
    *last = 0;
    if (!none && !features && !head && !count)
        return lince_fail(LINCE_EUSAGE,
                          "--%s %s: expected none, features, all-but-head or a number of layers", option,
                          text);
    for (int i = 1; i < nodes && !none; i++) {
        const lince_layer *l = lince_net_layer(net, (size_t)i);
        layers += has_weights(l);
        bool kept = features ? strncmp(l->name, a->classifier, strlen(a->classifier)) != 0
                    : head   ? !l->head
                             : layers <= number;
        if (!kept) return 0;
        *last = i;
    }
    if (none) return 0;
    return lince_fail(LINCE_EUSAGE,
                      "--%s %s: %s has %d layers with weights, and nothing would be left to train", option,
                      text, a->name, layers);
}

/* One "N:what" up to the comma or, where the option has something for a list without one, "N". */
static int add_stage(lince_freezing *f, lince_net *net, const lince_architecture *a, const char *option,
                     const char *text, size_t length)
{
    char item[64], *end;
    const int before = f->count - 1;
    bool thaws = !strcmp(option, "unfreeze");
    if (length >= sizeof item || f->count == LINCE_STAGES_MAX)
        return lince_fail(LINCE_EUSAGE, "--%s %s: expected up to %d of epoch:what", option, text,
                          LINCE_STAGES_MAX - 1);
    snprintf(item, sizeof item, "%.*s", (int)length, text);
    long epoch = strtol(item, &end, 10);
    if (end == item || (*end ? *end != ':' : !thaws) || epoch < 2 || epoch > 100000)
        return thaws
                   ? lince_fail(
                         LINCE_EUSAGE,
                         "--unfreeze %s: expected an epoch from 2 on, or a list like 3:features,6:none", item)
                   : lince_fail(LINCE_EUSAGE,
                                "--freeze %s: expected epoch:what with an epoch from 2 on, as in none,4:1",
                                item);
    f->stage[f->count].epoch = (int)epoch - 1;
    LINCE_TRY(frozen_until(net, a, option, *end ? end + 1 : "none", &f->stage[f->count].last));
    int change = f->stage[f->count].last - f->stage[before].last;
    if (f->stage[f->count].epoch <= f->stage[before].epoch || (thaws ? change >= 0 : change <= 0))
        return lince_fail(
            LINCE_EUSAGE,
            thaws ? N_("--unfreeze %s: expected a later epoch and fewer frozen layers than before it")
                  : N_("--freeze %s: expected a later epoch and more frozen layers than before it"),
            item);
    f->count++;
    return 0;
}

/* The stages of a list, "epoch:what,...". */
static int add_stages(lince_freezing *f, lince_net *net, const lince_architecture *a, const char *option,
                      const char *list)
{
    while (list && *list) {
        size_t length = strcspn(list, ",");
        LINCE_TRY(add_stage(f, net, a, option, list, length));
        list += length + (list[length] == ',');
    }
    return 0;
}

int lince_freezing_plan(lince_freezing *f, lince_net *net, const lince_architecture *a, const char *freeze,
                        const char *unfreeze)
{
    char first[64];
    if (!freeze) freeze = "none";
    size_t length = strcspn(freeze, ",");
    *f = (lince_freezing){.count = 1};
    snprintf(first, sizeof first, "%.*s", (int)length, freeze);
    LINCE_TRY(frozen_until(net, a, "freeze", first, &f->stage[0].last));
    LINCE_TRY(add_stages(f, net, a, "freeze", freeze + length + (freeze[length] == ',')));
    return add_stages(f, net, a, "unfreeze", unfreeze);
}

static int stage_at(const lince_freezing *f, int epoch)
{
    int s = 0;
    while (s + 1 < f->count && f->stage[s + 1].epoch <= epoch) s++;
    return s;
}

int lince_freezing_at(const lince_freezing *f, int epoch)
{
    return f->stage[stage_at(f, epoch)].last;
}

int lince_freezing_least(const lince_freezing *f)
{
    int least = f->stage[0].last;
    for (int s = 1; s < f->count; s++)
        if (f->stage[s].last < least) least = f->stage[s].last;
    return least;
}

int lince_freezing_until(const lince_freezing *f, int epoch, int epochs)
{
    int next = stage_at(f, epoch) + 1;
    return next < f->count && f->stage[next].epoch < epochs ? f->stage[next].epoch : epochs;
}

int lince_freezing_first(const lince_freezing *f, int node)
{
    for (int s = 0; s < f->count; s++)
        if (node > f->stage[s].last) return f->stage[s].epoch;
    return -1;
}
