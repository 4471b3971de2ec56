#include "train/measure/labelling.h"

#include <stddef.h>

static const lince_labelling *const rows[] = {
#define LABELLING(row) &row,
#include "train/measure/labellings.def"
};

const lince_labelling *lince_labelling_for(bool several)
{
    size_t i = 0;
    while (rows[i]->several != several) i++;
    return rows[i];
}

const lince_labelling *lince_labelling_of(const lince_dataset *dataset)
{
    return lince_labelling_for(lince_dataset_several(dataset));
}
