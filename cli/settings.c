/* The settings of commands that train, and the command as it was typed. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Quoted so that a shell reads the same words back. */
static void put_word(FILE *out, const char *word)
{
    bool plain =
        *word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+:,./@%") ==
                     strlen(word);
    fputs(plain ? " " : " '", out);
    for (const char *c = word; *c; c++) fputs(*c == '\'' ? "'\\''" : (char[]){*c, '\0'}, out);
    if (!plain) fputs("'", out);
}

bool cli_setting(const lince_settings *settings, const char *name, char text[SETTING_MAX])
{
    lince_settings_get(settings, name, text, SETTING_MAX);
    return *text;
}

const char *cli_setting_value(const lince_setting_info *info, char out[SETTING_VALUE_MAX])
{
    const char *word;
    size_t used = 0;
    for (size_t i = 0; used < SETTING_VALUE_MAX && (word = lince_setting_choice(info, i)); i++)
        used += (size_t)snprintf(out + used, SETTING_VALUE_MAX - used, i ? "|%s" : "%s", word);
    return used ? out : info->value ? lince_translate(info->value) : "";
}

/* NULL, with the error set: out of memory. */
static char *command_line(int argc, char **argv)
{
    char *line = NULL;
    size_t size;
    const char *level = getenv("LINCE_CPU"); /* or --cpu, which ends there: other levels, other last bits */
    FILE *out = open_memstream(&line, &size);
    if (!out) {
        cli_error(LINCE_ENOMEM, "out of memory");
        return NULL;
    }
    if (level && *level) fprintf(out, "LINCE_CPU=%s ", level);
    fputs("lince", out);
    for (int i = 0; i < argc; i++) put_word(out, argv[i]);
    bool lacking = ferror(out);
    if (!fclose(out) && !lacking) return line;
    free(line);
    cli_error(LINCE_ENOMEM, "out of memory");
    return NULL;
}

/* What is gone on with is not also where something new begins. */
static int read_files(const training *t, const char *resume)
{
    int code = *resume ? t->begun(resume, t->settings) : 0;
    if (!code && *resume) code = lince_settings_set(t->settings, "out", "");
    return !code && t->config ? lince_settings_load(t->settings, t->config) : code;
}

static int read_settings(training *t, int argc, char **argv, const option_spec *specs)
{
    char resume[SETTING_MAX];
    if (!(t->settings = lince_settings_new())) return LINCE_ENOMEM;
    int code = t->parse(argc, argv, specs, t->settings, t->arguments);
    if (code || !(cli_setting(t->settings, "resume", resume) || t->config)) return code;
    lince_settings_free(t->settings);
    if (!(t->settings = lince_settings_new())) return LINCE_ENOMEM;
    code = read_files(t, resume);
    return code ? code : t->parse(argc, argv, specs, t->settings, t->arguments);
}

/* From now on in the settings' language. */
static int speak(const lince_settings *settings)
{
    char language[SETTING_MAX];
    return cli_setting(settings, "lang", language) ? lince_language_set(language) : 0;
}

/* The message, and the way on where something was saved. */
static int failed(const command *c, const training *t, int code)
{
    int status = t->silent ? cli_status(code) : cli_fail(code);
    if (!t->silent && code == LINCE_EINTERRUPTED && *t->folder && !access(t->folder, F_OK))
        fprintf(cli_err, _("go on with:  %s %s --resume %s\n"), program_invocation_name, c->name, t->folder);
    return status;
}

int cli_train(const command *c, training *t, int argc, char **argv, const option_spec *specs,
              int (*work)(void *context), void *context)
{
    int code = read_settings(t, argc, argv, specs);
    if (!code && t->help) {
        lince_settings_free(t->settings);
        return t->silent ? EXIT_DONE : cli_usage(c, specs);
    }
    if (!code) code = speak(t->settings);
    char *line = code ? NULL : command_line(argc, argv);
    if (!code && !line) code = LINCE_ENOMEM;
    t->line = line;
    cli_catch_signals(!t->silent);
    if (!code) code = work(context);
    int status = code ? failed(c, t, code) : EXIT_DONE;
    free(line);
    lince_settings_free(t->settings);
    return status;
}
