#include "report/run/sections.h"
#include "core/display.h"
#include "core/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const lince_section lince_sections[] = {
    {N_("Test results"), LINCE_ANY, LINCE_ONE, lince_section_test},
    {N_("Test results"), LINCE_ANY, LINCE_SEVERAL, lince_section_labels},
    {N_("Discussion"), LINCE_ANY, LINCE_ONE, lince_section_discussion},
    {N_("Discussion"), LINCE_ANY, LINCE_SEVERAL, lince_section_label_discussion},
    {N_("What the network looks at"), LINCE_PICTURES, LINCE_EITHER, lince_section_looks},
    {N_("What the network hears"), LINCE_RECORDINGS, LINCE_EITHER, lince_section_sounds},
    {N_("What the network goes by"), LINCE_TEXTS, LINCE_EITHER, lince_section_words},
    {N_("Checks"), LINCE_ANY, LINCE_EITHER, lince_section_checks},
    {N_("Data and split"), LINCE_ANY, LINCE_EITHER, lince_section_data},
    {N_("Duplicates"), LINCE_ANY, LINCE_EITHER, lince_section_leaks},
    {N_("Normalisation and augmentation"), LINCE_PICTURES, LINCE_EITHER, lince_section_transforms},
    {N_("From texts to numbers"), LINCE_TEXTS, LINCE_EITHER, lince_section_texts},
    {N_("Architecture"), LINCE_ANY, LINCE_EITHER, lince_section_architecture},
    {N_("Hyperparameters"), LINCE_ANY, LINCE_EITHER, lince_section_settings},
    {N_("Progress"), LINCE_ANY, LINCE_EITHER, lince_section_progress},
    {N_("To do it again"), LINCE_ANY, LINCE_EITHER, lince_section_reproduction},
};
const size_t lince_section_count = sizeof lince_sections / sizeof *lince_sections;

const char *lince_count_text(double n, char text[32])
{
    if (n >= 1e9)
        snprintf(text, 32, "%.2f G", n / 1e9);
    else if (n >= 1e6)
        snprintf(text, 32, "%.2f M", n / 1e6);
    else if (n >= 1e4)
        snprintf(text, 32, "%.1f k", n / 1e3);
    else
        snprintf(text, 32, "%.0f", n);
    return text;
}

void lince_cell_count(lince_document *d, double n)
{
    char text[32];
    lince_document_cell(d, "%s", n == 0 ? "–" : lince_count_text(n, text));
}

void lince_cell_percent(lince_document *d, double fraction)
{
    if (isnan(fraction))
        lince_document_cell(d, "–");
    else
        lince_document_cell(d, "%.2f %%", 100 * fraction);
}

void lince_cell_text(lince_document *d, const char *text)
{
    enum { SHOWN = 236 };
    char line[SHOWN + 8], shown[SHOWN];
    size_t n = 0;
    for (; text[n] && n + 1 < sizeof line; n++) line[n] = strchr("\n\r\t", text[n]) ? ' ' : text[n];
    line[n] = '\0';
    lince_name_for_display(shown, sizeof shown, line);
    lince_document_cell(d, "%s%s", shown, strlen(text) > strlen(shown) ? "…" : "");
}

const char *lince_duration(double seconds, char out[32])
{
    long s = lround(seconds);
    if (s >= 3600)
        snprintf(out, 32, "%ld h %02ld min", s / 3600, s % 3600 / 60);
    else if (s >= 60)
        snprintf(out, 32, "%ld min %02ld s", s / 60, s % 60);
    else
        snprintf(out, 32, "%.1f s", seconds);
    return out;
}

void lince_add_name(char *text, size_t size, const char *name)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? ", " : "", name);
}

void lince_case_text(const lince_document *d, const json_t *s, char *out, size_t size)
{
    const char *found = lince_fact_text(s, "found"), *label = lince_fact_text(s, "label");
    double probability = 100 * lince_fact_number(s, "probability");
    if (!*found)
        snprintf(out, size, TR("%.*s as %.*s (%.0f %%)"), LINCE_CUT(lince_fact_text(s, "true"), 80),
                 LINCE_CUT(lince_fact_text(s, "predicted"), 80), probability);
    else if (!strcmp(found, "right"))
        snprintf(out, size, TR("%.*s found (%.0f %%)"), LINCE_CUT(label, 80), probability);
    else if (!strcmp(found, "missed"))
        snprintf(out, size, TR("%.*s missed (%.0f %%)"), LINCE_CUT(label, 80), probability);
    else
        snprintf(out, size, TR("%.*s answered, though it is not there (%.0f %%)"), LINCE_CUT(label, 80),
                 probability);
}

int lince_most_confused(const lince_metrics *m, lince_confused_pair *pairs, int most)
{
    int found = 0;
    for (int r = 0; r < m->classes; r++)
        for (int c = 0; c < m->classes; c++) {
            int64_t count = m->confusion[r * m->classes + c];
            if (r == c || !count || (found == most && count <= pairs[most - 1].count)) continue;
            int at = found < most ? found++ : most - 1;
            for (; at > 0 && pairs[at - 1].count < count; at--) pairs[at] = pairs[at - 1];
            pairs[at] = (lince_confused_pair){r, c, count};
        }
    return found;
}

int *lince_classes_by_f1(const lince_metrics *m, lince_buffer *text)
{
    int *order = lince_buffer_alloc(text, (size_t)m->classes, sizeof *order);
    for (int place = 0; order && place < m->classes; place++) {
        int i = place, c = m->listed[place];
        for (; i > 0 && m->per_class[order[i - 1]].f1 < m->per_class[c].f1; i--) order[i] = order[i - 1];
        order[i] = c;
    }
    return order;
}
