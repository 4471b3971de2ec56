#include "group/join.h"
#include "core/error.h"

#include <dlfcn.h>
#include <lince/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 4096 };

/* What launchers tell a process of its group: Open MPI's mpirun, MPICH's and Intel's, Slurm's by PMIx and PMI-2. */
static const char *const sizes[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", NULL};

static bool is_one_of_several(void)
{
    for (const char *const *name = sizes; *name; name++) {
        const char *value = getenv(*name);
        if (value && atoi(value) > 1) return true;
    }
    return false;
}

/* Beside the program or the library that this code is in, and where it is installed. */
static void *open_library(void)
{
    static const char *const places[] = {"%s/lince-mpi.so", "%s/lince/lince-mpi.so",
                                         "%s/../lib/lince/lince-mpi.so", "%s/../lib64/lince/lince-mpi.so"};
    char folder[PATH] = "", path[PATH + 64];
    Dl_info here;
    const char *named = getenv("LINCE_MPI");
    if (named && *named) return dlopen(named, RTLD_NOW | RTLD_GLOBAL);
    if (!dladdr((const void *)sizes, &here) || !here.dli_fname) return NULL;
    if (!realpath(here.dli_fname, folder) && readlink("/proc/self/exe", folder, sizeof folder - 1) < 0)
        return NULL;
    char *end = strrchr(folder, '/');
    if (end) *end = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, places[i], folder);
        if (!access(path, R_OK)) return dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    }
    snprintf(path, sizeof path, "%s/lince/lince-mpi.so", LINCE_LIBRARY_FOLDER);
    return dlopen(path, RTLD_NOW | RTLD_GLOBAL);
}

static int fail(int code, const char *why)
{
    return lince_fail(code, "messages between the processes, by MPI: %s", why);
}

int lince_join(lince_joined *j, void (*lost)(int rank, const char *name, int seconds))
{
    *j = (lince_joined){.group = lince_alone, .host = {lince_version(), fail, lost}};
    if (!is_one_of_several()) return 0;
    j->library = open_library();
    j->plugin = j->library ? dlsym(j->library, LINCE_GROUP_PLUGIN) : NULL;
    if (!j->plugin) {
        const char *why = dlerror();
        return lince_fail(
            LINCE_EUNSUPPORTED,
            "begun as one of several processes, but the messages between them are not to be had: %s; "
            "lince-mpi.so is built where MPI is found (libopenmpi-dev)",
            why ? why : "lince-mpi.so");
    }
    if (strcmp(j->plugin->version, j->host.version) != 0)
        return lince_fail(LINCE_EUNSUPPORTED, "lince-mpi.so is of lince %s, this is %s", j->plugin->version,
                          j->host.version);
    return j->plugin->join(&j->host, &j->group);
}

int lince_leave(lince_joined *j, bool failed)
{
    int code = j->plugin ? j->plugin->leave(&j->group, failed) : 0;
    *j = (lince_joined){.group = lince_alone};
    return code;
}
