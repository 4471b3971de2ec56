/* A search by the members of a group: the first one decides, keeps the journal and speaks; each of the others trains one leg after the
 * other as it is told, and asks a few times a second whether to go on. All of them see the search's folder. */
#ifndef LINCE_TUNE_MEMBERS_H
#define LINCE_TUNE_MEMBERS_H

#include "group/group.h"
#include "tune/record.h"

/* At the first member, by one thread for each of the others: as lince_trial_run, there. A failure's message says whose it is. */
int lince_member_run(const lince_group *group, int member, const lince_search *search,
                     const char *const *values, const lince_observer *observer, lince_leg *leg);

/* At the first member, at the end: the others wait for no more legs. */
int lince_members_dismiss(const lince_group *group);

/* At the others: trains what it is told to, until it is dismissed. `search` was read from its folder, as it began. Negative only
 * where the first member cannot be reached. */
int lince_member_serve(const lince_group *group, const lince_search *search, int threads,
                       const lince_observer *observer);

#endif
