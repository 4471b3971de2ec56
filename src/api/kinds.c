/* What the public interface tells of a model's kind of samples. */
#include "modality/modality.h"
#include "train/ask/model_internal.h"

#include <lince/model.h>

/* For programs that were written when there were pictures and texts only. */
bool lince_model_is_text(const lince_model *model)
{
    return model && model->blueprint.modality == &lince_modality_texts;
}

const char *lince_model_input_name(const lince_model *model)
{
    return model ? model->blueprint.modality->input : "";
}

const char *lince_model_told(const lince_model *model, const lince_prediction *prediction, size_t index,
                             size_t *value)
{
    if (!model || !prediction || !value) return NULL;
    const lince_modality *m = model->blueprint.modality;
    return m->told ? m->told(prediction, index, value) : NULL;
}
