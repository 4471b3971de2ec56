/* A run's temperature (metrics/temperature.h): fitted on its validation part, kept with its best weights. */
#ifndef LINCE_TRAIN_CALIBRATE_H
#define LINCE_TRAIN_CALIBRATE_H

#include "settings/settings.h"
#include "train/measure/evaluate.h"

typedef struct lince_calibration {
    double temperature;
    lince_reliability before, after; /* of the validation part, at 1 and at it */
} lince_calibration;

/* Of scores as they are (lince_evaluate's `raw`). LINCE_EDATA where there are none. */
int lince_calibration_fit(lince_calibration *calibration, const lince_evaluation *raw);

/* Into the metadata of the run's weights/best.safetensors, with the blueprint's thresholds where it has some, and
 * calibration.json. `tta`: the views, by name. */
int lince_calibration_keep(const lince_calibration *calibration, const lince_blueprint *blueprint,
                           const char *folder, const char *tta);

/* LINCE_EUSAGE where the settings leave no validation part that is not the test; and where samples have several labels and the
 * loss is not of each class by itself, so that no probability says whether one is there. */
int lince_calibration_check(const lince_settings *settings);
int lince_calibration_check_loss(const lince_loss_type *loss, bool several);

/* What to tell of it, a line. */
void lince_calibration_print(const lince_calibration *calibration, lince_buffer *out);

#endif
