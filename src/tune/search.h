/* The search's loop: what is tried next, and when it is over.
 *
 * Decisions are numbered. With `jobs` legs at a time decision m knows the results of decisions 0 .. m - jobs,
 * no fewer and no more, whichever came in first: so the same search makes the same decisions, however long
 * each leg takes, and one that was killed makes them again. */
#ifndef LINCE_TUNE_SEARCH_H
#define LINCE_TUNE_SEARCH_H

#include "group/group.h"
#include "tune/record.h"

/* Runs, or goes on with, a search whose journal was read, to its end: search->over is true where the budget
 * ended it. One that ended before is as it was, however much of the budget is left: its winner was chosen.
 * `threads` are shared by the legs; where the group has several members, of which this is the first, each of them
 * has one leg at a time, here with all of them. */
int lince_search_run(lince_search *search, const lince_group *group, int threads,
                     const lince_observer *observer, const lince_tune_observer *tune_observer);

#endif
