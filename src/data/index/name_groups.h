/* Groups that stand in the files' names: a speaker, a patient, a field. */
#ifndef LINCE_DATA_NAME_GROUPS_H
#define LINCE_DATA_NAME_GROUPS_H

#include "data/index/layout.h"

/* Gives each sample the group that `pattern`, an extended regular expression, finds in the name of its file, or where a
 * slash is in it in its whole path: what the first parentheses hold, or all that matches. Those that it does not match stay
 * without, with a note. LINCE_EUSAGE: it is no such expression, or matches no sample. */
int lince_dataset_group_by_name(lince_dataset *dataset, const char *pattern);

#endif
