/* What libraries print on standard error by themselves. libdav1d and libde265, by which libheif decodes, do so of damaged pictures, and
 * nobody can ask them not to; the library cannot help it, for the stream is its host's. The program gives them a stream of
 * their own (stderr may be set: "The GNU C Library Reference Manual", 12.2), and tells at its end what came, each line once, cleaned as any other's text. */
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES = 8, LONGEST = 200 };

static struct {
    char line[LONGEST]; /* that has not ended yet */
    size_t used;
    char text[LINES][LONGEST];
    unsigned long times[LINES], others;
    int count;
} kept;

FILE *cli_err;

static void end_line(void)
{
    int i = 0;
    kept.line[kept.used] = '\0';
    kept.used = 0;
    if (!*kept.line) return;
    while (i < kept.count && strcmp(kept.text[i], kept.line) != 0) i++;
    if (i == LINES) {
        kept.others++;
        return;
    }
    if (i == kept.count) memcpy(kept.text[kept.count++], kept.line, LONGEST);
    kept.times[i]++;
}

/* The stream's lock lets one thread in at a time. */
static ssize_t keep(void *context, const char *bytes, size_t size)
{
    (void)context;
    for (size_t i = 0; i < size; i++)
        if (bytes[i] == '\n')
            end_line();
        else if (kept.used < LONGEST - 1)
            kept.line[kept.used++] = bytes[i];
    return (ssize_t)size;
}

static void tell(void)
{
    char text[2 * LONGEST];
    fflush(stderr);
    end_line();
    for (int i = 0; i < kept.count; i++) {
        snprintf(text, sizeof text, lince_translate(N_("a library printed: %s (times: %lu)")), kept.text[i],
                 kept.times[i]);
        cli_warn(text);
    }
    if (!kept.others) return;
    snprintf(text, sizeof text, lince_translate(N_("a library printed other lines: %lu")), kept.others);
    cli_warn(text);
}

/* The last words before an abort (assert's, C++'s), which ends the process as soon as this returns. */
static void on_abort(int number)
{
    (void)number;
    for (int i = 0; i < kept.count; i++)
        if (write(STDERR_FILENO, kept.text[i], strlen(kept.text[i])) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
            return;
    if (kept.used && write(STDERR_FILENO, kept.line, kept.used) < 0) return;
}

void cli_keep_libraries_texts(void)
{
    cli_err = stderr;
    FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = keep});
    if (!stream) return; /* they print as ever */
    setvbuf(stream, NULL, _IONBF, 0);
    if (atexit(tell)) {
        fclose(stream);
        return;
    }
    signal(SIGABRT, on_abort);
    stderr = stream;
}
