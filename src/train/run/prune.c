/* lince_prune: the checkpoint of a run that no longer needs one. */
#include "core/error.h"
#include "core/plain_locale.h"
#include "train/run/saved.h"

#include <errno.h>
#include <lince/train.h>
#include <sys/stat.h>

/* 0 where there is none. */
static int checkpoint_bytes(const lince_run *run, size_t *bytes)
{
    char path[LINCE_PATH_MAX];
    struct stat status;
    *bytes = 0;
    LINCE_TRY(lince_path_join(path, run->folder, LINCE_STATE_FILE));
    if (!stat(path, &status))
        *bytes = (size_t)status.st_size;
    else if (errno != ENOENT)
        return lince_fail(lince_system_code(errno), "%s: cannot read: %s", path, lince_reason(errno));
    return 0;
}

static int prune(lince_run *run, bool unfinished, bool dry, size_t *bytes)
{
    lince_saved s;
    LINCE_TRY(lince_saved_open(&s, run));
    bool finished = s.finished, saved = s.state || s.end;
    lince_saved_close(&s);
    if (saved && !finished && !unfinished) return 1;
    LINCE_TRY(checkpoint_bytes(run, bytes));
    *bytes += lince_run_half_written(run, !dry);
    if (dry) return 0;
    return finished ? lince_saved_finish(run, false) : lince_saved_drop(run);
}

int lince_prune(const char *folder, bool unfinished, bool dry, size_t *bytes)
{
    LINCE_NEED(folder);
    LINCE_NEED(bytes);
    LINCE_PLAIN_LOCALE;
    lince_run run;
    *bytes = 0;
    LINCE_TRY(lince_run_open(&run, folder));
    LINCE_TRY(lince_run_lock(&run));
    int code = prune(&run, unfinished, dry, bytes);
    lince_run_unlock(&run);
    return code;
}
