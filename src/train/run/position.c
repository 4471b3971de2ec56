#include "train/run/position.h"
#include "core/error.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lince_position_ended(const lince_position *p, int epochs, int patience)
{
    return p->epoch >= epochs || (patience && p->waited >= patience);
}

/* Fields by name, each with its value in hexadecimal where it is no whole number, so that it reads back
 * exactly, and what it may be. */
typedef struct field {
    const char *name;
    enum { WHOLE, COUNT, REAL } kind; /* int, size_t, double */
    void *place;
    double least, most; /* of WHOLE and REAL; least > most: whatever is a number or none */
} field;

enum { FIELDS = 16, STAGE_FIELDS = 3, VERSION = 1 };

/* Everything that a position is; `version` is what a text of it begins with. */
static void list_fields(lince_position *p, lince_schedule *s, int *version, int epochs, field at[FIELDS],
                        field stage[STAGE_FIELDS])
{
    const field fields[FIELDS] = {{"version", WHOLE, version, 1, INT_MAX},
                                  {"epoch", WHOLE, &p->epoch, 0, epochs},
                                  {"step", COUNT, &p->step, 0, 0},
                                  {"updates", COUNT, &p->updates, 0, 0},
                                  {"loss", REAL, &p->loss, -DBL_MAX, DBL_MAX},
                                  {"hits", REAL, &p->hits, 0, DBL_MAX},
                                  {"seen", COUNT, &p->seen, 0, 0},
                                  {"seconds", REAL, &p->seconds, 0, DBL_MAX},
                                  {"epoch_seconds", REAL, &p->epoch_seconds, 0, DBL_MAX},
                                  {"best_accuracy", REAL, &p->best_accuracy, 0, 1},
                                  {"best_loss", REAL, &p->best_loss, 1, 0},
                                  {"best_epoch", WHOLE, &p->best_epoch, 0, epochs},
                                  {"waited", WHOLE, &p->waited, 0, epochs},
                                  {"plateau_best", REAL, &s->best, -DBL_MAX, DBL_MAX},
                                  {"plateau_factor", REAL, &s->factor, 0, 1},
                                  {"plateau_waited", WHOLE, &s->waited, 0, epochs}};
    const field stages[STAGE_FIELDS] = {{"schedule_epoch", WHOLE, &p->schedule_epoch, 0, epochs},
                                        {"schedule_updates", COUNT, &p->schedule_updates, 0, 0},
                                        {"optimizer_updates", COUNT, &p->optimizer_updates, 0, 0}};
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

/* Digits alone: strtoull would take a sign, and what is too large for its largest. */
static bool read_count(const char *text, unsigned long long most, unsigned long long *count, char **end)
{
    errno = 0;
    *count = strtoull(text, end, 10);
    return isdigit((unsigned char)*text) && !errno && *count <= most;
}

static bool read_value(const field *f, const char *text, char **end)
{
    unsigned long long count;
    double real;
    switch (f->kind) {
    case WHOLE:
        if (!read_count(text, (unsigned long long)f->most, &count, end) || (double)count < f->least)
            return false;
        *(int *)f->place = (int)count;
        break;
    case COUNT:
        if (!read_count(text, SIZE_MAX / 2, &count, end)) return false;
        *(size_t *)f->place = (size_t)count;
        break;
    case REAL:
        real = *(double *)f->place = strtod(text, end);
        if (*end == text || (f->least <= f->most && !(real >= f->least && real <= f->most))) return false;
    }
    return !**end || **end == ' ';
}

static int refuse(const field *f, const char *text)
{
    int size = (int)strcspn(text, " ");
    return lince_fail(LINCE_EFORMAT, "its position: '%.*s' is not what '%s' can be", size < 40 ? size : 40,
                      text, f->name);
}

/* Each field once and no other, in their order; version 0.1 wrote the values alone. */
static int read(const char *text, const field *list, size_t count)
{
    bool named = strchr(text, '=') != NULL;
    for (size_t i = 0; i < count; i++) {
        size_t length = named ? strlen(list[i].name) : 0;
        if (named && (strncmp(text, list[i].name, length) != 0 || text[length++] != '='))
            return lince_fail(LINCE_EFORMAT, "its position: expected '%s', found '%.40s'", list[i].name,
                              text);
        char *end = (char *)text;
        if (!read_value(&list[i], text + length, &end)) return refuse(&list[i], text + length);
        text = end + (*end == ' ');
    }
    return *text ? lince_fail(LINCE_EFORMAT, "its position: nothing was expected at '%.40s'", text) : 0;
}

void lince_position_print(const lince_position *p, const lince_schedule *s, char at[LINCE_POSITION_MAX],
                          char stage[LINCE_POSITION_MAX])
{
    lince_position position = *p;
    lince_schedule schedule = *s;
    int version = VERSION;
    field fields[FIELDS], stages[STAGE_FIELDS];
    list_fields(&position, &schedule, &version, 0, fields, stages);
    print(at, fields, FIELDS);
    print(stage, stages, STAGE_FIELDS);
}

bool lince_position_has_version(const char *at)
{
    return !strncmp(at, "version=", 8);
}

static int read_at(const char *text, const field at[FIELDS], const int *version)
{
    if (!lince_position_has_version(text)) return read(text, at + 1, FIELDS - 1);
    LINCE_TRY(read(text, at, FIELDS));
    return *version <= VERSION
               ? 0
               : lince_fail(LINCE_EFORMAT,
                            "its position is of version %d, and this lince reads version %d; a newer "
                            "one wrote it",
                            *version, VERSION);
}

int lince_position_read(lince_position *p, lince_schedule *s, const char *at, const char *stage, int epochs)
{
    field fields[FIELDS], stages[STAGE_FIELDS];
    int version = 0;
    *p = (lince_position){0};
    list_fields(p, s, &version, epochs, fields, stages);
    if (!at) return lince_fail(LINCE_EFORMAT, "its position is missing");
    LINCE_TRY(read_at(at, fields, &version));
    if (stage) LINCE_TRY(read(stage, stages, STAGE_FIELDS));
    bool ordered = p->best_epoch <= p->epoch && p->waited <= p->epoch && p->schedule_epoch <= p->epoch &&
                   p->schedule_updates <= p->updates && p->optimizer_updates <= p->updates;
    return ordered
               ? 0
               : lince_fail(LINCE_EFORMAT, "its position: what was is said to lie behind epoch %d", p->epoch);
}

size_t lince_position_updates(const lince_position *p, size_t batches, size_t accumulate)
{
    size_t an_epoch = (batches + accumulate - 1) / accumulate;
    return (size_t)p->epoch * an_epoch + (p->step == batches ? an_epoch : p->step / accumulate);
}
