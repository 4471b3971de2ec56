#include "cli.h"

#include <stdio.h>
#include <string.h>

void cli_overview(FILE *out)
{
    fprintf(out, "%s\n\n", _("lince trains, evaluates and explains neural classifiers."));
    const command *c;
    for (size_t i = 0; (c = cli_command_at(i)); i++)
        fprintf(out, "  lince %-8s %s\n", c->name, lince_translate(c->summary));
    fprintf(out, "\n%s\n", _("--cpu amx|avx512|avx2|plain: the most of the processor to use."));
    fprintf(out, "%s\n", _("'lince help COMMAND' explains one of them."));
}

enum { WIDTH = 80, INDENT = 32 };

/* Words from column `at` on, continued in column INDENT: no line is longer than WIDTH. */
static void put_words(const char *text, int at)
{
    while (*text) {
        size_t size = strcspn(text, " ");
        char word[256];
        snprintf(word, sizeof word, "%.*s", (int)size, text);
        int letters = lince_characters(word);
        if (at > INDENT && at + 1 + letters > WIDTH) {
            printf("\n%*s", INDENT, "");
            at = INDENT;
        } else if (at > INDENT) {
            putchar(' ');
            at++;
        }
        fputs(word, stdout);
        at += letters;
        text += size + strspn(text + size, " ");
    }
    putchar('\n');
}

/* "  --lr X      learning rate ... (0.1)"; what is too long for its column has a line of its own. */
static void put_option(const char *left, const char *help, const char *standard)
{
    char text[1024];
    snprintf(text, sizeof text, *standard ? "%s (%s)" : "%s", help, standard);
    printf("  %*s", lince_field(2 - INDENT, left), left);
    if (2 + lince_characters(left) >= INDENT) printf("\n%*s", INDENT, "");
    put_words(text, INDENT);
}

static void settings(void)
{
    const lince_setting_info *info;
    const char *group = "", *name, *summary;
    for (size_t i = 0; (info = lince_setting_at(i)); i++) {
        char left[SETTING_VALUE_MAX + 64], words[SETTING_VALUE_MAX];
        if (strcmp(group, info->group) != 0) printf("\n%s\n", lince_translate(info->group));
        group = info->group;
        snprintf(left, sizeof left, "%s%s%s--%s %s", info->short_name ? "-" : "",
                 info->short_name ? info->short_name : "", info->short_name ? ", " : "", info->name,
                 cli_setting_value(info, words));
        put_option(left, lince_translate(info->help), info->value ? info->standard : "");
    }
    printf("\n%s\n", _("Models"));
    int at = 0;
    for (size_t i = 0; (name = lince_architecture_at(i, &summary)); i++) {
        if (at && at + 1 + (int)strlen(name) > WIDTH) {
            printf("\n");
            at = 0;
        }
        at += printf("%s%s", at ? " " : "  ", name);
    }
    printf("\n");
}

int cli_usage(const command *c, const option_spec *specs)
{
    printf("lince %s %s\n  %s\n\n", c->name, lince_translate(c->arguments), lince_translate(c->summary));
    for (const option_spec *s = specs; s->name; s++) {
        char left[96];
        snprintf(left, sizeof left, "--%s %s", s->name, s->value ? lince_translate(s->value) : "");
        put_option(left, lince_translate(s->help), "");
    }
    if (c->takes_settings)
        settings();
    else
        put_option("--lang en|es|auto", _("language of messages and report"), "");
    if (c->section) c->section();
    printf("\n%s\n", _("Examples"));
    for (const char *line = c->examples; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        printf("  %.*s\n", (int)strcspn(line, "\n"), line);
    return EXIT_DONE;
}

/* Each command knows its options: `help COMMAND` is `COMMAND --help`. */
static int run(int argc, char **argv)
{
    bool help = false;
    const option_spec specs[] = {{"help", NULL, N_("this help"), NULL, &help},
                                 {NULL, NULL, NULL, NULL, NULL}};
    const char *name;
    argument_list given = {.at = &name, .most = 1};
    int code = cli_parse(argc, argv, specs, NULL, &given);
    if (code) return cli_fail(code);
    if (!given.count) {
        cli_overview(stdout);
        return EXIT_DONE;
    }
    const command *c = cli_command(name);
    return c ? c->run(2, (char *[]){(char *)c->name, "--help", NULL}) : EXIT_USAGE;
}

const command cmd_help = {.name = "help",
                          .arguments = N_("[COMMAND]"),
                          .summary = N_("explain lince, or one of its commands"),
                          .run = run,
                          .synonyms = {"--help", "-h"},
                          .examples = "lince help train"};
