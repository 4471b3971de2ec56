#include "modality/modality.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"

#include <assert.h>
#include <string.h>

static const lince_modality *const rows[] = {
#define MODALITY(row) &lince_modality_##row,
#include "modality/list.def"
#undef MODALITY
};

enum { COUNT = sizeof rows / sizeof *rows };

const lince_modality *lince_modality_at(size_t index)
{
    return index < COUNT ? rows[index] : NULL;
}

/* NULL: none is called so. */
static const lince_modality *named(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(rows[i]->name, name)) return rows[i];
    return NULL;
}

static bool has_layout(const lince_modality *m, const lince_layout *layout)
{
    for (size_t i = 0; m->layouts[i]; i++)
        if (m->layouts[i] == layout) return true;
    return false;
}

const lince_modality *lince_modality_of_data(const lince_dataset *dataset)
{
    size_t i = 0;
    while (!has_layout(rows[i], dataset->layout)) i++;
    return rows[i];
}

const lince_modality *lince_modality_of_model(const lince_architecture *architecture)
{
    const lince_modality *m = named(architecture->modality);
    assert(m);
    return m;
}

bool lince_modality_takes(const lince_modality *m, const lince_architecture *a)
{
    bool takes = !strcmp(m->name, a->modality);
    for (size_t i = 0; m->akin && m->akin[i] && !takes; i++) takes = !strcmp(m->akin[i], a->modality);
    return takes;
}

static bool has_marks(const lince_modality *m, const lince_weights *weights)
{
    for (size_t i = 0; m->marks[i]; i++)
        if (!lince_weights_metadata(weights, m->marks[i])) return false;
    return true;
}

const lince_modality *lince_modality_of_weights(const lince_weights *weights)
{
    for (size_t i = 0; i < COUNT; i++)
        if (has_marks(rows[i], weights)) return rows[i];
    return NULL;
}

const lince_modality *lince_modality_recorded(const json_t *data)
{
    const char *name = json_string_value(json_object_get(data, "modality"));
    const lince_modality *m = name ? named(name) : NULL;
    return m ? m : &lince_modality_pictures;
}

const lince_modality *lince_modality_of_setting(const lince_setting_info *setting)
{
    const char *plural = lince_setting_modality(setting);
    for (size_t i = 0; plural && i < COUNT; i++)
        if (!strcmp(rows[i]->plural, plural)) return rows[i];
    return NULL;
}

/* What is learned of other kinds' samples. */
static bool is_others(const lince_modality *m, const lince_setting_info *setting)
{
    const lince_modality *its = lince_modality_of_setting(setting);
    return its && its != m && lince_setting_decides(setting) == LINCE_DECIDES_LEARNING;
}

static int refuse_setting(const lince_modality *m, const lince_architecture *a, const lince_settings *s,
                          const lince_setting_info *setting)
{
    char number[LINCE_NUMBER_MAX];
    const char *value = lince_settings_text(s, setting->name, number);
    if (is_others(m, setting))
        return lince_fail(LINCE_EUSAGE, "--%s %s: is for %s, and %s holds %s; leave it out", setting->name,
                          value, _(lince_setting_modality(setting)), s->data, _(m->plural));
    if (lince_setting_is_stepwise(setting) && !a->sequences)
        return lince_fail(
            LINCE_EUSAGE,
            "--%s %s: is for networks that read step by step, as gru, and %s is none; leave it out",
            setting->name, value, a->name);
    return 0;
}

int lince_modality_refuse(const lince_modality *m, const lince_architecture *a, const lince_settings *s)
{
    const lince_setting_info *info;
    for (size_t i = 0; (info = lince_setting_at(i)); i++)
        if (!lince_settings_hold(s, info->name, info->standard)) LINCE_TRY(refuse_setting(m, a, s, info));
    if (!m->mixes && (s->mixup > 0 || s->cutmix > 0))
        return lince_fail(LINCE_EUSAGE, "--%s: batches of %s are not mixed; leave it out",
                          s->mixup > 0 ? "mixup" : "cutmix", _(m->plural));
    return 0;
}

void *lince_modality_encoder(const lince_modality *m)
{
    return lince_alloc(m->encoder_size, 1);
}

void lince_modality_encoder_free(const lince_modality *m, void *encoder)
{
    if (encoder && m->release) m->release(encoder);
    lince_free(encoder);
}

int lince_modality_plan_views(const lince_modality *m, void *encoder, const char *name, const char *whose)
{
    if (m->plan_views) return m->plan_views(encoder, name);
    return !strcmp(name, "none")
               ? 0
               : lince_fail(LINCE_EUSAGE, "--tta %s: views are of pictures, and %s is of %s", name, whose,
                            _(m->plural));
}

const lince_views *lince_modality_views(const lince_modality *m, const void *encoder)
{
    return m->views ? m->views(encoder) : NULL;
}

/* --- data sets ------------------------------------------------------------------------------------ */

int lince_dataset_open(lince_dataset **dataset, const char *path)
{
    return lince_dataset_open_table(dataset, path, &(lince_table_options){0}, NULL);
}

int lince_dataset_open_table(lince_dataset **dataset, const char *path, const lince_table_options *options,
                             const lince_within *within)
{
    const lince_layout *all[LINCE_LAYOUTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; rows[i]->layouts[k]; k++) {
            assert(count < LINCE_LAYOUTS_MAX);
            all[count++] = rows[i]->layouts[k];
        }
    return lince_dataset_open_as(dataset, path, all, count, options, within);
}
