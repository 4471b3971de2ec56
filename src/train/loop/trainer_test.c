/* What is measured once, with the best weights, when training has ended. */
#include "core/error.h"
#include "core/i18n.h"
#include "train/loop/trainer.h"
#include "train/measure/calibrate.h"
#include "train/measure/threshold.h"

#include <string.h>

/* The best epoch's, into the net. */
static int load_best(lince_trainer *t)
{
    if (!t->at.best_epoch)
        return lince_fail(
            LINCE_ENUMERIC,
            "%s: no epoch ended with a loss that is a number: the training has diverged; try a smaller --lr, "
            "--clip-grad 1 or --warmup-epochs 1",
            t->run.folder);
    return lince_group_all(t->group, lince_trainer_load_own(t, "best"));
}

int lince_trainer_test(lince_trainer *t)
{
    lince_evaluation e;
    if (!lince_dataset_count(t->dataset, LINCE_TEST)) {
        if (t->settings->test_split != 0) /* 0: none is wanted */
            lince_trainer_warn(
                t,
                _("%s has no test part: nothing independent was measured; --test-split 0.2 sets one aside"),
                t->settings->data);
        return 0;
    }
    LINCE_TRY(load_best(t));
    LINCE_TRY(lince_trainer_evaluate(t, LINCE_TEST, false, &e));
    if (lince_results_changed(&t->tested, &e))
        lince_trainer_warn(
            t,
            _("%s: the test part is not what %s was tested on before: samples are others, or hold "
              "something else; the test is that of what there is now"),
            t->settings->data, t->run.folder);
    int code = lince_trainer_writes(t) ? lince_trainer_write_test(t, &e) : 0;
    lince_trainer_note(t, _("test: loss %.4f, accuracy %.2f %%, with the weights of epoch %d; samples: %zu"),
                       e.loss, 100 * e.accuracy, t->at.best_epoch, e.n);
    if (e.labelling->several)
        lince_trainer_note(
            t,
            _("all labels of a sample are right in so many; mean average precision %.4f, micro F1 %.4f, "
              "Hamming loss %.4f"),
            e.curves.average_precision, e.of_labels.micro.f1, e.of_labels.hamming);
    if (e.views && e.views->count)
        lince_trainer_note(t, _("each answer is the mean of %d views of the picture (--tta %s)"),
                           e.views->count, e.views->name);
    lince_evaluation_release(&e);
    return code;
}

static void tell_thresholds(const lince_trainer *t)
{
    const lince_blueprint *b = &t->blueprint;
    float least = b->threshold[0], most = b->threshold[0];
    for (int c = 1; c < b->classes; c++) {
        if (b->threshold[c] < least) least = b->threshold[c];
        if (b->threshold[c] > most) most = b->threshold[c];
    }
    lince_trainer_note(t, _("thresholds of the best F1 on the validation part, by class: from %.4f to %.4f"),
                       (double)least, (double)most);
}

int lince_trainer_choose_thresholds(lince_trainer *t)
{
    lince_evaluation e;
    if (!t->blueprint.several || strcmp(t->settings->threshold, "auto") != 0) return 0;
    LINCE_TRY(load_best(t));
    LINCE_TRY(lince_trainer_evaluate(t, t->settings->val_on_test ? LINCE_TEST : LINCE_VAL, false, &e));
    int code = lince_threshold_choose(&t->blueprint, &e);
    lince_evaluation_release(&e);
    if (!code && lince_trainer_writes(t)) code = lince_threshold_keep(&t->blueprint, t->run.folder);
    if (!code) tell_thresholds(t);
    return code;
}

int lince_trainer_calibrate(lince_trainer *t)
{
    lince_evaluation raw;
    lince_calibration calibration;
    lince_buffer said = {0};
    if (!t->settings->calibrate) return 0;
    LINCE_TRY(load_best(t));
    LINCE_TRY(lince_trainer_evaluate(t, LINCE_VAL, true, &raw));
    int code = lince_calibration_fit(&calibration, &raw);
    lince_evaluation_release(&raw);
    if (code) return code;
    if (lince_trainer_writes(t))
        LINCE_TRY(lince_calibration_keep(&calibration, &t->blueprint, t->run.folder, t->settings->tta));
    lince_calibration_print(&calibration, &said);
    if (!said.error) lince_trainer_note(t, "%s", said.data);
    lince_buffer_release(&said);
    return said.error;
}
