/* The group of processes that a program has joined. */
#ifndef LINCE_API_PROCESSES_H
#define LINCE_API_PROCESSES_H

#include "group/group.h"

#include <lince/processes.h>

/* lince_alone for NULL. */
const lince_group *lince_processes_group(const lince_processes *processes);

#endif
