#include "api/processes.h"

#include "core/error.h"
#include "core/memory.h"
#include "group/join.h"

struct lince_processes {
    lince_joined joined;
};

int lince_processes_join(lince_processes **processes, void (*lost)(int rank, const char *host, int seconds))
{
    LINCE_NEED(processes);
    lince_processes *p = *processes = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    int code = lince_join(&p->joined, lost);
    if (!code) return 0;
    lince_free(p);
    *processes = NULL;
    return code;
}

int lince_processes_rank(const lince_processes *p)
{
    return p ? p->joined.group.rank : 0;
}

int lince_processes_count(const lince_processes *p)
{
    return p ? p->joined.group.size : 1;
}

int lince_processes_leave(lince_processes *p, int failed)
{
    if (!p) return 0;
    int code = lince_leave(&p->joined, failed != 0);
    lince_free(p);
    return code;
}

const lince_group *lince_processes_group(const lince_processes *p)
{
    return p ? &p->joined.group : &lince_alone;
}
