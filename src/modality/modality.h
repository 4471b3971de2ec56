/* What a sample is: a picture, a text, ... All that the program has to know of a kind of samples is one row,
 * in a file of its own here, and one line of list.def. Nobody else asks what kind it is: they ask the row.
 *
 * What the row's functions share for one model is its encoder: what turns samples into a net's input. It is made
 * from settings and the training part (prepare), or read from what a weights file says of itself (read). */
#ifndef LINCE_MODALITY_MODALITY_H
#define LINCE_MODALITY_MODALITY_H

#include "core/buffer.h"
#include "data/index/layout.h"
#include "data/likeness/likeness.h"
#include "data/loader/loader.h"
#include "modality/asking.h"
#include "modality/many.h"
#include "modality/passport.h"
#include "modality/probe.h"
#include "models/model_zoo.h"
#include "picture/views.h"
#include "settings/settings.h"
#include "weights/weights.h"

#include <jansson.h>
#include <lince/model.h>

/* A training while it is opened: what a kind looks at, chooses and tells. */
typedef struct lince_opening {
    lince_settings
        *settings; /* the run's own: what was left open is set in them, so that it can be resumed */
    const lince_observer *observer;
    const lince_group *group; /* whose members open it together, with the same settings and data */
    lince_dataset *dataset;
    const lince_architecture *architecture;
    bool by_recipe; /* it learns as the architecture's recipe says */
    void *encoder;
    lince_loader *train, *val; /* once they are open; val NULL: no validation */
    lince_net *net;            /* once it is made */
} lince_opening;

typedef struct lince_modality {
    const char *name;   /* in a run's data.json: "image", "text"; an architecture says whose it is by it */
    const char *plural; /* "pictures"; untranslated, as all that is told */
    const char *input;  /* what something that is asked about is called in answers: "path", "text" */

    /* Where nothing is said. */
    const char *model,
        *early_model;   /* early: of runs of version 0.1, which did not record it; NULL: the same */
    const char *models; /* some to choose from: "rnn, gru or lstm" */
    /* Of other kinds, by their names, whose architectures take its samples, too; ends with NULL. NULL: none do. */
    const char *const *akin;
    const char *optimizer; /* where not the whole recipe is followed */
    double test_split;     /* share of the training part where there is no test part; 0: none */
    int batch_size;
    int threads; /* that a step keeps busy */

    const lince_layout *const *layouts; /* how samples lie in a source; NULL behind the last */

    /* How samples that are alike are found. */
    const lince_likeness_kind *likeness;
    /* What is told of samples that two parts share: of a part, another, how many exactly and nearly, all, per
     * cent; and of samples under two labels: of a part, how many, all. */
    const char *shared, *relabelled;

    size_t encoder_size;
    void (*release)(void *encoder); /* may be NULL: it owns nothing */

    /* --- training, in this order ---------------------------------------------------------------------- */

    /* What of the kind's own settings makes no sense, before data are read; LINCE_EUSAGE. May be NULL. */
    int (*check)(const lince_settings *settings);
    bool mixes; /* samples of a batch can be mixed (--mixup, --cutmix) */
    /* What the data.json of an early run says and its settings do not; may be NULL. */
    int (*complete)(lince_settings *settings, const json_t *data);
    /* Before any sample is looked at, and before the encoder is prepared; may be NULL. */
    int (*look)(lince_opening *opening);
    int (*prepare)(lince_opening *opening);
    /* With the training part's loader; may be NULL. */
    int (*measure)(lince_opening *opening);
    /* Once all parts were looked at; may be NULL. */
    void (*remark)(const lince_opening *opening);
    /* The net has its first weights; those of --weights, where there are, come next; may be NULL. */
    int (*begin)(lince_opening *opening);
    /* The net has all weights that it begins with; may be NULL. */
    int (*finish)(lince_opening *opening);
    /* What data.json says of the samples. */
    void (*describe)(const lince_opening *opening, json_t **data);
    /* Whether epochs see samples otherwise each time; may be NULL: never. */
    bool (*varies)(const void *encoder, const lince_settings *settings);

    /* --- the net and its batches ---------------------------------------------------------------------- */

    lince_shape (*input_shape)(const void *encoder);
    /* What else the net must be told; may be NULL. */
    void (*plan)(const void *encoder, lince_net_options *net, lince_architecture_options *architecture);
    /* Opens a part: to learn from (options->train), or as it is; `views`: as the planned ones are cut from. */
    int (*load)(void *encoder, const lince_settings *settings, lince_dataset *dataset, lince_part part,
                bool views, const lince_loader_options *options, lince_loader **loader);
    /* A sample of a batch's input.x as a picture, for who looks on; may be NULL: it is none. LINCE_ENOMEM. */
    int (*show)(const void *encoder, const float *x, lince_image *picture);
    bool may_fail; /* samples may turn out unreadable when a part is opened */
    /* Plans views of samples, whose answers are averaged (--tta), and the views (of none: NULL); both may be
     * NULL. */
    int (*plan_views)(void *encoder, const char *name);
    const lince_views *(*views)(const void *encoder);

    /* --- as a weights file says it -------------------------------------------------------------------- */

    const char *const *marks; /* what metadata a file of the kind has; NULL behind the last */
    int (*write)(const void *encoder, lince_passport *passport);
    int (*read)(void *encoder, const lince_weights *weights, const char *path); /* LINCE_EDATA */
    /* Of a file that lince did not write; what there is to say of that goes to `notes` (or NULL). LINCE_EUSAGE
     * where only lince's own files will do. */
    int (*guess)(void *encoder, const lince_architecture *architecture, const lince_weights *weights,
                 const char *path, lince_buffer *notes);
    /* As the architecture was published, to compare parameters' shapes; NULL: these cannot be known. */
    void (*publish)(void *encoder, const lince_architecture *architecture);
    /* What lince_model_open_weights was told of samples, with notes where the weights expect others; NULL:
     * nothing is heard of it. */
    int (*adapt)(void *encoder, const lince_open_options *options, lince_buffer *notes);
    /* A setting of a model that the encoder holds: 1 where it is none of them; may be NULL. */
    int (*set)(void *encoder, const char *setting, const char *value);

    /* --- as ONNX -------------------------------------------------------------------------------------- */

    /* Adds the graph's inputs, and what becomes of them up to the net's (of sequences how many steps each has, too); `raw`:
     * from what is read on, as far as that is said in ONNX (express_raw: it is). NULL: models are not exported. */
    lince_onnx_value (*express)(const void *encoder, lince_onnx *graph, bool raw);
    bool express_raw;
    /* What there is to say of the inputs, lines; may be NULL. */
    void (*tell_express)(const void *encoder, bool raw, lince_buffer *out);
    /* n made-up samples for the same inputs, and for the net; released by the caller in any case. */
    int (*try_out)(const void *encoder, int n, bool raw, lince_probe *probe);

    /* --- questions ------------------------------------------------------------------------------------ */

    /* All that a path leads to ("-": standard input). */
    int (*ask)(const lince_asking *asking, const char *path);
    /* Of several paths, whose own errors are answers; NULL: they are asked about one by one. */
    int (*ask_paths)(const lince_asking *asking, const char *const *paths, size_t n);
    /* One input; NULL: it takes none of this form. */
    int (*answer_text)(const lince_asking *asking, const char *text, size_t size,
                       lince_prediction *prediction);
    int (*answer_path)(const lince_asking *asking, const char *path, lince_prediction *prediction);
    int (*answer_bytes)(const lince_asking *asking, const void *bytes, size_t size, const char *name,
                        lince_prediction *prediction);
    /* A file's bytes as its net sees them: a picture, to be released, and the input. NULL: what it sees is no picture. */
    int (*see)(const lince_asking *asking, const void *bytes, size_t size, const char *name,
               lince_image *seen, float *input);
    /* Several of the form that it takes, `batch` at most, by a net for so many (many.h); outcomes [n] are begun, and to be
     * released in any case. NULL: they are answered one by one. */
    void (*answer_many)(const lince_asking *asking, const lince_given *given, int n, int batch,
                        lince_given_answer *outcomes);
    /* Several, in memory; predictions are as large as the caller's compiler made them (core/sized.h). */
    int (*answer_pixels)(const lince_asking *asking, const lince_pixels *pixels, size_t n,
                         lince_prediction *predictions);
    int (*answer_floats)(const lince_asking *asking, const float *values, size_t n,
                         lince_prediction *predictions);
    int (*input_size)(const void *encoder, int *height, int *width);
    /* What an answer says of its input, by name, from index 0 on: NULL behind the last; may be NULL: nothing. */
    const char *(*told)(const lince_prediction *prediction, size_t index, size_t *value);

    /* --- what there is to say of data ----------------------------------------------------------------- */

    /* Before a part is measured; and once it is open. Both may be NULL. */
    void (*tell_part)(const lince_dataset *dataset, lince_part part, const lince_observer *observer);
    void (*tell_loaded)(const void *encoder, const lince_loader *loader, lince_part part,
                        const lince_observer *observer);
    /* `lince info`: into its JSON, and as lines of text from that; both may be NULL. The first is watched. */
    int (*put_info)(lince_dataset *dataset, const lince_watch *watch, json_t **info);
    void (*print_info)(const json_t *info, lince_buffer *out);
} lince_modality;

#define MODALITY(row) extern const lince_modality lince_modality_##row;
#include "modality/list.def"
#undef MODALITY

const lince_modality *lince_modality_at(size_t index); /* NULL behind the last */

/* Of a data set's samples; of an architecture's, and whether it takes samples of a kind; of what a weights file says of itself (NULL: nothing); and of what
 * a run's data.json does (early runs do not: pictures). */
const lince_modality *lince_modality_of_data(const lince_dataset *dataset);
const lince_modality *lince_modality_of_model(const lince_architecture *architecture);
bool lince_modality_takes(const lince_modality *modality, const lince_architecture *architecture);
const lince_modality *lince_modality_of_weights(const lince_weights *weights);
const lince_modality *lince_modality_recorded(const json_t *data);

/* Of a setting that is one kind's alone, which the table of settings names by `plural`; NULL: of several, or none. */
const lince_modality *lince_modality_of_setting(const lince_setting_info *setting);

/* Settings that would change nothing of its samples: other kinds' own, those of other architectures, and mixing where there
 * is none. LINCE_EUSAGE. */
int lince_modality_refuse(const lince_modality *modality, const lince_architecture *architecture,
                          const lince_settings *settings);

/* Empty, for its functions to fill; NULL: LINCE_ENOMEM. Releasing takes NULL, too. */
void *lince_modality_encoder(const lince_modality *modality);
void lince_modality_encoder_free(const lince_modality *modality, void *encoder);

/* --tta, of samples of `whose` data or model; LINCE_EUSAGE where the kind has no views. */
int lince_modality_plan_views(const lince_modality *modality, void *encoder, const char *name,
                              const char *whose);
const lince_views *lince_modality_views(const lince_modality *modality, const void *encoder);

/* A data set of any kind: the first layout that recognises its files (data/dataset.h). */
int lince_dataset_open(lince_dataset **dataset, const char *path);

/* The same, with what the user says of a table of texts, within bounds (or NULL: the usual ones). LINCE_EUSAGE for a
 * column or a label that is not there. */
int lince_dataset_open_table(lince_dataset **dataset, const char *path, const lince_table_options *options,
                             const lince_within *within);

#endif
