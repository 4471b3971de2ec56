/* Words, a stack of recurrent layers over them, one vector for the text, its classes:
 *     embedding, rnn|gru|lstm x layers, read, fc
 * Frames, which are vectors already, need no embedding. Names of the parameters are those of a module with `self.embedding`, `self.rnn` (`self.gru`, `self.lstm`)
 * and `self.fc`; dropout stands where torch.nn.GRU(dropout=p) has it (between layers), and before fc. */
#include "layers/recurrent.h"
#include "core/error.h"
#include "core/i18n.h"
#include "layers/dropout.h"
#include "layers/embedding.h"
#include "layers/linear.h"
#include "layers/read.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <string.h>

static const char about_rnn[] = N_(
    "A recurrent network (Elman 1990) reads a text word by word. Each word becomes a vector (its embedding); "
    "the state after a word is a squashed sum of that vector and of the state before it, each times a matrix "
    "that is the same at every step. What is read from the states goes to a linear layer with one output a "
    "class. Going back over many words the gradient is multiplied by the same matrix again and again and "
    "fades, so that such a network has a short memory.");

static const char about_gru[] = N_(
    "A network of gated recurrent units (Cho et al. 2014) reads a text word by word. Each word becomes a "
    "vector (its embedding); a gate decides how much of the state before it is kept and another how much of "
    "it is used for the new one. Where the first is open, a state passes many words unchanged, and so does "
    "the gradient on its way back: it remembers farther than a plain recurrent network. What is read from "
    "the states goes to a linear layer with one output a class.");

static const char about_lstm[] =
    N_("A network of long short-term memory (Hochreiter & Schmidhuber 1997) reads a text word by word. Each "
       "word becomes a vector (its embedding); besides its state every unit has a cell that is only added "
       "to, and three gates decide what enters it, what is forgotten and what is shown. Along the cell the "
       "gradient passes many words without fading. What is read from the states goes to a linear layer with "
       "one output a class.");

static const char *const reads[] = {
    [LINCE_READ_LAST] = "last", [LINCE_READ_MEAN] = "mean", [LINCE_READ_MAX] = "max"};

const char *lince_read_name(lince_read read)
{
    return reads[read];
}

int lince_read_named(const char *name, lince_read *read)
{
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        if (!strcmp(reads[i], name)) {
            *read = (lince_read)i;
            return 0;
        }
    return lince_fail(LINCE_EUSAGE, "--read %s: expected last, mean or max", name);
}

/* Dropout between the parts of a net, where there is any. */
static int dropout(lince_net *net, int x, const char *name, float p)
{
    return p > 0 ? lince_module(net, x, LINCE_LAYER(dropout, .p = p), "%s", name) : x;
}

static int sequence_dropout(lince_net *net, int x, const char *name, float p)
{
    return p > 0 ? lince_module(net, x, LINCE_LAYER(sequence_dropout, .p = p), "%s", name) : x;
}

/* A layer of the stack, whose type is the architecture's table. What an rnn's arguments begin with is all that
 * a gru and an lstm have. */
static int cell(lince_net *net, int x, const lince_architecture *self, const lince_text_net *t, int level)
{
    const lince_rnn_layer_args args = {
        .recurrent = {.hidden = t->hidden, .level = level, .bidirectional = t->bidirectional},
        .relu = t->relu};
    return lince_module(net, x, (lince_layer_args){.type = self->table, .own = &args}, "%s", self->name);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    const lince_text_net *t = c->text;
    int x = t->vocabulary
                ? lince_module(net, 0,
                               LINCE_LAYER(embedding, .vocabulary = t->vocabulary, .channels = t->embedding),
                               "embedding")
                : lince_module(net, 0, LINCE_BARE(frames), "frames");
    x = sequence_dropout(net, x, "embedding_dropout", t->embedding_dropout);
    for (int level = 0; level < t->layers; level++) {
        if (level) x = sequence_dropout(net, x, "dropout", c->dropout);
        x = cell(net, x, self, t, level);
    }
    x = lince_module(net, x, LINCE_LAYER(read, .what = t->read, .bidirectional = t->bidirectional), "read");
    x = dropout(net, x, "fc_dropout", c->dropout);
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_PYTORCH_INIT), "fc");
}

static const lince_recipe recipe = {
    .optimizer = "adam", .scheduler = "constant", .lr = 1e-3, .lr_tuned = 3e-4};

#define RECURRENT(word, note, origin)                                                \
    const lince_architecture lince_##word##_model = {.name = #word,                  \
                                                     .summary = note,                \
                                                     .about = about_##word,          \
                                                     .build = build,                 \
                                                     .table = &lince_##word##_layer, \
                                                     .paper = origin,                \
                                                     .modality = "text",             \
                                                     .sequences = true,              \
                                                     .any_dropout = true,            \
                                                     .classifier = "fc",             \
                                                     .recipe = &recipe}

RECURRENT(rnn, "Elman's recurrent network over words", "Elman 1990");
RECURRENT(gru, "gated recurrent units over words", "Cho et al. 2014");
RECURRENT(lstm, "long short-term memory over words", "Hochreiter & Schmidhuber 1997");
