/* What a run was made of, opened again: its data, as they were in training, and its best weights. */
#ifndef LINCE_REPORT_REOPEN_H
#define LINCE_REPORT_REOPEN_H

#include "data/dataset.h"
#include "net/net.h"
#include "report/facts/facts.h"
#include "train/blueprint/blueprint.h"

/* Split and limited as in training. LINCE_EDATA where they are other data now, by their fingerprint. On
 * failure *dataset may be there, for the caller to free. */
int lince_reopen_data(const lince_facts *facts, lince_dataset **dataset);

/* The same with what --drop-duplicates left out. */
int lince_reopen_whole(const lince_facts *facts, lince_dataset **dataset);

/* What weights/best.safetensors says of itself. Release in any case. */
int lince_reopen_blueprint(const lince_facts *facts, lince_blueprint *blueprint);

/* The net of a blueprint (whose text.max_tokens may have been changed) with the run's best weights. On
 * failure *net may be there, for the caller to free. */
int lince_reopen_net(const lince_facts *facts, const lince_blueprint *blueprint,
                     const lince_net_options *options, lince_net **net);

#endif
