/* The worst errors: the test samples that were mistaken with the highest probability. */
#include "core/display.h"
#include "core/error.h"
#include "core/json.h"
#include "report/explain/explain.h"
#include "report/page/sheet.h"

#include <stdio.h>

enum { COLUMNS = 6, ERRORS = 12, TILE = 120 };

int lince_explain_errors(lince_explainer *e)
{
    size_t worst[ERRORS], count;
    LINCE_TRY(lince_explain_worst(e, worst, ERRORS, &count));
    lince_image images[ERRORS] = {0};
    lince_sheet_item items[ERRORS];
    char captions[ERRORS][512];
    const lince_sheet layout = {.columns = COLUMNS, .tile = TILE, .lines = 2};
    json_t *told = json_array();
    int code = 0;
    for (size_t i = 0; i < count && !code; i++) {
        const lince_outcome_row *row = &e->outcomes.rows[worst[i]];
        code = lince_explain_picture(e, worst[i], &images[i]);
        snprintf(captions[i], sizeof captions[i], "%.*s\n→ %.*s %.0f %%",
                 LINCE_CUT(e->facts->test.names[row->label], 200),
                 LINCE_CUT(e->facts->test.names[row->predicted], 200), 100 * row->probability);
        items[i] = (lince_sheet_item){&images[i], captions[i]};
        lince_json_add(&told, lince_explain_outcome(e, worst[i]));
    }
    if (!code && count) code = lince_sheet_draw(e->facts->run.folder, "errors", &layout, items, count);
    for (size_t i = 0; i < count; i++) lince_image_release(&images[i]);
    lince_json_put(&e->told, "errors", told);
    return code;
}
