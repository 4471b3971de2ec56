/* The settings of commands that train, and the command as it was typed. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What is gone on with is not also where something new begins. */
static int read_files(const settings_reader *reader, const char *resume, const char *config,
                      lince_settings *settings)
{
    int code = *resume ? reader->begun(resume, settings) : 0;
    if (!code && *resume) code = lince_settings_set(settings, "out", "");
    return !code && config ? lince_settings_load(settings, config) : code;
}

int cli_read_settings(const settings_reader *reader, int argc, char **argv, const option_spec *specs,
                      lince_settings **settings, const char **config, argument_list *arguments)
{
    char resume[SETTING_MAX];
    if (!(*settings = lince_settings_new())) return LINCE_ENOMEM;
    int code = reader->parse(argc, argv, specs, *settings, arguments);
    if (code) return code;
    if (cli_setting(*settings, "resume", resume) || *config) {
        lince_settings_free(*settings);
        if (!(*settings = lince_settings_new())) return LINCE_ENOMEM;
        code = read_files(reader, resume, *config, *settings);
        if (!code) code = reader->parse(argc, argv, specs, *settings, arguments);
    }
    return code;
}

const char *cli_setting_value(const lince_setting_info *info, char out[SETTING_VALUE_MAX])
{
    const char *word;
    size_t used = 0;
    for (size_t i = 0; used < SETTING_VALUE_MAX && (word = lince_setting_choice(info, i)); i++)
        used += (size_t)snprintf(out + used, SETTING_VALUE_MAX - used, i ? "|%s" : "%s", word);
    return used ? out : info->value ? lince_translate(info->value) : "";
}

int cli_speak(const lince_settings *settings)
{
    char language[SETTING_MAX];
    return cli_setting(settings, "lang", language) ? lince_language_set(language) : 0;
}

const settings_reader cli_of_run = {cli_parse, lince_run_settings};

char *cli_command_line(int argc, char **argv)
{
    char *line = NULL;
    size_t size;
    const char *level = getenv("LINCE_CPU"); /* or --cpu, which ends there: other levels, other last bits */
    FILE *out = open_memstream(&line, &size);
    if (!out) return NULL;
    if (level && *level) fprintf(out, "LINCE_CPU=%s ", level);
    fputs("lince", out);
    for (int i = 0; i < argc; i++) put_word(out, argv[i]);
    fclose(out);
    return line;
}
