#include "settings/settings.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "core/number.h"
#include "core/plain_locale.h"
#include "data/dataset.h"
#include "loss/loss.h"
#include "weights/formats/format.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

typedef enum kind { TEXT, INTEGER, NUMBER, SWITCH, SEED } kind;

typedef struct entry {
    lince_setting_info info;
    kind kind;
    size_t offset;
    double least, most;  /* of INTEGER and NUMBER */
    bool above;          /* the least value itself is not allowed */
    const char *choices; /* of TEXT: "a|b|c"; NULL: anything; of NUMBER: a word that may stand for one */
} entry;

#define AT(field) offsetof(lince_settings, field)
#define BIG       1e9
#define WHAT      N_("What to train")
#define DATA      N_("Data")
#define TEXTS     N_("Texts")
#define TRAINING  N_("Training")
#define MACHINE   N_("Machine")
#define REPORT    N_("Report")

#define TEXT_(f, n, s, g, v, d, c, h)                              \
    {                                                              \
        {n, s, g, v, d, N_(h), false}, TEXT, AT(f), 0, 0, false, c \
    }
/* Given again, a list grows. */
#define LIST_(f, n, g, v, d, h)                                         \
    {                                                                   \
        {n, NULL, g, v, d, N_(h), true}, TEXT, AT(f), 0, 0, false, NULL \
    }
#define INT_(f, n, s, g, d, lo, hi, h)                                       \
    {                                                                        \
        {n, s, g, "N", d, N_(h), false}, INTEGER, AT(f), lo, hi, false, NULL \
    }
#define NUM_(f, n, g, d, lo, hi, over, h)                                     \
    {                                                                         \
        {n, NULL, g, "X", d, N_(h), false}, NUMBER, AT(f), lo, hi, over, NULL \
    }
#define SWITCH_(f, n, g, h)                                                      \
    {                                                                            \
        {n, NULL, g, NULL, "no", N_(h), false}, SWITCH, AT(f), 0, 0, false, NULL \
    }

static const entry table[] = {
    TEXT_(data, "data", NULL, WHAT, "PATH", "", NULL,
          "data set: a folder, a .zip or .tar, CIFAR batches, a CSV"),
    TEXT_(model, "model", NULL, WHAT, "NAME", "", NULL, "architecture (resnet18; for texts gru)"),
    TEXT_(weights, "weights", NULL, WHAT, LINCE_WEIGHTS_ENDINGS, "", NULL, "weights to start from"),
    SWITCH_(strict, "strict", WHAT, "refuse weights of which any differs from the model's"),
    TEXT_(out, "out", NULL, WHAT, "DIR", "", NULL, "folder of the run (runs/<model>)"),
    TEXT_(resume, "resume", NULL, WHAT, "DIR", "", NULL,
          "go on with an interrupted run; with more --epochs, with a finished one"),
    TEXT_(head, "head", NULL, WHAT, "none|N,N", "", NULL, "widths of the classifier's hidden layers"),
    NUM_(dropout, "dropout", WHAT, "-1", -1, 0.999, false,
         "dropout of the classifier; -1: the architecture's own"),
    NUM_(stochastic_depth, "stochastic-depth", WHAT, "-1", -1, 0.999, false,
         "probability of leaving out the last block's branch; -1: the architecture's own"),
    TEXT_(freeze, "freeze", NULL, WHAT, "PART", "none", NULL,
          "layers that stay as they are: none, features, all-but-head or a number; more from an epoch on: "
          "none,4:1"),
    TEXT_(unfreeze, "unfreeze", NULL, WHAT, "N", "", NULL,
          "epoch from which everything is trained, or gradually: 3:features,6:none"),
    NUM_(val_split, "val-split", DATA, "0.1", 0, 0.9, false,
         "share of the training part to validate on, where there is no validation part"),
    NUM_(test_split, "test-split", DATA, "-1", -1, 0.9, false,
         "share for the test, where there is no test part; -1: 0.2 of texts and of data split anew, else "
         "none"),
    INT_(split_seed, "split-seed", NULL, DATA, "-1", -1, 2147483647, "seed of the split alone; -1: --seed"),
    TEXT_(split_by, "split-by", NULL, DATA, "files|random|group", "files", "files|random|group",
          "parts as the files name them, or all drawn from the training part, at random or by whole groups"),
    INT_(folds, "folds", NULL, DATA, "0", 0, LINCE_FOLDS_MAX,
         "cross-validation: parts that training and validation samples are divided into; 0: none"),
    INT_(fold, "fold", NULL, DATA, "0", 0, LINCE_FOLDS_MAX,
         "of --folds, the one to test on; the others train"),
    TEXT_(folds_of, "folds-of", NULL, DATA, "train|all", "train", "train|all",
          "what is divided into folds: all but the test part, which is left alone, or all"),
    SWITCH_(val_on_test, "val-on-test", DATA,
            "validate on the test part (its results are then no longer independent)"),
    TEXT_(classes, "classes", NULL, DATA, "A,B", "", NULL, "only these classes of the data"),
    INT_(train_limit, "train-limit", NULL, DATA, "0", 0, BIG,
         "training samples per class, and as few for validation; 0: all"),
    TEXT_(image_size, "image-size", NULL, DATA, "N|HxW", "0", NULL,
          "input's height and width in pixels; 0: the pictures' size, or 224 where they differ"),
    TEXT_(fit, "fit", NULL, DATA, "auto|crop|squash|pad", "auto", "auto|crop|squash|pad",
          "how a picture of other proportions becomes the input; auto: as --weights did, else crop"),
    INT_(resize, "resize", NULL, DATA, "0", 0, 4096,
         "before a crop, the shorter side's pixels; 0: as --weights did, else as few as cover the input"),
    TEXT_(interpolation, "interpolation", NULL, DATA, "auto|bilinear|bicubic", "auto",
          "auto|bilinear|bicubic", "of resizing; auto: as --weights did, else bilinear"),
    TEXT_(normalize, "normalize", NULL, DATA, "HOW", "auto", NULL,
          "auto (as --weights did, else measured), measured, imagenet, cifar10, none or m,m,m:s,s,s"),
    TEXT_(range, "range", NULL, DATA, "auto|full|LO:HI", "auto", NULL,
          "values of grey of over 8 bits or of floats that are black and white; auto: as --weights did, else "
          "the training part's least and greatest; full: all its type holds"),
    TEXT_(augment, "augment", NULL, DATA, "LIST", "none", NULL,
          "none, standard, or a list of resized-crop, crop, flip, translate, rotate, affine, jitter, "
          "brightness, contrast, saturation, hue, grey, blur, sharpness, posterize, solarize, autocontrast, "
          "equalize, invert, randaugment, trivialaugment, augmix and erase, e.g. "
          "crop=4,flip=alternating,randaugment,erase=0.25"),
    NUM_(mixup, "mixup", DATA, "0", 0, 100, false,
         "average the pictures of a batch in pairs, by shares drawn from Beta(X, X), as 0.2; 0: no"),
    NUM_(
        cutmix, "cutmix", DATA, "0", 0, 100, false,
        "paste a part of another picture into each of a batch, by shares drawn from Beta(X, X), as 1; 0: no"),
    TEXT_(tta, "tta", NULL, DATA, "none|flip|crops", "none", "none|flip|crops",
          "average the answers to a picture's mirror image, or crops, too, in the test and when asked"),
    TEXT_(image_column, "image-column", NULL, DATA, "NAME|N", "", NULL,
          "column of the pictures' files in a table beside them (guessed)"),
    TEXT_(on_bad, "on-bad", NULL, DATA, "skip|fail", "fail", "skip|fail",
          "what to do with a picture or a row that cannot be read"),
    TEXT_(incomplete, "incomplete", NULL, DATA, "read|refuse", "read", "read|refuse",
          "a JPEG whose data end before it is complete: what there is, and count it; or it cannot be read"),
    TEXT_(find_duplicates, "find-duplicates", NULL, DATA, "yes|no", "yes", "yes|no",
          "look for samples that are in two parts or under two labels"),
    SWITCH_(drop_duplicates, "drop-duplicates", DATA,
            "leave out of training what is also in another part, or under two labels"),
    INT_(cache_mb, "cache-mb", NULL, DATA, "4096", 0, BIG, "memory for decoded pictures, MiB"),
    TEXT_(text_column, "text-column", NULL, TEXTS, "NAME|N", "", NULL,
          "column of the texts (guessed); title,body joins several"),
    TEXT_(label_column, "label-column", NULL, TEXTS, "NAME|N", "", NULL, "column of the labels (guessed)"),
    TEXT_(group_column, "group-column", NULL, TEXTS, "NAME|N", "", NULL,
          "column that tells which texts belong together"),
    TEXT_(split_column, "split-column", NULL, TEXTS, "NAME|N", "", NULL,
          "column that says which part a row belongs to (train, val, test)"),
    TEXT_(header, "header", NULL, TEXTS, "auto|yes|no", "auto", "auto|yes|no",
          "whether the first row names the columns"),
    TEXT_(quoting, "quoting", NULL, TEXTS, "auto|none|minimal", "auto", "auto|none|minimal",
          "whether quotes of a table hold fields together; none: they are characters"),
    TEXT_(encoding, "encoding", NULL, TEXTS, "NAME", "utf-8", "utf-8|latin-1|windows-1252|utf-16",
          "utf-8, latin-1, windows-1252 or utf-16"),
    LIST_(drop_label, "drop-label", TEXTS, "NAME,NAME", "", "labels whose rows are left out"),
    TEXT_(clean, "clean", NULL, TEXTS, "words|tweets|none", "words", "words|tweets|none",
          "words in any script, letters only, or what stands between blanks"),
    TEXT_(stop_words, "stop-words", NULL, TEXTS, "LANGUAGE", "", NULL,
          "leave out function words: english, spanish"),
    TEXT_(stem, "stem", NULL, TEXTS, "LANGUAGE", "", NULL, "Snowball stems: english, spanish, ..."),
    INT_(min_freq, "min-freq", NULL, TEXTS, "1", 1, BIG, "times a word must come to be in the vocabulary"),
    INT_(max_vocab, "max-vocab", NULL, TEXTS, "0", 0, 1 << 24,
         "words of the vocabulary, the most frequent; 0: all"),
    INT_(max_tokens, "max-tokens", NULL, TEXTS, "50", 1, 65536, "words of a text that are read"),
    TEXT_(vectors, "vectors", NULL, TEXTS, "FILE", "", NULL,
          "word vectors to begin with (GloVe, fastText .vec)"),
    INT_(embedding, "embedding", NULL, TEXTS, "128", 1, 65536, "numbers in a word's vector"),
    INT_(hidden, "hidden", NULL, TEXTS, "256", 1, 65536, "numbers in the state"),
    INT_(layers, "layers", NULL, TEXTS, "1", 1, 16, "recurrent layers"),
    SWITCH_(bidirectional, "bidirectional", TEXTS, "read from both ends"),
    TEXT_(activation, "activation", NULL, TEXTS, "tanh|relu", "tanh", "tanh|relu", "of rnn"),
    NUM_(word_dropout, "word-dropout", TEXTS, "0", 0, 0.999, false,
         "share of a training text's words that are unknown to it, others in each epoch"),
    NUM_(embedding_dropout, "embedding-dropout", TEXTS, "0", 0, 0.999, false,
         "dropout of the words' vectors"),
    TEXT_(read, "read", NULL, TEXTS, "last|mean|max", "last", "last|mean|max",
          "what the classifier sees: the last state, or the mean or largest of all"),
    SWITCH_(read_padding, "read-padding", TEXTS, "read padding like words, up to --max-tokens"),
    INT_(epochs, "epochs", NULL, TRAINING, "10", 1, 100000, "passes over the training part"),
    INT_(batch_size, "batch-size", "b", TRAINING, "0", 0, 65536,
         "samples a step; 0: 64, by the model's recipe down to 16 for 100 steps an epoch; a quarter of a "
         "training part that has fewer"),
    INT_(accumulate, "accumulate", NULL, TRAINING, "1", 1, 65536,
         "batches that make one update, as one batch of them all would"),
    TEXT_(optimizer, "optimizer", NULL, TRAINING, "auto|sgd|adam|adamw|rmsprop|muon", "auto",
          "auto|sgd|adam|adamw|rmsprop|muon",
          "how weights are updated; auto: by the model's recipe, or with --lr or --scheduler sgd for "
          "pictures, adam for texts"),
    {{"lr", NULL, TRAINING, "X|find", "0",
      N_("learning rate; 0: by the model's recipe, or with --optimizer or --scheduler the usual one (sgd "
         "0.01, muon 0.02, others 0.001); find: as lr-find suggests"),
      false},
     NUMBER,
     AT(lr),
     0,
     1000,
     false,
     "find"},
    NUM_(lr_backbone, "lr-backbone", TRAINING, "0", 0, 1000, false,
         "learning rate of all layers but the head; 0: the same"),
    NUM_(layer_decay, "layer-decay", TRAINING, "1", 0, 1, true,
         "factor of the learning rate from each part of the network to the one before it; 1: none"),
    LIST_(lr_factor, "lr-factor", TRAINING, "P=X,P=X", "",
          "factors of the learning rate by parameters' names: 'classifier.*=10,features.0.*=0'"),
    NUM_(momentum, "momentum", TRAINING, "-1", -1, 0.9999, false,
         "of sgd, rmsprop and muon; -1: the usual one (0.9, of muon 0.95)"),
    SWITCH_(nesterov, "nesterov", TRAINING, "Nesterov momentum (sgd)"),
    NUM_(weight_decay, "weight-decay", TRAINING, "0", 0, 10, false, "L2 penalty (decoupled for adamw)"),
    SWITCH_(decay_norms, "decay-norms", TRAINING, "weight decay for norms and biases, too"),
    LIST_(decay_factor, "decay-factor", TRAINING, "P=X,P=X", "",
          "factors of the weight decay by parameters' names; those of norms and biases decay then, too"),
    TEXT_(scheduler, "scheduler", NULL, TRAINING, "auto|constant|step|cosine|linear|onecycle|plateau", "auto",
          "auto|constant|step|cosine|linear|onecycle|plateau",
          "how the learning rate changes; auto: by the model's recipe, or with --optimizer or --lr constant"),
    INT_(step_size, "step-size", NULL, TRAINING, "5", 1, 100000, "epochs between the drops of 'step'"),
    NUM_(gamma, "gamma", TRAINING, "0.1", 0, 1, true, "factor of the drops of 'step' and 'plateau'"),
    NUM_(warmup_epochs, "warmup-epochs", TRAINING, "0", 0, 1000, false,
         "epochs of linear warm-up; may be a fraction"),
    NUM_(min_lr, "min-lr", TRAINING, "0", 0, 1000, false, "lowest rate of 'cosine', 'linear' and 'plateau'"),
    TEXT_(loss, "loss", NULL, TRAINING, LINCE_LOSS_NAMES, "cross-entropy", LINCE_LOSS_NAMES,
          "what is made small; focal: samples that are answered well count less"),
    NUM_(gamma_focal, "gamma-focal", TRAINING, "2", 0, 100, false,
         "of the focal loss, how much less; at 0 it is cross-entropy"),
    NUM_(label_smoothing, "label-smoothing", TRAINING, "0", 0, 0.999, false,
         "share of the target given to all classes"),
    TEXT_(class_weights, "class-weights", NULL, TRAINING, "none|balanced|FILE|A=X,B=X", "none", NULL,
          "weights of the classes in the loss: all alike, by their rarity, or given; a class that is not "
          "named has 1"),
    TEXT_(sampler, "sampler", NULL, TRAINING, "shuffle|balanced", "shuffle", "shuffle|balanced",
          "what an epoch draws: every sample once, or of each class as many, with replacement"),
    NUM_(clip_grad, "clip-grad", TRAINING, "0", 0, BIG, false,
         "largest norm of the gradient; 0: no clipping"),
    NUM_(ema, "ema", TRAINING, "0", 0, 0.99999, false, "decay of the weights' moving average; 0: none"),
    INT_(lookahead, "lookahead", NULL, TRAINING, "0", 0, 65536,
         "updates after which slow weights, which are kept, follow the trained ones; 0: none"),
    NUM_(lookahead_alpha, "lookahead-alpha", TRAINING, "0.5", 0, 1, true, "share of the way that they go"),
    NUM_(lookahead_power, "lookahead-power", TRAINING, "0", 0, 100, false,
         "the whole way at first, then less: 1 - (1 - alpha) t^X after the share t of the training; 0: alpha "
         "throughout"),
    NUM_(swa, "swa", TRAINING, "0", 0, 100000, false,
         "last epochs whose weights are averaged (SWA); below 1 a share of all; 0: none"),
    INT_(patience, "patience", NULL, TRAINING, "0", 0, 100000,
         "epochs without a better validation accuracy before stopping; 0: never"),
    SWITCH_(calibrate, "calibrate", TRAINING,
            "at the end fit a temperature on the validation part, so that probabilities can be trusted"),
    {{"seed", NULL, MACHINE, "N", "1", N_("of everything random"), false}, SEED, AT(seed), 0, 0, false, NULL},
    INT_(threads, "threads", NULL, MACHINE, "0", 0, 1024, "for computing; 0: the processors at hand"),
    INT_(workers, "workers", NULL, MACHINE, "1", 0, 256, "threads that prepare batches"),
    NUM_(checkpoint_every, "checkpoint-every", MACHINE, "10", 0, 100000, false,
         "minutes between checkpoints inside an epoch; 0: at its end only"),
    SWITCH_(keep_checkpoint, "keep-checkpoint", MACHINE,
            "keep a finished run's checkpoint: with more --epochs, --resume then goes on exactly"),
    SWITCH_(deterministic, "deterministic", MACHINE,
            "the same weights on any number of threads, even where that is slower"),
    SWITCH_(profile, "profile", MACHINE, "at the end, the time and GFLOP/s of each layer and phase"),
    SWITCH_(no_report, "no-report", REPORT,
            "none at the end: trying many things is faster, 'lince report' writes it later"),
    TEXT_(lang, "lang", NULL, REPORT, "en|es|auto", "auto", "en|es|auto", "language of messages and report"),
    TEXT_(author, "author", NULL, REPORT, "NAME", "", NULL, "who signs the report"),
    TEXT_(notes, "notes", NULL, REPORT, "TEXT", "", NULL,
          "a text for the report; an empty line ends a paragraph"),
};

enum { COUNT = sizeof table / sizeof *table };

const lince_setting_info *lince_setting_at(size_t index)
{
    return index < COUNT ? &table[index].info : NULL;
}

static void *field(const lince_settings *settings, const entry *e)
{
    return (char *)settings + e->offset;
}

/* Dashes and underscores are the same to a user. */
static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !((*a == '_' || *a == '-') && (*b == '_' || *b == '-'))) return false;
    return *a == *b;
}

/* What people bring along from other programs. */
static const char *const aliases[][2] = {{"learning-rate", "lr"},
                                         {"lr0", "lr"},
                                         {"imgsz", "image-size"},
                                         {"img-size", "image-size"},
                                         {"input-size", "image-size"},
                                         {"batch", "batch-size"},
                                         {"bs", "batch-size"},
                                         {"max-epochs", "epochs"},
                                         {"num-epochs", "epochs"},
                                         {"n-epochs", "epochs"},
                                         {"nepochs", "epochs"},
                                         {"wd", "weight-decay"},
                                         {"arch", "model"},
                                         {"network", "model"},
                                         {"dataset", "data"},
                                         {"data-dir", "data"},
                                         {"data-path", "data"},
                                         {"output", "out"},
                                         {"output-dir", "out"},
                                         {"num-workers", "workers"},
                                         {"optim", "optimizer"},
                                         {"accumulation-steps", "accumulate"},
                                         {"gradient-accumulation-steps", "accumulate"},
                                         {"opt", "optimizer"},
                                         {"lr-scheduler", "scheduler"},
                                         {"sched", "scheduler"},
                                         {"validation-split", "val-split"},
                                         {"early-stopping", "patience"},
                                         {"random-seed", "seed"},
                                         {"hidden-size", "hidden"},
                                         {"embedding-dim", "embedding"},
                                         {"num-layers", "layers"}};

static const entry *find(const char *name)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (same_name(aliases[i][0], name)) name = aliases[i][1];
    for (size_t i = 0; i < COUNT; i++)
        if (same_name(table[i].info.name, name) ||
            (table[i].info.short_name && !strcmp(table[i].info.short_name, name)))
            return &table[i];
    return NULL;
}

const lince_setting_info *lince_setting_named(const char *name)
{
    const entry *e = find(name);
    return e ? &e->info : NULL;
}

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    return index < COUNT ? table[index].info.name : NULL;
}

static const entry *known(const char *name)
{
    const entry *e = find(name);
    if (e) return e;
    const char *nearest = lince_nearest(name, name_at, NULL);
    if (nearest)
        lince_fail(LINCE_EUSAGE, "unknown option '%s'; did you mean '%s'?", name, nearest);
    else
        lince_fail(LINCE_EUSAGE, "unknown option '%s'; 'lince help train' lists them", name);
    return NULL;
}

/* --- values --------------------------------------------------------------------------------------- */

/* A decimal number and nothing else, with a point whatever the locale. */
static bool parse_number(const char *text, double *value)
{
    if (!isdigit((unsigned char)*text) && !strchr("+-.", *text)) return false;
    if (strpbrk(text, "xXnN") || !*text) return false;
    const char *end = lince_number_read(text, value);
    return *end == '\0' && end != text && isfinite(*value);
}

static int set_number(const entry *e, void *place, const char *text)
{
    double value;
    bool whole = e->kind == INTEGER;
    if (e->choices && !strcmp(text, e->choices)) {
        *(double *)place = LINCE_TO_BE_FOUND;
        return 0;
    }
    if (!parse_number(text, &value) || (whole && value != floor(value)))
        return lince_fail(LINCE_EUSAGE,
                          whole ? N_("--%s: expected a whole number, found '%s'")
                                : N_("--%s: expected a number, found '%s'"),
                          e->info.name, text);
    if (e->above && (value <= e->least || value > e->most))
        return lince_fail(LINCE_EUSAGE, "--%s: expected a value above %g and up to %g, found %s",
                          e->info.name, e->least, e->most, text);
    if (value < e->least || value > e->most)
        return e->most >= BIG ? lince_fail(LINCE_EUSAGE, "--%s: expected %g or more, found %s", e->info.name,
                                           e->least, text)
                              : lince_fail(LINCE_EUSAGE, "--%s: expected a value from %g to %g, found %s",
                                           e->info.name, e->least, e->most, text);
    if (whole)
        *(int *)place = (int)value;
    else
        *(double *)place = value;
    return 0;
}

static int set_switch(const entry *e, void *place, const char *text)
{
    static const char *const words[2][5] = {{"no", "false", "off", "0", "n"},
                                            {"yes", "true", "on", "1", "y"}};
    for (int value = 0; value < 2; value++)
        for (int i = 0; i < 5; i++)
            if (!strcasecmp(words[value][i], text)) {
                *(bool *)place = value;
                return 0;
            }
    return lince_fail(LINCE_EUSAGE, "--%s: expected yes or no, found '%s'", e->info.name, text);
}

static int set_seed(const entry *e, void *place, const char *text)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || errno)
        return lince_fail(LINCE_EUSAGE, "--%s: expected a whole number from 0 to 2^64 - 1, found '%s'",
                          e->info.name, text);
    *(uint64_t *)place = value;
    return 0;
}

static bool is_choice(const char *choices, const char *text)
{
    size_t length = strcspn(text, "|");
    if (text[length]) return false;
    for (const char *c = choices; c; c = strchr(c, '|') ? strchr(c, '|') + 1 : NULL)
        if (length && !strncmp(c, text, length) && (c[length] == '|' || !c[length])) return true;
    return false;
}

enum { CHOICES_MAX = 8 };

/* "a|b|c", taken apart. */
typedef struct choice_list {
    char text[128];
    const char *at[CHOICES_MAX];
} choice_list;

static void split_choices(const char *choices, choice_list *list)
{
    char *rest = list->text;
    *list = (choice_list){0};
    snprintf(list->text, sizeof list->text, "%s", choices);
    for (size_t i = 0; rest && i < CHOICES_MAX; i++) list->at[i] = strsep(&rest, "|");
}

static const char *choice_at(const void *context, size_t index)
{
    return index < CHOICES_MAX ? ((const choice_list *)context)->at[index] : NULL;
}

static int refuse_choice(const entry *e, const char *text)
{
    choice_list list;
    split_choices(e->choices, &list);
    const char *nearest = lince_nearest(text, choice_at, &list);
    if (nearest)
        return lince_fail(LINCE_EUSAGE, "--%s %s: expected one of %s; did you mean %s?", e->info.name, text,
                          e->choices, nearest);
    return lince_fail(LINCE_EUSAGE, "--%s %s: expected one of %s", e->info.name, text, e->choices);
}

static int set_text(const entry *e, void *place, const char *text)
{
    if (e->choices && !is_choice(e->choices, text)) return refuse_choice(e, text);
    char *copy = *text ? lince_strdup(text) : NULL;
    if (*text && !copy) return LINCE_ENOMEM;
    lince_free(*(char **)place);
    *(char **)place = copy;
    return 0;
}

static int (*const setters[])(const entry *e, void *place, const char *text) = {[TEXT] = set_text,
                                                                                [INTEGER] = set_number,
                                                                                [NUMBER] = set_number,
                                                                                [SWITCH] = set_switch,
                                                                                [SEED] = set_seed};

int lince_settings_set(lince_settings *settings, const char *name, const char *value)
{
    LINCE_PLAIN_LOCALE;
    const entry *e = known(name);
    return e ? setters[e->kind](e, field(settings, e), value) : LINCE_EUSAGE;
}

int lince_settings_init(lince_settings *settings)
{
    LINCE_PLAIN_LOCALE;
    *settings = (lince_settings){0};
    for (size_t i = 0; i < COUNT; i++)
        LINCE_TRY(setters[table[i].kind](&table[i], field(settings, &table[i]), table[i].info.standard));
    return 0;
}

void lince_settings_release(lince_settings *settings)
{
    for (size_t i = 0; i < COUNT; i++)
        if (table[i].kind == TEXT) lince_free(*(char **)field(settings, &table[i]));
    *settings = (lince_settings){0};
}

int lince_settings_fill(lince_settings *settings, const lince_settings *from)
{
    int code = 0;
    *settings = *from;
    for (size_t i = 0; i < COUNT; i++) {
        if (table[i].kind != TEXT) continue;
        char **text = field(settings, &table[i]);
        if (*text && !(*text = lince_strdup(*text))) code = LINCE_ENOMEM;
    }
    if (code) lince_settings_release(settings);
    return code;
}

lince_settings *lince_settings_new(void)
{
    lince_settings *settings = lince_alloc(1, sizeof *settings);
    if (!settings || !lince_settings_init(settings)) return settings;
    lince_settings_free(settings);
    return NULL;
}

lince_settings *lince_settings_copy(const lince_settings *settings)
{
    lince_settings *copy = lince_alloc(1, sizeof *copy);
    if (!copy || !lince_settings_fill(copy, settings)) return copy;
    lince_free(copy);
    return NULL;
}

void lince_settings_free(lince_settings *settings)
{
    if (settings) lince_settings_release(settings);
    lince_free(settings);
}

const char *lince_settings_text(const lince_settings *settings, const char *name,
                                char number[LINCE_NUMBER_MAX])
{
    LINCE_PLAIN_LOCALE;
    const entry *e = known(name);
    if (!e) return NULL;
    const void *place = field(settings, e);
    switch (e->kind) {
    case TEXT: return *(char *const *)place ? *(char *const *)place : "";
    case INTEGER: snprintf(number, LINCE_NUMBER_MAX, "%d", *(const int *)place); break;
    case NUMBER:
        if (e->choices && *(const double *)place == LINCE_TO_BE_FOUND) return e->choices;
        lince_number_print_exact(number, *(const double *)place);
        break;
    case SWITCH: return *(const bool *)place ? "yes" : "no";
    case SEED: snprintf(number, LINCE_NUMBER_MAX, "%" PRIu64, *(const uint64_t *)place); break;
    }
    return number;
}

bool lince_settings_hold(const lince_settings *settings, const char *name, const char *text)
{
    char number[LINCE_NUMBER_MAX];
    const char *value = lince_settings_text(settings, name, number);
    return value && !strcmp(value, text);
}

bool lince_settings_agree(const lince_settings *a, const lince_settings *b, const char *name)
{
    char number[LINCE_NUMBER_MAX];
    return lince_settings_hold(a, name, lince_settings_text(b, name, number));
}

int lince_settings_get(const lince_settings *settings, const char *name, char *out, size_t size)
{
    char number[LINCE_NUMBER_MAX];
    const char *text = lince_settings_text(settings, name, number);
    if (!text) return LINCE_EUSAGE;
    size_t length = (size_t)snprintf(out, size, "%s", text);
    if (length < size) return 0;
    return lince_fail(LINCE_EUSAGE, "--%s: its value has %zu bytes, and there is room for %zu", name, length,
                      size);
}

/* --- configuration files -------------------------------------------------------------------------- */

/* A list becomes text with commas: head: [4096, 2048] */
static int value_text(yaml_document_t *document, const yaml_node_t *node, lince_buffer *out)
{
    if (node->type == YAML_SCALAR_NODE) {
        lince_buffer_put(out, (const char *)node->data.scalar.value, node->data.scalar.length);
        return out->error;
    }
    if (node->type != YAML_SEQUENCE_NODE) return LINCE_EFORMAT;
    for (yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top; i++) {
        const yaml_node_t *item = yaml_document_get_node(document, *i);
        if (!item || item->type != YAML_SCALAR_NODE) return LINCE_EFORMAT;
        if (i > node->data.sequence.items.start) lince_buffer_puts(out, ",");
        lince_buffer_put(out, (const char *)item->data.scalar.value, item->data.scalar.length);
    }
    return out->error;
}

typedef struct loading {
    lince_settings *settings;
    bool (*is_left)(void *context, const char *name);
    void *context;
    bool seen[COUNT];
} loading;

static int load_pair(loading *l, yaml_document_t *document, const yaml_node_t *key, const yaml_node_t *value)
{
    if (key->type != YAML_SCALAR_NODE) return lince_fail(LINCE_EUSAGE, "a key must be a plain word");
    const entry *e = known((const char *)key->data.scalar.value);
    if (!e) return LINCE_EUSAGE;
    bool *seen = &l->seen[e - table];
    if (*seen) return lince_fail(LINCE_EUSAGE, "'%s' is given twice", e->info.name);
    *seen = true;
    if (l->is_left && l->is_left(l->context, e->info.name)) return 0;
    lince_buffer text = {0};
    lince_buffer_puts(&text, "");
    int code = value_text(document, value, &text);
    if (code == LINCE_EFORMAT)
        code = lince_fail(LINCE_EUSAGE, "'%s': expected a value or a list of values", e->info.name);
    if (!code) code = setters[e->kind](e, field(l->settings, e), text.data);
    lince_buffer_release(&text);
    return code;
}

static int load_document(loading *l, yaml_document_t *document, const char *path)
{
    const yaml_node_t *root = yaml_document_get_root_node(document);
    if (!root) return 0;
    if (root->type != YAML_MAPPING_NODE)
        return lince_fail(LINCE_EUSAGE, "%s: expected lines of the form 'key: value'", path);
    for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(document, p->key),
                          *value = yaml_document_get_node(document, p->value);
        int code = load_pair(l, document, key, value);
        if (code) {
            char place[LINCE_PATH_MAX + 32];
            snprintf(place, sizeof place, "%s:%zu", path, key->start_mark.line + 1);
            return lince_fail_in(code, place);
        }
    }
    return 0;
}

int lince_settings_load(lince_settings *settings, const char *path)
{
    return lince_settings_load_but(settings, path, NULL, NULL);
}

int lince_settings_load_but(lince_settings *settings, const char *path,
                            bool (*is_left)(void *context, const char *name), void *context)
{
    LINCE_PLAIN_LOCALE;
    char *bytes;
    size_t size;
    LINCE_TRY(lince_file_read(path, 1 << 20, &bytes, &size));
    yaml_parser_t parser;
    yaml_document_t document;
    int code;
    loading l = {.settings = settings, .is_left = is_left, .context = context};
    if (!yaml_parser_initialize(&parser)) {
        lince_free(bytes);
        return lince_fail(LINCE_ENOMEM, "%s: out of memory", path);
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
    if (!yaml_parser_load(&parser, &document))
        code = lince_fail(LINCE_EUSAGE, "%s:%zu: not YAML: %s", path, parser.problem_mark.line + 1,
                          parser.problem ? parser.problem : "?");
    else {
        code = load_document(&l, &document, path);
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    lince_free(bytes);
    return code;
}
