/* Commands that several processes share, begun by mpirun or srun: the first one alone speaks, but of what the others cannot
 * know. */
#include "cli.h"

#include <stdio.h>

static char spoken[16]; /* the language of the thread that works */

/* By a thread of its own, before all are ended. */
static void tell_lost(int rank, const char *host, int seconds)
{
    lince_language_set(spoken);
    lince_language_dashes(1);
    cli_clear_line();
    fprintf(
        cli_err,
        _("lince: process %d on %s was not heard of for %d s: it has ended, or cannot be reached; all are "
          "ended, and --resume goes on\n"),
        rank, host, seconds);
}

int cli_join(lince_processes **processes)
{
    int code = lince_processes_join(processes, tell_lost);
    return code ? cli_fail(code) : 0;
}

void cli_joined_language(void)
{
    snprintf(spoken, sizeof spoken, "%s", lince_language());
}

int cli_leave(lince_processes *processes, int status)
{
    bool silent = lince_processes_rank(processes) > 0;
    if (lince_processes_leave(processes, status) && silent) cli_fail(LINCE_EIO);
    return status;
}
