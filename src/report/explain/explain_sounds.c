/* Recordings of a report: one of each class as the network sees it; where in time and frequency it looked, of test
 * recordings, right ones and errors; and these as files that can be played. */
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "modality/sounds/sounds.h"
#include "report/explain/explain.h"
#include "report/explain/gradcam.h"
#include "report/explain/sound_picture.h"
#include "report/page/sheet.h"

#include <stdio.h>

enum { SEEN = 10, RIGHT = 4, WRONG = 6, HEARD = RIGHT + WRONG, COLUMNS = 5 };

/* A recording, its clip and its map. */
typedef struct heard {
    lince_wave wave;
    uint64_t content;
    float *clip, *map, *x, *input;
} heard;

static void release(heard *h)
{
    lince_wave_release(&h->wave);
    lince_free(h->clip);
    lince_free(h->map);
    lince_free(h->x);
    lince_free(h->input);
}

static int hear(lince_explainer *e, lince_part part, size_t index, heard *h)
{
    const lince_sound_encoder *s = e->blueprint.encoder;
    size_t floats = lince_sound_floats(s);
    *h = (heard){.clip = lince_alloc(s->samples, sizeof(float)),
                 .map = lince_alloc(floats, sizeof(float)),
                 .x = lince_alloc(floats, sizeof(float)),
                 .input = lince_alloc(floats, sizeof(float))};
    void *scratch = lince_alloc(lince_sound_features_scratch(s->features, lince_sound_frames(s)), 1);
    int code = h->clip && h->map && h->x && h->input && scratch ? 0 : LINCE_ENOMEM;
    if (!code) code = lince_sound_read(e->dataset, part, index, s->spec.rate, &h->wave, &h->content);
    if (!code) {
        lince_sound_clip(&h->wave, s->samples, h->clip);
        lince_sound_features_compute(s->features, h->clip, s->samples, scratch, h->map);
        lince_sound_normalise(s, h->map, h->x);
        lince_sound_lay(s, h->x, h->input);
    }
    lince_free(scratch);
    return code;
}

static size_t bands_of(const lince_explainer *e)
{
    return (size_t)lince_feature_bands(&((const lince_sound_encoder *)e->blueprint.encoder)->spec);
}

static size_t frames_of(const lince_explainer *e)
{
    return lince_sound_frames(e->blueprint.encoder);
}

/* --- one of each class ---------------------------------------------------------------------------- */

typedef struct sheet {
    lince_image image[2 * HEARD];
    char caption[2 * HEARD][LINCE_CAPTION_MAX];
    size_t count;
} sheet;

static int draw_sheet(const lince_explainer *e, const char *name, int columns, const sheet *s)
{
    lince_sheet_item items[2 * HEARD];
    const lince_sheet layout = {.columns = columns, .tile = LINCE_SOUND_WIDTH, .lines = 2};
    for (size_t i = 0; i < s->count; i++) items[i] = (lince_sheet_item){&s->image[i], s->caption[i]};
    return lince_sheet_draw(e->facts->run.folder, name, &layout, items, s->count);
}

static void release_sheet(sheet *s)
{
    for (size_t i = 0; i < 2 * HEARD; i++) lince_image_release(&s->image[i]);
    lince_free(s);
}

/* The first of the training part's recordings of a class that can be read. */
static int add_class(lince_explainer *e, int class, sheet *s)
{
    size_t n = lince_dataset_count(e->dataset, LINCE_TRAIN);
    int code = 1;
    for (size_t i = 0; i < n && code == 1; i++) {
        heard h;
        if (!lince_dataset_has(e->dataset, LINCE_TRAIN, i, class)) continue;
        code = hear(e, LINCE_TRAIN, i, &h) ? 1 : 0;
        if (!code)
            code = lince_sound_picture(&s->image[s->count], h.clip,
                                       ((const lince_sound_encoder *)e->blueprint.encoder)->samples, h.map,
                                       bands_of(e), frames_of(e));
        release(&h);
    }
    if (!code)
        snprintf(s->caption[s->count++], sizeof s->caption[0], "%.*s",
                 LINCE_CUT(lince_dataset_class(e->dataset, class), 200));
    return code < 0 ? code : 0;
}

int lince_explain_recordings(lince_explainer *e)
{
    sheet *s = lince_alloc(1, sizeof *s);
    int classes = lince_dataset_classes(e->dataset), code = s ? 0 : LINCE_ENOMEM;
    for (int c = 0; c < classes && c < SEEN && !code; c++) code = add_class(e, c, s);
    if (!code && s->count) {
        lince_json_put(&e->told, "recordings",
                       lince_json_pack("{s:I, s:i}", "shown", (json_int_t)s->count, "classes", classes));
        code = draw_sheet(e, "recordings", COLUMNS, s);
    }
    if (s) release_sheet(s);
    return code;
}

/* --- where it looked, and the worst errors ---------------------------------------------------------- */

/* plots/heard-N.wav, the clip as it was heard. */
static int save_clip(const lince_explainer *e, size_t number, const heard *h)
{
    const lince_sound_encoder *s = e->blueprint.encoder;
    char name[64];
    lince_buffer wav = {0};
    snprintf(name, sizeof name, "plots/heard-%zu.wav", number);
    lince_wave_encode(&wav, h->clip, s->samples, s->spec.rate);
    int code = wav.error ? wav.error : lince_file_write_in(e->facts->run.folder, name, wav.data, wav.size);
    lince_buffer_release(&wav);
    return code;
}

/* The map, and the map below its heat. */
static int add_heat(lince_explainer *e, size_t node, const heard *h, const lince_case *at, sheet *s)
{
    lince_shape shape = lince_gradcam_shape(e->net, node);
    float *heat = lince_alloc((size_t)shape.height * (size_t)shape.width, sizeof *heat),
          *upright = lince_alloc((size_t)shape.height * (size_t)shape.width, sizeof *upright);
    lince_image *plain = &s->image[s->count], *warm = &s->image[s->count + 1];
    int code = heat && upright ? lince_gradcam(e->net, node, h->input, at->class, heat) : LINCE_ENOMEM;
    for (int y = 0; !code && y < shape.height; y++) /* low bands are drawn at the foot */
        for (int x = 0; x < shape.width; x++)
            upright[(shape.height - 1 - y) * shape.width + x] = heat[y * shape.width + x];
    if (!code) code = lince_sound_map_picture(plain, h->map, bands_of(e), frames_of(e));
    if (!code) code = lince_sheet_blend(warm, plain, upright, shape.height, shape.width);
    lince_free(heat);
    lince_free(upright);
    lince_explain_captions(e, at, s->caption[s->count], s->caption[s->count + 1]);
    s->count += 2;
    return code;
}

static int add_case(lince_explainer *e, size_t node, const lince_case *at, size_t number, sheet *s,
                    json_t **told)
{
    heard h;
    int code = hear(e, LINCE_TEST, e->index[at->outcome], &h);
    if (!code) code = lince_explain_check(e, at->outcome, h.content);
    if (!code) code = save_clip(e, number, &h);
    if (!code && node) code = add_heat(e, node, &h, at, s);
    release(&h);
    lince_json_add(told, lince_explain_case(e, at));
    return code;
}

/* A recurrent net has no map of places. */
static size_t node_of(const lince_explainer *e)
{
    const lince_sound_encoder *s = e->blueprint.encoder;
    return s->sequence ? 0 : lince_gradcam_node(e->net);
}

int lince_explain_heard(lince_explainer *e)
{
    lince_case chosen[HEARD];
    size_t right = lince_explain_right(e, chosen, RIGHT, NULL), wrong, node = node_of(e);
    LINCE_TRY(lince_explain_worst(e, chosen + right, WRONG, &wrong));
    if (!(right + wrong)) return 0;
    sheet *s = lince_alloc(1, sizeof *s);
    json_t *told = json_array();
    int code = s ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < right + wrong && !code; i++) code = add_case(e, node, &chosen[i], i + 1, s, &told);
    if (!code && node) {
        lince_shape shape = lince_gradcam_shape(e->net, node);
        lince_json_put(&e->told, "gradcam",
                       lince_json_pack("{s:s, s:i, s:i, s:O}", "layer", lince_net_layer(e->net, node)->name,
                                       "height", shape.height, "width", shape.width, "samples", told));
        code = draw_sheet(e, "gradcam", 6, s);
    }
    lince_json_put(&e->told, "heard", told);
    if (s) release_sheet(s);
    return code;
}
