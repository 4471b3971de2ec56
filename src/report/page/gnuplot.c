#include "report/page/gnuplot.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Between single quotes nothing is read as something else. They cannot hold an apostrophe safely: two stand for one, but not
 * at the beginning (gnuplot 5.4), where the label is lost, or the rest of the script. A text that has one stands between double
 * quotes, and what means something there as its octal number, which has four digits where the first is zero. A per cent sign
 * stands twice in a `format`. */
static void quote(lince_buffer *out, const char *text, bool format)
{
    bool doubled = strchr(text, '\'') != NULL;
    lince_buffer_puts(out, doubled ? "\"" : "'");
    for (size_t n; *text; text += n) {
        bool shown;
        n = lince_character(text, &shown);
        if (format && *text == '%') lince_buffer_puts(out, "%");
        if (doubled && strchr("\"\\`@'#$", *text))
            lince_buffer_printf(out, "\\%04o", (unsigned char)*text);
        else
            lince_buffer_put(out, shown ? text : " ", shown ? n : 1);
    }
    lince_buffer_puts(out, doubled ? "\"" : "'");
}

void lince_gnuplot_quote(lince_buffer *out, const char *text)
{
    quote(out, text, false);
}

void lince_gnuplot_tic(lince_buffer *out, const char *label, int place)
{
    quote(out, label, true);
    lince_buffer_printf(out, " %d", place);
}

/* Runs `gnuplot name.gp` in the folder, its messages into name.log. */
static int spawn(const char *folder, const char *script, const char *log)
{
    char *const arguments[] = {"gnuplot", (char *)(uintptr_t)script, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = 0;
    if (posix_spawn_file_actions_init(&actions)) return lince_fail(LINCE_ENOMEM, "gnuplot: out of memory");
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int error = posix_spawnp(&pid, "gnuplot", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        return lince_fail(LINCE_EUNSUPPORTED, "gnuplot: %s; install it (gnuplot-nox) and run 'lince report'",
                          lince_reason(error));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return lince_fail(LINCE_EUNSUPPORTED, "gnuplot: it cannot be started");
    return status ? LINCE_EIO : 0;
}

static int run(const char *folder, const char *name)
{
    char script[128], log[128], path[LINCE_PATH_MAX], *said = NULL;
    size_t size;
    snprintf(script, sizeof script, "%s.gp", name);
    snprintf(log, sizeof log, "%s.log", name);
    LINCE_TRY(lince_path_join(path, folder, log));
    int code = spawn(folder, script, log);
    if (code == LINCE_EIO) {
        lince_file_read(path, 1 << 16, &said, &size);
        lince_fail(LINCE_EIO, "gnuplot failed on %s/%s: %s", folder, script, said ? said : "?");
        lince_free(said);
    }
    unlink(path);
    return code;
}

void lince_gnuplot_remove(const char *folder, const char *name)
{
    static const char *const endings[] = {".svg", ".png", "-narrow.svg"};
    char path[LINCE_PATH_MAX], file[128];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(file, sizeof file, "%s%s", name, endings[i]);
        if (!lince_path_join(path, folder, file)) unlink(path);
    }
}

int lince_gnuplot_draw(const char *folder, const char *name, bool narrow, int width, int height,
                       const lince_buffer *data, const lince_buffer *body)
{
    char path[LINCE_PATH_MAX], stem[96], file[128];
    lince_buffer script = {0};
    snprintf(stem, sizeof stem, "%s%s", name, narrow ? "-narrow" : "");
    snprintf(file, sizeof file, "%s.gp", stem);
    LINCE_TRY(lince_path_join(path, folder, file));
    lince_buffer_puts(&script,
                      "# gnuplot: draws the pictures of its name beside this file\nset encoding utf8\n");
    if (data->data) lince_buffer_put(&script, data->data, data->size);
    lince_buffer_printf(
        &script,
        "do for [kind in '%s'] {\nif (kind eq 'svg') {\n"
        "set terminal svg size %d,%d noenhanced font 'sans-serif,14' background 'white'\n} else {\n"
        "set terminal pngcairo size %d,%d noenhanced font 'sans,11'\n}\nset output '%s.'.kind\n",
        narrow ? "svg" : "svg png", width, height, width, height, stem);
    if (body->data) lince_buffer_put(&script, body->data, body->size);
    lince_buffer_puts(&script, "}\nset output\n");
    int code = script.error ? script.error : lince_file_write(path, script.data, script.size);
    lince_buffer_release(&script);
    if (!code) code = run(folder, stem);
    if (code) lince_gnuplot_remove(folder, name);
    return code;
}
