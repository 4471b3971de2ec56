#include "report/page/gnuplot.h"
#include "core/clock.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
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

/* A label with a per cent sign is a format, of whose text gnuplot 5.4 takes 49 bytes and no more, be it in the middle of a character. */
void lince_gnuplot_tic(lince_buffer *out, const char *label, int place)
{
    enum { FORMATTED = 49 };
    char cut[FORMATTED + 1];
    bool long_format = strchr(label, '%') && strlen(label) > FORMATTED;
    snprintf(cut, sizeof cut, "%.*s…", LINCE_CUT(label, FORMATTED - sizeof "…" + 1));
    quote(out, long_format ? cut : label, true);
    lince_buffer_printf(out, " %d", place);
}

/* A picture that gnuplot draws: the kinds of a figure, and where they go. */
typedef struct picture {
    const char *kind; /* "svg", "png" */
    lince_file file;
} picture;

enum { KINDS = 2, SAID_MAX = 1 << 16 };

/* What gnuplot writes goes into files that lince has made, under no name: "svg = '/dev/fd/7'". */
static void say_outputs(char *out, size_t size, const picture *pictures)
{
    size_t used = 0;
    *out = '\0';
    for (int i = 0; i < KINDS && pictures[i].file.stream; i++)
        used += (size_t)snprintf(out + used, size - used, "%s = '/dev/fd/%d'; ", pictures[i].kind,
                                 fileno(pictures[i].file.stream));
}

/* The program's place, descriptors and outputs: it runs in the folder, and keeps no others open. */
static int prepare(posix_spawn_file_actions_t *actions, int folder, const picture *pictures, int said)
{
    int failed = posix_spawn_file_actions_addfchdir_np(actions, folder) ||
                 posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0) ||
                 posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0) ||
                 posix_spawn_file_actions_adddup2(actions, said, 2);
    for (int i = 0; i < KINDS && pictures[i].file.stream && !failed; i++) {
        int fd = fileno(pictures[i].file.stream);
        failed = posix_spawn_file_actions_adddup2(actions, fd, fd); /* not closed on exec */
    }
    return failed ? lince_fail(LINCE_ENOMEM, "gnuplot: out of memory") : 0;
}

/* Where memory is missing gnuplot may go on for ever (5.4). */
static int wait_for(pid_t pid, int said)
{
    enum { SECONDS = 120, NAP = 2000000 /* ns */ };
    int status = 0;
    pid_t done;
    for (double late = lince_now() + SECONDS; (done = waitpid(pid, &status, WNOHANG)) <= 0;) {
        if (done < 0 && errno != EINTR) return 0;
        if (lince_now() > late && !kill(pid, SIGKILL)) {
            dprintf(said, _("no figure within %d seconds"), SECONDS);
            late += SECONDS;
        }
        nanosleep(&(struct timespec){.tv_nsec = NAP}, NULL);
    }
    return status;
}

/* LINCE_EUNSUPPORTED: there is none. */
static int spawn(int folder, const char *script, const picture *pictures, int said, int *status)
{
    char outputs[128];
    posix_spawn_file_actions_t actions;
    pid_t pid;
    say_outputs(outputs, sizeof outputs, pictures);
    char *const arguments[] = {"gnuplot", "-e", outputs, (char *)(uintptr_t)script, NULL};
    if (posix_spawn_file_actions_init(&actions)) return lince_fail(LINCE_ENOMEM, "gnuplot: out of memory");
    int code = prepare(&actions, folder, pictures, said);
    int error = code ? 0 : posix_spawnp(&pid, "gnuplot", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (code) return code;
    if (error == ENOENT)
        return lince_fail(LINCE_EUNSUPPORTED, "gnuplot: %s; install it (gnuplot-nox) and run 'lince report'",
                          lince_reason(error));
    if (error)
        return lince_fail(lince_system_code(error), "gnuplot: it cannot be started: %s", lince_reason(error));
    *status = wait_for(pid, said);
    if (WIFEXITED(*status) && WEXITSTATUS(*status) == 127)
        return lince_fail(LINCE_EUNSUPPORTED, "gnuplot: it cannot be started");
    return 0;
}

/* With what it said. */
static int fail(const char *folder, const char *script, int said)
{
    char *text = lince_alloc(SAID_MAX, 1);
    ssize_t size = text ? pread(said, text, SAID_MAX - 1, 0) : 0;
    lince_fail(LINCE_EIO, "gnuplot failed on %s/%s: %s", folder, script, size > 0 ? text : "?");
    lince_free(text);
    return LINCE_EIO;
}

static int run(const char *folder, const char *script, const picture *pictures)
{
    int status = 0;
    int said = memfd_create("gnuplot", MFD_CLOEXEC), within = lince_folder_open(folder, "plots", false);
    int code = within < 0 ? within
               : said < 0 ? lince_fail(lince_system_code(errno), "gnuplot: it cannot be started")
                          : spawn(within, strrchr(script, '/') + 1, pictures, said, &status);
    if (!code && status) code = fail(folder, script, said);
    if (said >= 0) close(said);
    if (within >= 0) close(within);
    return code;
}

/* All pictures, or none. */
static int draw(const char *folder, const char *stem, bool narrow)
{
    char name[128];
    picture pictures[KINDS] = {{.kind = "svg"}, {.kind = "png"}};
    int code = 0, kinds = narrow ? 1 : KINDS;
    for (int i = 0; i < kinds && !code; i++) {
        snprintf(name, sizeof name, "plots/%s.%s", stem, pictures[i].kind);
        code = lince_file_open_in(&pictures[i].file, folder, name);
    }
    snprintf(name, sizeof name, "plots/%s.gp", stem);
    if (!code) code = run(folder, name, pictures);
    for (int i = 0; i < kinds; i++) {
        if (!code)
            code = lince_file_commit(&pictures[i].file);
        else
            lince_file_abandon(&pictures[i].file);
    }
    return code;
}

void lince_gnuplot_remove(const char *folder, const char *name)
{
    static const char *const endings[] = {".svg", ".png", "-narrow.svg"};
    char file[128];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(file, sizeof file, "plots/%s%s", name, endings[i]);
        lince_file_remove(folder, file);
    }
}

/* Run by itself it draws beside itself. */
static void put_script(lince_buffer *script, const char *stem, bool narrow, int width, int height,
                       const lince_buffer *data, const lince_buffer *body)
{
    lince_buffer_puts(script,
                      "# gnuplot: draws the pictures of its name beside this file\nset encoding utf8\n");
    if (data->data) lince_buffer_put(script, data->data, data->size);
    lince_buffer_printf(script, "if (!exists('svg')) svg = '%s.svg'; png = '%s.png'\n", stem, stem);
    lince_buffer_printf(
        script,
        "do for [kind in '%s'] {\nif (kind eq 'svg') {\n"
        "set terminal svg size %d,%d noenhanced font 'sans-serif,14' background 'white'\n} else {\n"
        "set terminal pngcairo size %d,%d noenhanced font 'sans,11'\n}\nset output value(kind)\n",
        narrow ? "svg" : "svg png", width, height, width, height);
    if (body->data) lince_buffer_put(script, body->data, body->size);
    lince_buffer_puts(script, "}\nset output\n");
}

int lince_gnuplot_draw(const char *folder, const char *name, bool narrow, int width, int height,
                       const lince_buffer *data, const lince_buffer *body)
{
    char stem[96], file[128];
    lince_buffer script = {0};
    snprintf(stem, sizeof stem, "%s%s", name, narrow ? "-narrow" : "");
    snprintf(file, sizeof file, "plots/%s.gp", stem);
    put_script(&script, stem, narrow, width, height, data, body);
    int code = script.error ? script.error : lince_file_write_in(folder, file, script.data, script.size);
    lince_buffer_release(&script);
    if (!code) code = draw(folder, stem, narrow);
    if (code) lince_gnuplot_remove(folder, name);
    return code;
}
