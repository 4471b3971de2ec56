/* Pictures whose labels stand in tables beside them: "id,label", "filename,label", "image,level", Hugging
 * Face's metadata.csv. */
#ifndef LINCE_DATA_LABEL_TABLES_H
#define LINCE_DATA_LABEL_TABLES_H

#include "data/index/layout.h"

/* Indexes the data set by its tables: 1; 0 where none names its pictures, or where folders say the same
 * labels. `pictured`: [entries of the source]. LINCE_EDATA, LINCE_EFORMAT, LINCE_EUSAGE. */
int lince_label_tables_index(lince_dataset *dataset, const bool *pictured);

#endif
