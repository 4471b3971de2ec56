/* What there is to say of recordings: in a run's data.json, and by `lince info`. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "data/index/layout.h"
#include "modality/sounds/sounds.h"

#include <math.h>

void lince_sounds_describe(const lince_opening *o, json_t **data)
{
    const lince_sound_encoder *e = o->encoder;
    const lince_feature_spec *s = &e->spec;
    lince_json_put(data, "sound",
                   lince_json_pack("{s:i, s:f, s:s, s:i, s:I, s:i, s:i, s:i, s:s, s:s, s:i, s:f, s:s}",
                                   "rate", s->rate, "seconds", (double)e->samples / s->rate, "features",
                                   s->coefficients ? "mfcc" : "log-mel", "bands", lince_feature_bands(s),
                                   "frames", (json_int_t)lince_sound_frames(e), "mels", s->mels, "fft",
                                   s->fft, "hop", s->hop, "mel", s->scale->name, "window", s->taper->name,
                                   "power", s->power, "top_db", s->top_db, "augment",
                                   o->settings->sound_augment ? o->settings->sound_augment : "none"));
}

/* --- lince info ----------------------------------------------------------------------------------- */

typedef struct facts {
    size_t count, unread;
    double seconds, shortest, longest;
    int lowest, highest; /* rates */
    char why[512];       /* of the first that cannot be read */
} facts;

static void add_head(facts *f, const lince_wave_head *h)
{
    f->shortest = f->count ? fmin(f->shortest, h->seconds) : h->seconds;
    f->longest = fmax(f->longest, h->seconds);
    f->lowest = f->count && f->lowest < h->rate ? f->lowest : h->rate;
    f->highest = f->highest > h->rate ? f->highest : h->rate;
    f->seconds += h->seconds;
    f->count++;
}

static void add_sample(facts *f, lince_dataset *d, const lince_sample *sample)
{
    const lince_entry *entry = &d->source.entries[sample->entry];
    char where[LINCE_WHERE_MAX];
    lince_wave_head head;
    lince_bytes bytes = {0};
    int code = lince_source_read(&d->source, entry, &bytes);
    if (!code)
        code =
            lince_wave_measure(&head, bytes.data, bytes.size, lince_source_where(&d->source, entry, where));
    if (!code)
        add_head(f, &head);
    else if (!f->unread++)
        snprintf(f->why, sizeof f->why, "%s", lince_error());
    lince_bytes_release(&bytes);
}

static int add_part(facts *f, lince_dataset *d, const lince_samples *part, const lince_watch *watch)
{
    for (size_t i = 0; i < part->count; i++) {
        if (watch && watch->stop && *watch->stop) return lince_fail(LINCE_EINTERRUPTED, "interrupted");
        if (watch && watch->progress) watch->progress(watch->context, i, part->count);
        add_sample(f, d, &part->at[i]);
    }
    return 0;
}

int lince_sounds_put_info(lince_dataset *d, const lince_watch *watch, json_t **info)
{
    facts f = {0};
    for (int p = 0; p < LINCE_PARTS; p++) LINCE_TRY(add_part(&f, d, &d->parts[p], watch));
    json_t *sound =
        lince_json_pack("{s:I, s:f, s:[f, f], s:[i, i]}", "n", (json_int_t)f.count, "hours", f.seconds / 3600,
                        "seconds", f.shortest, f.longest, "rate", f.lowest, f.highest);
    if (f.unread)
        lince_json_put(&sound, "unread",
                       lince_json_pack("{s:I, s:s}", "n", (json_int_t)f.unread, "first", f.why));
    lince_json_put(info, "sound", sound);
    return 0;
}

static double number(const json_t *json, const char *key, size_t index)
{
    return json_number_value(json_array_get(json_object_get(json, key), index));
}

void lince_sounds_print_info(const json_t *info, lince_buffer *out)
{
    const json_t *sound = json_object_get(info, "sound"), *unread = json_object_get(sound, "unread");
    if (!sound) return;
    lince_buffer_printf(out,
                        _("recordings: %.2f to %.2f s, %.2f hours in all; %.0f to %.0f samples a second\n"),
                        number(sound, "seconds", 0), number(sound, "seconds", 1),
                        json_number_value(json_object_get(sound, "hours")), number(sound, "rate", 0),
                        number(sound, "rate", 1));
    if (unread)
        lince_buffer_printf(out, _("files that cannot be read: %.0f, the first: %s\n"),
                            json_number_value(json_object_get(unread, "n")),
                            json_string_value(json_object_get(unread, "first")));
}
