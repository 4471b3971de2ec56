#include "api/processes.h"

#include "core/error.h"
#include "core/memory.h"
#include "crossval/crossval.h"
#include "group/join.h"
#include "report/search/tune_by.h"
#include "train/ask/model_internal.h"

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

int lince_processes_threads(const lince_processes *p)
{
    return lince_group_threads(lince_processes_group(p));
}

int lince_processes_all(const lince_processes *p, int code)
{
    return lince_group_all(lince_processes_group(p), code);
}

int lince_processes_tell(const lince_processes *p, int owner, void *bytes, size_t size)
{
    const lince_group *g = lince_processes_group(p);
    LINCE_NEED(bytes);
    if (owner < 0 || owner >= g->size)
        return lince_fail(LINCE_EUSAGE, "process %d: there are %d", owner, g->size);
    return lince_group_broadcast(g, owner, bytes, size);
}

int lince_model_together(lince_model *m, lince_processes *p)
{
    LINCE_NEED(m);
    m->group = lince_processes_group(p);
    if (!m->threads && m->group->size > 1) lince_model_threads(m, lince_group_threads(m->group));
    return 0;
}

int lince_cv_together(lince_processes *p, const lince_settings *settings, const char *command, int json,
                      const lince_observer *observer, char *folder, size_t folder_size, char **text)
{
    return lince_cv_by(lince_processes_group(p), settings, command, json, observer, folder, folder_size,
                       text);
}

int lince_tune_together(lince_processes *p, const lince_settings *settings, const lince_tune_options *options,
                        const char *command, const lince_observer *observer,
                        const lince_tune_observer *tune_observer, lince_tune_result *result)
{
    return lince_tune_by(lince_processes_group(p), settings, options, command, observer, tune_observer,
                         result);
}
