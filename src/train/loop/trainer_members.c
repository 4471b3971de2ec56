/* What the members of a group must have in common, so that each computes a part of the same run. */
#include "core/error.h"
#include "core/sha256.h"
#include "train/loop/trainer.h"

#include <string.h>

static bool must_agree(const lince_setting_info *info)
{
    return lince_setting_decides(info) != LINCE_DECIDES_NOTHING && strcmp(info->name, "data") != 0;
}

static void sum_settings(const lince_trainer *t, char digits[LINCE_SHA256_DIGITS + 1])
{
    const lince_setting_info *info;
    char number[LINCE_NUMBER_MAX];
    lince_sha256 sum;
    lince_sha256_begin(&sum);
    for (size_t i = 0; (info = lince_setting_at(i)); i++) {
        if (!must_agree(info)) continue;
        const char *value = lince_settings_text(t->settings, info->name, number);
        lince_sha256_add(&sum, value, strlen(value) + 1);
    }
    lince_sha256_end(&sum, digits);
}

/* Which one is another is asked where their sums are. */
static int same_settings(const lince_trainer *t)
{
    const lince_setting_info *info;
    char number[LINCE_NUMBER_MAX], name[64], sum[LINCE_SHA256_DIGITS + 1];
    sum_settings(t, sum);
    if (!lince_group_same(t->group, "settings", sum)) return 0;
    for (size_t i = 0; (info = lince_setting_at(i)); i++) {
        if (!must_agree(info)) continue;
        snprintf(name, sizeof name, "--%s", info->name);
        LINCE_TRY(lince_group_same(t->group, name, lince_settings_text(t->settings, info->name, number)));
    }
    return lince_fail(LINCE_EDATA, "the processes have other settings");
}

int lince_trainer_agree(const lince_trainer *t)
{
    if (t->group->size == 1) return 0;
    LINCE_TRY(lince_group_alike(t->group));
    LINCE_TRY(same_settings(t));
    return lince_group_same(t->group, t->settings->data, lince_dataset_fingerprint(t->dataset));
}

int lince_trainer_threads(const lince_trainer *t)
{
    return t->settings->threads ? t->settings->threads : lince_group_threads(t->group);
}
