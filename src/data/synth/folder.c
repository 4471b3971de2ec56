#include "data/synth/folder.h"
#include "core/error.h"
#include "core/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int lince_synth_put(const char *path, const void *bytes, size_t size)
{
    FILE *stream = fopen(path, "wbe");
    bool written = stream && fwrite(bytes, 1, size, stream) == size;
    if (stream && fclose(stream)) written = false;
    return written ? 0 : lince_fail(LINCE_EIO, "%s: cannot write: %s", path, lince_reason(errno));
}

/* One sync for thousands of files, then the name. */
static int publish(const char *beside, const char *folder)
{
    int fd = open(beside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && syncfs(fd) == 0;
    if (fd >= 0) close(fd);
    if (!synced || rename(beside, folder))
        return lince_fail(LINCE_EIO, "%s: cannot write: %s", folder, lince_reason(errno));
    return 0;
}

/* Whether nothing is there, or an empty folder. */
static bool is_free(const char *path)
{
    DIR *stream = opendir(path);
    if (!stream) return lince_file_is_missing(path);
    size_t entries = 0;
    while (readdir(stream)) entries++;
    closedir(stream);
    return entries <= 2; /* "." and ".." */
}

int lince_synth_folder(const char *folder, int (*write_all)(const char *folder, void *context), void *context)
{
    char beside[LINCE_PATH_MAX], final[LINCE_PATH_MAX];
    if (!*folder || strlen(folder) + 32 > sizeof final)
        return lince_fail(LINCE_EUSAGE, "\"%.64s\": not a usable folder name", folder);
    strcpy(final, folder);
    for (size_t end = strlen(final); end > 1 && final[end - 1] == '/'; end--) final[end - 1] = '\0';
    if (!is_free(final))
        return lince_fail(LINCE_EIO, "%s: is there already, and nothing is overwritten; name another folder",
                          final);
    LINCE_TRY(lince_beside_folder(final, beside, sizeof beside));
    int code = write_all(beside, context);
    if (code == 0) code = publish(beside, final);
    if (code < 0) lince_remove_folder(beside);
    return code;
}
