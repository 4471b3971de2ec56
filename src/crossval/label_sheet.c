/* What the samples with the most suspicious labels look like. */
#include "core/display.h"
#include "core/error.h"
#include "core/memory.h"
#include "crossval/crossval.h"
#include "modality/pictures/pictures.h"
#include "report/explain/reopen.h"
#include "report/page/sheet.h"
#include "train/data/open_data.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 6, TILE = 120 };

typedef struct showing {
    const lince_cv_results *results;
    lince_dataset *dataset;
    lince_part part[LINCE_CV_SHOWN]; /* where the samples lie */
    size_t index[LINCE_CV_SHOWN], count;
} showing;

/* As the first fold saw them, but with all samples: none is left out for --train-limit. */
static int open_data(showing *s)
{
    const lince_facts *f = &s->results->facts[0];
    lince_settings settings = {0};
    int code = lince_settings_fill(&settings, &f->settings);
    if (!code) code = lince_settings_set(&settings, "train-limit", "0");
    if (!code) code = lince_open_data(&s->dataset, &settings, NULL, NULL, NULL);
    lince_settings_release(&settings);
    if (!code && strcmp(lince_dataset_fingerprint(s->dataset), lince_fact_text(f->data, "fingerprint")) != 0)
        code = lince_fail(LINCE_EDATA, "%s: other data than the runs were trained on", f->settings.data);
    return code;
}

/* A sample of several labels may be shown for more than one of them. */
static int find_samples(showing *s)
{
    const char *name[LINCE_CV_SHOWN];
    size_t fold, found = 0;
    for (size_t i = 0; i < s->count; i++)
        name[i] = lince_cv_sample(s->results, s->results->issues[i].sample, &fold)->path;
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 0; i < lince_dataset_count(s->dataset, (lince_part)p); i++) {
            const char *own = lince_dataset_name(s->dataset, (lince_part)p, i);
            for (size_t k = 0; k < s->count; k++)
                if (!strcmp(own, name[k])) s->part[k] = (lince_part)p, s->index[k] = i, found++;
        }
    if (found == s->count) return 0;
    return lince_fail(LINCE_EDATA, "%s: the samples of the runs are not all there",
                      lince_dataset_path(s->dataset));
}

static int fit(const showing *s, const lince_transform *transform, size_t at, lince_image *image)
{
    lince_image whole;
    LINCE_TRY(lince_dataset_read(s->dataset, s->part[at], s->index[at], &whole));
    int code = lince_transform_fit(transform, &whole, image);
    lince_image_release(&whole);
    return code;
}

static int draw_pictures(const showing *s)
{
    const lince_cv_results *r = s->results;
    char captions[LINCE_CV_SHOWN][512], given[LINCE_CV_NAME], suggested[LINCE_CV_NAME];
    lince_image images[LINCE_CV_SHOWN] = {0};
    lince_sheet_item items[LINCE_CV_SHOWN];
    lince_blueprint blueprint;
    const lince_sheet layout = {.columns = COLUMNS, .tile = TILE, .lines = 2};
    int code = lince_reopen_blueprint(&r->facts[0], &blueprint);
    for (size_t i = 0; i < s->count && !code; i++) {
        const lince_label_issue *issue = &r->issues[i];
        double own = issue->self_confidence, other = own + 1 - 2 * issue->margin;
        code = fit(s, &lince_picture_encoder_of(blueprint.encoder)->transform, i, &images[i]);
        r->labelling->name(r, issue, false, given);
        r->labelling->name(r, issue, true, suggested);
        snprintf(captions[i], sizeof captions[i], "%.*s %.0f %%\n→ %.*s %.0f %%", LINCE_CUT(given, 200),
                 100 * own, LINCE_CUT(suggested, 200), 100 * other);
        items[i] = (lince_sheet_item){&images[i], captions[i]};
    }
    if (!code) code = lince_sheet_draw(r->run.folder, "label_issues", &layout, items, s->count);
    for (size_t i = 0; i < s->count; i++) lince_image_release(&images[i]);
    lince_blueprint_release(&blueprint);
    return code;
}

static int copy_texts(const showing *s, char *texts[LINCE_CV_SHOWN])
{
    for (size_t i = 0; i < s->count; i++)
        if (!(texts[i] = lince_strdup(lince_dataset_text(s->dataset, s->part[i], s->index[i]))))
            return LINCE_ENOMEM;
    return 0;
}

int lince_cv_show_issues(const lince_cv_results *r, char *texts[LINCE_CV_SHOWN])
{
    showing s = {.results = r, .count = r->issue_count < LINCE_CV_SHOWN ? r->issue_count : LINCE_CV_SHOWN};
    if (!s.count) return 0;
    int code = open_data(&s);
    if (!code) code = find_samples(&s);
    if (!code && r->facts[0].kinds == LINCE_TEXTS) code = copy_texts(&s, texts);
    if (!code && r->facts[0].kinds == LINCE_PICTURES) code = draw_pictures(&s);
    lince_dataset_free(s.dataset);
    return code;
}
