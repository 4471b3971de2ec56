/* The settings of a training run as the library reads them: one field each. The table in settings.c says
 * which name, type, default, range and help belong to it. */
#ifndef LINCE_SETTINGS_SETTINGS_H
#define LINCE_SETTINGS_SETTINGS_H

#include "core/number.h"

#include <lince/settings.h>
#include <stdbool.h>
#include <stdint.h>

enum { LINCE_TO_BE_FOUND = -1 /* the value of a number whose text is "find" */ };

struct lince_settings {
    /* what */
    char *data;     /* folder, archive or table of texts */
    char *model;    /* "vgg16", ...; NULL: resnet18 for pictures, gru for texts */
    char *weights;  /* file to start from; NULL: random initialisation */
    bool strict;    /* refuse weights of which any differs from the model's */
    char *out;      /* the run's folder; NULL: runs/<model> (or runs/<model>2, ...) */
    char *resume;   /* an interrupted run's folder to go on with; NULL: a new run */
    char *head;     /* widths of the hidden classifier layers, "4096,2048"; NULL: the architecture's own */
    double dropout; /* of the classifier, [0, 1); negative: the architecture's own */
    double stochastic_depth; /* of the last block, [0, 1); negative: the architecture's own */
    char *freeze;   /* "none", "features", "all-but-head" or a number of layers; "none,4:1": the first from
                       epoch 4 on */
    char *unfreeze; /* from which epoch on less is frozen: "5", or "3:features,6:none"; NULL: never */

    /* data */
    double val_split;  /* share of the training part held out where there is no validation part, [0, 1) */
    int split_seed;    /* of the split alone, so that runs of several seeds share their parts; -1: seed */
    double test_split; /* likewise for the test part; negative: 0.2 of texts and where split_by is not
                          "files", else 0 */
    bool val_on_test;  /* validate on the test part (and say so) */
    char *split_by;    /* files: parts as the files name them; random, group: all drawn anew from the training
                          part */
    int folds, fold;   /* cross-validation: of so many, the one that is tested on, from 1 on; 0: none */
    char *folds_of;    /* what is divided: train (with validation) or all (the test part, too) */
    char *classes;     /* names of the classes to learn, with commas; NULL: all */
    int train_limit;   /* pictures per class to train on; 0: all */
    char *image_size;  /* of the network's input, pixels: "224" or "HEIGHTxWIDTH"; "0": the data's own */
    char *fit;         /* how pictures of other proportions become it: crop, squash, pad or auto */
    int resize;        /* pixels of the shorter side before a crop; 0: chosen */
    char *interpolation;  /* of resizing: bilinear, bicubic or auto */
    char *normalize;      /* imagenet, cifar10, auto, measured, none or "m,m,m:s,s,s" */
    char *range;          /* which values of deep grey are black and white: auto, full or "LOW:HIGH" */
    char *augment;        /* none, standard, or a list: crop=4,flip,erase=0.25 (the manual lists all names) */
    double mixup, cutmix; /* alpha of the Beta distribution that a batch's shares are drawn from; 0: none */
    char *tta;            /* views of a test picture whose answers are averaged: none, flip, crops */
    char *on_bad;         /* a picture or a row that cannot be read: skip or fail */
    char *incomplete;     /* a JPEG whose data end before it is complete: read or refuse */
    char *find_duplicates; /* yes or no: whether the same samples in two parts or under two labels are looked
                              for */
    bool drop_duplicates;  /* leave out of training, and of validation, what stands in another part too */
    int cache_mb;          /* memory for decoded pictures; beyond it they are read again each epoch */

    /* texts */
    char *text_column, *label_column, *group_column; /* by name or number; NULL: guessed (group: none) */
    char *image_column;            /* of a table beside pictures: their files; NULL: guessed */
    char *split_column;            /* which part a row belongs to; NULL: by files' names */
    char *header;                  /* auto, yes or no */
    char *quoting;                 /* auto, none or minimal */
    char *encoding;                /* utf-8, latin-1, windows-1252, utf-16 */
    char *drop_label;              /* labels whose rows are left out, "a,b" */
    char *clean;                   /* words, tweets or none */
    char *stop_words, *stem;       /* languages; NULL: none */
    int min_freq, max_vocab;       /* of words in the vocabulary; max_vocab 0: all */
    int max_tokens;                /* words of a text that are read */
    char *vectors;                 /* file of word vectors to begin with */
    int embedding, hidden, layers; /* sizes of rnn, gru, lstm */
    bool bidirectional;
    char *activation;                       /* of rnn: tanh or relu */
    double word_dropout, embedding_dropout; /* [0, 1) */
    char *read;                             /* what the classifier sees: last, mean or max */
    bool read_padding;                      /* padding is read like words */

    /* training */
    int epochs, batch_size;
    int accumulate; /* batches of one update, whose loss is the mean over all their samples */
    /* Where none of optimizer, lr and scheduler is given, all three are the model's recipe. */
    char *optimizer; /* sgd, adam, adamw, rmsprop, muon; auto: else sgd for pictures, adam for texts */
    double lr; /* 0: else the optimizer's usual one (sgd 0.01, muon 0.02, others 0.001); LINCE_TO_BE_FOUND */
    double lr_backbone; /* of all layers but the head; 0: the same */
    double layer_decay; /* d, (0, 1]: a part of the network has the rate lr d^(parts behind it) */
    char *lr_factor;    /* "PATTERN=FACTOR,...", of parameters by their names; NULL: none */
    double momentum;    /* of sgd, rmsprop and muon; negative: the usual one (0.9, of muon 0.95) */
    bool nesterov;
    double weight_decay;
    bool decay_norms;     /* weight decay of norms and biases, too */
    char *decay_factor;   /* "PATTERN=FACTOR,...", of parameters by their names; NULL: none */
    char *scheduler;      /* constant, step, cosine, linear, onecycle, plateau; auto: else constant */
    int step_size;        /* epochs between steps of `step` */
    double gamma;         /* factor of `step` and `plateau` */
    double warmup_epochs; /* linear warm-up from 0; may be a fraction */
    double min_lr;        /* where cosine and linear end, and what plateau does not go below */
    char *loss;           /* what is made small: cross-entropy or focal */
    double gamma_focal;   /* of focal: (1 - p)^gamma multiplies the cross-entropy of a sample; [0, 100] */
    double label_smoothing;
    char *class_weights; /* none, balanced (n / (classes n_c)), a file, or "cat=2,dog=0.5" */
    char *sampler; /* what an epoch draws: shuffle (each sample once) or balanced (of each class as many) */
    double clip_grad;       /* largest global gradient norm; 0: no clipping */
    double ema;             /* decay of the weights' moving average; 0: none */
    int lookahead;          /* updates after which slow weights follow the trained ones; 0: there are none */
    double lookahead_alpha; /* share of the way that they go, from 1 at the beginning to this at the end: */
    double lookahead_power; /* 1 - (1 - alpha) t^power, t the share of all updates; 0: the same throughout */
    double swa;             /* last epochs whose weights are averaged; below 1 a share of them; 0: none */
    bool calibrate;         /* fit a temperature on the validation part at the end, and keep it */
    int patience;           /* epochs without a better validation accuracy before stopping; 0: never */

    /* machine */
    uint64_t seed;
    int threads;             /* for computing; 0: the processors this process may use */
    int workers;             /* for decoding and augmenting */
    double checkpoint_every; /* minutes between checkpoints inside an epoch; 0: only at its end */
    bool keep_checkpoint;    /* of a finished run, so that more epochs go on exactly */
    bool deterministic;      /* the same weights on any number of threads, even where that is slower */
    bool profile;            /* tell at the end where the time went */
    bool no_report;          /* at the end; lince_report writes it later */
    char *lang;              /* en, es or auto */
    char *author, *notes;    /* who signs the report, and what is to stand in it; NULL: nothing */
};

/* Those that are part of something else: fills every setting with its default. LINCE_ENOMEM. */
int lince_settings_init(lince_settings *settings);
void lince_settings_release(lince_settings *settings);

/* Fills a released or new one with another's values. LINCE_ENOMEM. */
int lince_settings_fill(lince_settings *settings, const lince_settings *from);

/* As lince_settings_load; keys of which `is_left` says so are checked, but stay as they are. */
int lince_settings_load_but(lince_settings *settings, const char *path,
                            bool (*is_left)(void *context, const char *name), void *context);

/* A value as lince_settings_set reads it: a text is the settings' own, anything else is printed into number[].
 * NULL, with lince_error() set, for an unknown name. */
const char *lince_settings_text(const lince_settings *settings, const char *name,
                                char number[LINCE_NUMBER_MAX]);

/* Whether a setting is `text`, and whether it is the same in both. */
bool lince_settings_hold(const lince_settings *settings, const char *name, const char *text);
bool lince_settings_agree(const lince_settings *a, const lince_settings *b, const char *name);

#endif
