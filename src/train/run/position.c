#include "train/run/position.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lince_position_ended(const lince_position *p, int epochs, int patience)
{
    return p->epoch >= epochs || (patience && p->waited >= patience);
}

/* Fields by name, each with its value in hexadecimal where it is no whole number, so that it reads back
 * exactly. */
typedef struct field {
    const char *name;
    enum { WHOLE, COUNT, REAL } kind; /* int, size_t, double */
    void *place;
} field;

enum { FIELDS = 15, STAGE_FIELDS = 3 };

static void list_fields(lince_position *p, lince_schedule *s, field at[FIELDS], field stage[STAGE_FIELDS])
{
    const field fields[FIELDS] = {{"epoch", WHOLE, &p->epoch},
                                  {"step", COUNT, &p->step},
                                  {"updates", COUNT, &p->updates},
                                  {"loss", REAL, &p->loss},
                                  {"hits", REAL, &p->hits},
                                  {"seen", COUNT, &p->seen},
                                  {"seconds", REAL, &p->seconds},
                                  {"epoch_seconds", REAL, &p->epoch_seconds},
                                  {"best_accuracy", REAL, &p->best_accuracy},
                                  {"best_loss", REAL, &p->best_loss},
                                  {"best_epoch", WHOLE, &p->best_epoch},
                                  {"waited", WHOLE, &p->waited},
                                  {"plateau_best", REAL, &s->best},
                                  {"plateau_factor", REAL, &s->factor},
                                  {"plateau_waited", WHOLE, &s->waited}};
    const field stages[STAGE_FIELDS] = {{"schedule_epoch", WHOLE, &p->schedule_epoch},
                                        {"schedule_updates", COUNT, &p->schedule_updates},
                                        {"optimizer_updates", COUNT, &p->optimizer_updates}};
    memcpy(at, fields, sizeof fields);
    memcpy(stage, stages, sizeof stages);
}

static void print(char out[LINCE_POSITION_MAX], const field *list, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        used += (size_t)snprintf(out + used, LINCE_POSITION_MAX - used, "%s%s=", i ? " " : "", list[i].name);
        char *at = out + used;
        size_t room = LINCE_POSITION_MAX - used;
        switch (list[i].kind) {
        case WHOLE: used += (size_t)snprintf(at, room, "%d", *(int *)list[i].place); break;
        case COUNT: used += (size_t)snprintf(at, room, "%zu", *(size_t *)list[i].place); break;
        case REAL: used += (size_t)snprintf(at, room, "%a", *(double *)list[i].place); break;
        }
    }
}

static bool read_value(const field *f, const char *text, char **end)
{
    switch (f->kind) {
    case WHOLE: *(int *)f->place = (int)strtol(text, end, 10); break;
    case COUNT: *(size_t *)f->place = (size_t)strtoull(text, end, 10); break;
    case REAL: *(double *)f->place = strtod(text, end); break;
    }
    return *end > text && (!**end || **end == ' ');
}

/* Each field once and no other, in their order; version 0.1 wrote the values alone. */
static bool read(const char *text, const field *list, size_t count)
{
    bool named = strchr(text, '=') != NULL;
    for (size_t i = 0; i < count; i++) {
        size_t length = named ? strlen(list[i].name) : 0;
        if (named && (strncmp(text, list[i].name, length) != 0 || text[length++] != '=')) return false;
        char *end;
        if (!read_value(&list[i], text + length, &end)) return false;
        text = end + (*end == ' ');
    }
    return !*text;
}

void lince_position_print(const lince_position *p, const lince_schedule *s, char at[LINCE_POSITION_MAX],
                          char stage[LINCE_POSITION_MAX])
{
    lince_position position = *p;
    lince_schedule schedule = *s;
    field fields[FIELDS], stages[STAGE_FIELDS];
    list_fields(&position, &schedule, fields, stages);
    print(at, fields, FIELDS);
    print(stage, stages, STAGE_FIELDS);
}

bool lince_position_read(lince_position *p, lince_schedule *s, const char *at, const char *stage)
{
    field fields[FIELDS], stages[STAGE_FIELDS];
    *p = (lince_position){0};
    list_fields(p, s, fields, stages);
    return at && read(at, fields, FIELDS) && (!stage || read(stage, stages, STAGE_FIELDS));
}
