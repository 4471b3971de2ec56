/* What a network sees of recordings: their rate, their length, and the numbers of the map. What the settings leave open the
 * training part decides; the run's settings say how. */
#include "core/error.h"
#include "core/hash.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "core/tell.h"
#include "data/index/layout.h"
#include "modality/recurrent.h"
#include "modality/sounds/loading.h"
#include "modality/sounds/sounds.h"
#include "sound/augment/augment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- settings ------------------------------------------------------------------------------------- */

static lince_feature_spec spec_of(const lince_settings *s)
{
    bool mfcc = !strcmp(s->features, "mfcc");
    return (lince_feature_spec){.rate = s->sample_rate,
                                .fft = s->fft,
                                .hop = s->hop,
                                .mels = s->mels,
                                .coefficients = mfcc ? s->coefficients : 0,
                                .power = s->power,
                                .top_db = s->top_db,
                                .scale = lince_mel_scale_named(s->mel),
                                .taper = lince_taper_named(s->window_function)};
}

int lince_sounds_check(const lince_settings *s)
{
    lince_feature_spec spec = spec_of(s);
    LINCE_TRY(lince_feature_spec_check(&spec));
    LINCE_TRY(lince_sound_augment_parse(&(lince_sound_augment){0}, s->sound_augment));
    if (s->sample_rate && s->sample_rate < LINCE_RATE_LEAST)
        return lince_fail(LINCE_EUSAGE, "--sample-rate %d: expected %d to %d Hz, or 0", s->sample_rate,
                          LINCE_RATE_LEAST, LINCE_RATE_MOST);
    return 0;
}

/* --- what headers say ----------------------------------------------------------------------------- */

typedef struct survey {
    lince_dataset *dataset;
    lince_wave_head *heads; /* [samples]; rate 0: it cannot be read */
    size_t first;           /* of this member's share */
} survey;

static int measure(lince_dataset *d, size_t index, lince_wave_head *head)
{
    const lince_entry *entry = &d->source.entries[d->parts[LINCE_TRAIN].at[index].entry];
    char where[LINCE_WHERE_MAX];
    lince_bytes bytes;
    LINCE_TRY(lince_source_read(&d->source, entry, &bytes));
    int code = lince_wave_measure(head, bytes.data, bytes.size, lince_source_where(&d->source, entry, where));
    lince_bytes_release(&bytes);
    return code;
}

static void look_at(void *context, size_t i)
{
    LINCE_PLAIN_LOCALE;
    survey *s = context;
    i += s->first;
    if (measure(s->dataset, i, &s->heads[i])) s->heads[i] = (lince_wave_head){0};
}

/* By all members, each a share. */
static int look_at_all(survey *s, const lince_group *group, size_t n)
{
    lince_share own = lince_group_share(group, n);
    s->first = own.begin;
    lince_parallel(lince_processors(), own.count, look_at, s);
    return lince_group_gather(group, s->heads, n, (size_t)group->size, sizeof *s->heads);
}

/* The most frequent; of several the highest, which loses nothing. */
static int common_rate(const lince_wave_head *heads, size_t n)
{
    lince_map counts = {0};
    uint32_t most = 0;
    int rate = 0;
    bool is_new;
    for (size_t i = 0; i < n; i++) {
        uint32_t *count = heads[i].rate ? lince_map_at(&counts, (uint64_t)heads[i].rate, &is_new) : NULL;
        if (!count) continue;
        ++*count;
        if (*count > most || (*count == most && heads[i].rate > rate)) most = *count, rate = heads[i].rate;
    }
    lince_map_release(&counts);
    return rate;
}

static int by_seconds(const void *a, const void *b)
{
    double left = ((const lince_wave_head *)a)->seconds, right = ((const lince_wave_head *)b)->seconds;
    return (left > right) - (left < right);
}

/* As long as 19 of 20 recordings, or where they are read whole as all, to a tenth above, and no longer than LONGEST. */
static double common_seconds(lince_wave_head *heads, size_t n, bool whole)
{
    static const double LONGEST = 10;
    qsort(heads, n, sizeof *heads, by_seconds);
    double seconds = heads[whole ? n - 1 : (n * 19 + 19) / 20 - 1].seconds;
    return fmin(ceil(seconds * 10) / 10, LONGEST);
}

/* Where no header can be read: the first recording's error. */
static int fail_unknown(lince_opening *o)
{
    lince_wave_head head;
    int code = measure(o->dataset, 0, &head);
    return code ? lince_fail_in(LINCE_EDATA, o->settings->data)
                : lince_fail(LINCE_EDATA, "%s: no recording says its rate; choose a --sample-rate",
                             o->settings->data);
}

static int settle(lince_opening *o, int rate, double seconds)
{
    char number[LINCE_NUMBER_MAX];
    lince_settings *s = o->settings;
    if (!s->sample_rate) {
        snprintf(number, sizeof number, "%d", rate);
        lince_note(o->observer, _("--sample-rate %d, the most frequent of the training part"), rate);
        LINCE_TRY(lince_settings_set(s, "sample-rate", number));
    }
    if (s->seconds > 0) return 0;
    lince_number_print_exact(number, seconds);
    if (o->architecture->sequences)
        lince_note(o->observer, _("--seconds %s: recordings are read whole, of longer ones the middle"),
                   number);
    else
        lince_note(
            o->observer,
            _("--seconds %s, as long as 95 %% of the training part: shorter recordings are padded with "
              "silence, of longer ones the middle is taken"),
            number);
    return lince_settings_set(s, "seconds", number);
}

/* What the settings leave open, from headers. */
static int choose(lince_opening *o)
{
    size_t n = lince_dataset_count(o->dataset, LINCE_TRAIN);
    if (o->settings->sample_rate && o->settings->seconds > 0) return 0;
    survey s = {.dataset = o->dataset, .heads = lince_alloc(n, sizeof *s.heads)};
    int code = lince_group_all(o->group, s.heads ? 0 : LINCE_ENOMEM);
    if (!code) code = look_at_all(&s, o->group, n);
    int rate = code ? 0 : common_rate(s.heads, n);
    if (!code)
        code =
            rate ? settle(o, rate, common_seconds(s.heads, n, o->architecture->sequences)) : fail_unknown(o);
    lince_free(s.heads);
    return code;
}

/* --- the encoder ---------------------------------------------------------------------------------- */

static int check_length(const lince_sound_encoder *e, double seconds)
{
    double samples = seconds * e->spec.rate;
    return samples >= 1 && samples <= LINCE_WAVE_MOST
               ? 0
               : lince_fail(LINCE_EUSAGE, "--seconds %g: at %d Hz expected 1 to %d samples", seconds,
                            e->spec.rate, LINCE_WAVE_MOST);
}

/* Frame after frame: what is mixed would have two lengths. */
static int plan_sequence(lince_opening *o)
{
    const lince_settings *s = o->settings;
    lince_sound_encoder *e = o->encoder;
    e->sequence = o->architecture->sequences;
    if (!e->sequence) return 0;
    if (s->mixup > 0 || s->cutmix > 0)
        return lince_fail(LINCE_EUSAGE, "--%s mixes maps, which %s reads frame by frame; leave it out",
                          s->mixup > 0 ? "mixup" : "cutmix", s->model);
    LINCE_TRY(lince_recurrent_choose(&e->net, s));
    e->net.max_tokens = (int)lince_sound_frames(e);
    return 0;
}

int lince_sounds_prepare(lince_opening *o)
{
    lince_sound_encoder *e = o->encoder;
    LINCE_TRY(choose(o));
    e->spec = spec_of(o->settings);
    LINCE_TRY(check_length(e, o->settings->seconds));
    e->samples = (size_t)lround(o->settings->seconds * e->spec.rate);
    LINCE_TRY(plan_sequence(o));
    LINCE_TRY(lince_sound_features_new(&e->features, &e->spec));
    for (int b = 0; b < LINCE_BANDS_MOST; b++) e->deviation[b] = 1;
    int empty = lince_sound_features_empty(e->features);
    if (empty)
        lince_warn(
            o->observer,
            _("bands that no frequency of --fft %d falls into, so that they say nothing: %d of %d; choose fewer "
              "--mels or a larger --fft"),
            e->spec.fft, empty, e->spec.mels);
    lince_note(o->observer, _("input: %d bands x %zu frames (%g s at %d Hz)"), lince_feature_bands(&e->spec),
               lince_sound_frames(e), o->settings->seconds, e->spec.rate);
    return 0;
}

int lince_sounds_measure(lince_opening *o)
{
    lince_sound_encoder *e = o->encoder;
    lince_loader_measure_sounds(o->train, e->mean, e->deviation);
    return 0;
}
