#include "train/position.h"

#include <stdio.h>

bool lince_position_ended(const lince_position *p, int epochs, int patience)
{
    return p->epoch >= epochs || (patience && p->waited >= patience);
}

void lince_position_print(const lince_position *p, const lince_schedule *s, char at[LINCE_POSITION_MAX],
                          char stage[LINCE_POSITION_MAX])
{
    snprintf(at, LINCE_POSITION_MAX, "%d %zu %zu %a %a %zu %a %a %a %a %d %d %a %a %d", p->epoch, p->step,
             p->updates, p->loss, p->hits, p->seen, p->seconds, p->epoch_seconds, p->best_accuracy,
             p->best_loss, p->best_epoch, p->waited, s->best, s->factor, s->waited);
    snprintf(stage, LINCE_POSITION_MAX, "%d %zu %zu", p->schedule_epoch, p->schedule_updates,
             p->optimizer_updates);
}

bool lince_position_read(lince_position *p, lince_schedule *s, const char *at, const char *stage)
{
    *p = (lince_position){0};
    if (stage &&
        sscanf(stage, "%d %zu %zu", &p->schedule_epoch, &p->schedule_updates, &p->optimizer_updates) != 3)
        return false;
    return at && sscanf(at, "%d %zu %zu %la %la %zu %la %la %la %la %d %d %la %la %d", &p->epoch, &p->step,
                        &p->updates, &p->loss, &p->hits, &p->seen, &p->seconds, &p->epoch_seconds,
                        &p->best_accuracy, &p->best_loss, &p->best_epoch, &p->waited, &s->best, &s->factor,
                        &s->waited) == 15;
}
