#include "cli.h"

#include <stdio.h>
#include <string.h>

void cli_overview(FILE *out)
{
    fprintf(out, "%s\n\n", _("lince trains, evaluates and explains neural classifiers."));
    const command *c;
    for (size_t i = 0; (c = cli_command_at(i)); i++)
        fprintf(out, "  lince %-8s %s\n", c->name, lince_translate(c->summary));
    fprintf(out, "\n%s\n",
            _("--cpu amx|avx512vnni|avx512|avxvnni|avx2|plain: level of instructions to use."));
    fprintf(out, "%s\n", _("'lince help COMMAND' explains one, 'lince help models' compares the models."));
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

/* "25.56 M": four digits at most. */
static void put_count(double count)
{
    bool large = count >= 1e9;
    double number = count / (large ? 1e9 : 1e6);
    printf("  %*.*f %c", 8, number < 100 ? 2 : 1, number, large ? 'G' : 'M');
}

static void put_model(const lince_architecture_info *m)
{
    printf("  %-20s", m->name);
    if (!m->image_size) {
        printf("%s\n", _("reads texts, or recordings step by step"));
        return;
    }
    printf("%5d", m->image_size);
    put_count(m->parameters);
    put_count(m->multiply_adds);
    if (m->accuracy > 0)
        printf("  %8.1f %%\n", 100 * m->accuracy);
    else
        printf("  %8s\n", "-");
}

static void put_heading(void)
{
    static const char *const columns[] = {N_("pixels"), N_("parameters"), N_("mult.-adds"), N_("accuracy")};
    static const int widths[] = {6, 11, 11, 11};
    printf("  %-19s", "");
    for (int i = 0; i < 4; i++)
        printf("%s%*s", i ? " " : "", lince_field(widths[i], _(columns[i])), _(columns[i]));
    putchar('\n');
}

/* What is known by --model, in numbers. */
static int models(void)
{
    printf("%s\n\n", _("Models, for --model"));
    put_heading();
    for (size_t i = 0; lince_architecture_at(i, NULL); i++) {
        lince_architecture_info info = LINCE_ARCHITECTURE_INFO_INIT;
        int code = lince_architecture_measure(i, &info);
        if (code) return cli_fail(code);
        put_model(&info);
    }
    printf(
        "\n%s\n",
        _("pixels: of the side of the pictures that a model was published for; others do, too (--image-size).\n"
          "parameters, multiply-adds: counted in the network, with the classes it was published with (ImageNet's\n"
          "thousand, CIFAR's ten); of one picture of that size, without normalisations.\n"
          "accuracy: top-1 on ImageNet's validation part, by torchvision's documentation of its weights\n"
          "IMAGENET1K_V1 (https://docs.pytorch.org/vision/stable/models.html); - where there are none."));
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
    if (!strcmp(name, "models")) return models();
    const command *c = cli_command(name);
    return c ? c->run(2, (char *[]){(char *)c->name, "--help", NULL}) : EXIT_USAGE;
}

const command cmd_help = {.name = "help",
                          .arguments = N_("[COMMAND|models]"),
                          .summary = N_("explain lince, one of its commands, or which models there are"),
                          .run = run,
                          .synonyms = {"--help", "-h"},
                          .examples = "lince help train\nlince help models"};
