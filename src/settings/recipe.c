#include "settings/recipe.h"
#include "core/error.h"
#include "core/number.h"
#include "optim/optim.h"
#include "settings/settings.h"

#include <string.h>

/* As standing in the table of settings; values that say nothing without an optimizer or a schedule count,
 * too: a momentum is meant for sgd. */
static bool leaves_open(const lince_settings *settings)
{
    static const char *const names[] = {"optimizer", "lr",        "scheduler", "lr-backbone",   "momentum",
                                        "nesterov",  "step-size", "gamma",     "warmup-epochs", "min-lr"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!lince_settings_hold(settings, names[i], lince_setting_named(names[i])->standard)) return false;
    return true;
}

static int set_rate(lince_settings *settings, double lr)
{
    char text[LINCE_NUMBER_MAX];
    lince_number_print_exact(text, lr);
    return lince_settings_set(settings, "lr", text);
}

static int follow(lince_settings *settings, const lince_recipe *recipe)
{
    LINCE_TRY(lince_settings_set(settings, "optimizer", recipe->optimizer));
    LINCE_TRY(lince_settings_set(settings, "scheduler", recipe->scheduler));
    return set_rate(settings, settings->weights ? recipe->lr_tuned : recipe->lr);
}

int lince_recipe_settle(lince_settings *settings, const lince_architecture *architecture,
                        const char *usual_optimizer, bool *whole)
{
    *whole = leaves_open(settings);
    if (*whole) return follow(settings, architecture->recipe);
    if (!strcmp(settings->optimizer, "auto"))
        LINCE_TRY(lince_settings_set(settings, "optimizer", usual_optimizer));
    if (!strcmp(settings->scheduler, "auto"))
        LINCE_TRY(lince_settings_set(settings, "scheduler", "constant"));
    const lince_optimizer *optimizer = lince_optimizer_named(settings->optimizer);
    if (!optimizer) return LINCE_EUSAGE;
    return settings->lr > 0 ? 0 : set_rate(settings, optimizer->usual_lr);
}

size_t lince_recipe_batch(size_t train, size_t usual, bool whole)
{
    enum { LEAST = 16, STEPS = 100, STEPS_OF_FEW = 4 };
    size_t batch = usual;
    if (train < usual) return train < STEPS_OF_FEW ? 1 : train / STEPS_OF_FEW;
    while (whole && batch > LEAST && train / batch < STEPS) batch /= 2;
    return batch;
}
