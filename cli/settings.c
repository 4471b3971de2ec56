/* The settings of commands that train, and the command as it was typed. */
#include "cli.h"
#include "core/buffer.h"
#include "train/run.h"

#include <stdlib.h>
#include <string.h>

/* Quoted so that a shell reads the same words back. */
static void put_word(lince_buffer *out, const char *word)
{
    bool plain =
        *word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+:,./@%") ==
                     strlen(word);
    lince_buffer_puts(out, plain ? " " : " '");
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            lince_buffer_puts(out, "'\\''");
        else
            lince_buffer_put(out, c, 1);
    if (!plain) lince_buffer_puts(out, "'");
}

int cli_read_settings(int argc, char **argv, const option_spec *specs, lince_settings *s, const char **config,
                      const char **positional, int *count)
{
    lince_run run;
    int code = lince_settings_init(s);
    if (!code) code = cli_parse(argc, argv, specs, s, positional, count);
    if (code || (!*config && !s->resume)) return code;
    if (s->resume && (code = lince_run_open(&run, s->resume))) return code;
    bool resumes = s->resume;
    lince_settings_release(s);
    code = lince_settings_init(s);
    if (!code && resumes) code = lince_run_read_config(&run, s);
    if (!code && resumes) code = lince_settings_set(s, "out", "");
    if (!code && *config) code = lince_settings_load(s, *config, NULL, NULL);
    return code ? code : cli_parse(argc, argv, specs, s, positional, count);
}

char *cli_command_line(int argc, char **argv)
{
    lince_buffer line = {0};
    const char *level = getenv("LINCE_CPU"); /* or --cpu, which ends there: other levels, other last bits */
    if (level && *level) {
        lince_buffer_puts(&line, "LINCE_CPU=");
        lince_buffer_puts(&line, level);
        lince_buffer_puts(&line, " ");
    }
    lince_buffer_puts(&line, "lince");
    for (int i = 0; i < argc; i++) put_word(&line, argv[i]);
    return line.data;
}
