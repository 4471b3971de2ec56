#include "cli.h"
#include "core/i18n.h"

#include <stdio.h>
#include <string.h>

void cli_overview(FILE *out)
{
    fprintf(out, "%s\n\n", _("lince trains, evaluates and explains neural classifiers."));
    for (const command *c = commands; c->name; c++)
        fprintf(out, "  lince %-8s %s\n", c->name, lince_tr(c->summary));
    fprintf(out, "\n%s\n",
            _("--cpu avx512|avx2|plain, with any of them, hides what the machine has above that."));
    fprintf(out, "%s\n", _("'lince help COMMAND' explains one of them."));
}

static void put_option(const char *left, const char *help)
{
    printf("  %-32s %s", left, help);
}

static void settings(void)
{
    const lince_setting_info *info;
    const char *group = "", *name, *summary;
    for (size_t i = 0; (info = lince_setting_at(i)); i++) {
        char left[96];
        if (strcmp(group, info->group) != 0) printf("\n%s\n", lince_tr(info->group));
        group = info->group;
        snprintf(left, sizeof left, "%s%s%s--%s %s", info->short_name ? "-" : "",
                 info->short_name ? info->short_name : "", info->short_name ? ", " : "", info->name,
                 info->value ? info->value : "");
        put_option(left, lince_tr(info->help));
        if (*info->standard && info->value) printf(" (%s)", info->standard);
        printf("\n");
    }
    printf("\n%s\n ", _("Models"));
    for (size_t i = 0; (name = lince_architecture_at(i, &summary)); i++) printf(" %s", name);
    printf("\n");
}

int cli_usage(const char *name, const option_spec *specs)
{
    const command *c = commands;
    while (strcmp(c->name, name) != 0) c++;
    printf("lince %s %s\n  %s\n\n", c->name, c->arguments, lince_tr(c->summary));
    for (const option_spec *s = specs; s->name; s++) {
        char left[96];
        snprintf(left, sizeof left, "--%s %s", s->name, s->value ? s->value : "");
        put_option(left, lince_tr(s->help));
        printf("\n");
    }
    if (c->takes_settings)
        settings();
    else {
        put_option("--lang en|es|auto", _("language of messages and report"));
        printf("\n");
    }
    return EXIT_DONE;
}

/* Each command knows its options: `help COMMAND` is `COMMAND --help`. */
int cmd_help(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-') {
        cli_overview(stdout);
        return EXIT_DONE;
    }
    for (const command *c = commands; c->name; c++) {
        if (strcmp(c->name, argv[1]) != 0) continue;
        return c->run(2, (char *[]){argv[1], "--help", NULL});
    }
    fprintf(stderr, _("lince: there is no command '%s'; 'lince help' lists them\n"), argv[1]);
    return EXIT_USAGE;
}
