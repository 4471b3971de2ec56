/* lince_tune by the members of a group, a trial a member (tune/members.h). */
#ifndef LINCE_REPORT_TUNE_BY_H
#define LINCE_REPORT_TUNE_BY_H

#include "group/group.h"

#include <lince/tune.h>

/* The result is the first member's; in the others it has the folder alone. */
int lince_tune_by(const lince_group *group, const lince_settings *settings, const lince_tune_options *options,
                  const char *command, const lince_observer *observer,
                  const lince_tune_observer *tune_observer, lince_tune_result *result);

#endif
