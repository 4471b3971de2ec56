/* The worst errors: the test samples that were mistaken with the highest probability. */
#include "core/error.h"
#include "core/json.h"
#include "report/explain/explain.h"
#include "report/page/sheet.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 6, ERRORS = 12, TILE = 120 };

int lince_explain_errors(lince_explainer *e)
{
    lince_case worst[ERRORS];
    size_t count;
    LINCE_TRY(lince_explain_worst(e, worst, ERRORS, &count));
    lince_image images[ERRORS] = {0};
    lince_sheet_item items[ERRORS];
    char captions[ERRORS][2 * LINCE_CAPTION_MAX];
    const lince_sheet layout = {.columns = COLUMNS, .tile = TILE, .lines = 2};
    json_t *told = json_array();
    int code = 0;
    for (size_t i = 0; i < count && !code; i++) {
        char sample[LINCE_CAPTION_MAX], answer[LINCE_CAPTION_MAX];
        code = lince_explain_picture(e, worst[i].outcome, &images[i]);
        lince_explain_captions(e, &worst[i], sample, answer);
        *strchr(answer, '\n') = ' ';
        snprintf(captions[i], sizeof captions[i], "%s\n%s", sample, answer);
        items[i] = (lince_sheet_item){&images[i], captions[i]};
        lince_json_add(&told, lince_explain_case(e, &worst[i]));
    }
    if (!code && count) code = lince_sheet_draw(e->facts->run.folder, "errors", &layout, items, count);
    for (size_t i = 0; i < count; i++) lince_image_release(&images[i]);
    lince_json_put(&e->told, "errors", told);
    return code;
}
