/* Names of EfficientNet-PyTorch (https://github.com/lukemelas/EfficientNet-PyTorch), whose Lite0 is timm's with other
 * names: blocks are numbered through, and their parts called after what they do. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "weights/torch/torch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct renaming {
    const char *theirs, *ours;
} renaming;

static const renaming outside[] = {
    {"_conv_stem", "conv_stem"}, {"_bn0", "bn1"}, {"_conv_head", "conv_head"}, {"_bn1", "bn2"},
    {"_fc", "classifier"},       {NULL, NULL},
};
static const renaming first[] = {/* of the block that does not expand */
                                 {"_depthwise_conv", "conv_dw"},
                                 {"_bn1", "bn1"},
                                 {"_project_conv", "conv_pw"},
                                 {"_bn2", "bn2"},
                                 {NULL, NULL}};
static const renaming others[] = {{"_expand_conv", "conv_pw"},
                                  {"_bn0", "bn1"},
                                  {"_depthwise_conv", "conv_dw"},
                                  {"_bn1", "bn2"},
                                  {"_project_conv", "conv_pwl"},
                                  {"_bn2", "bn3"},
                                  {NULL, NULL}};
static const int stages[] = {1, 2, 2, 3, 3, 4, 1}; /* blocks of each */
enum { STAGES = sizeof stages / sizeof *stages, NEW_NAME_MAX = 96 };

/* `prefix`, then the new name for the part that `rest` begins with, and what is behind it; false: no such part. */
static bool rename_part(const renaming *parts, const char *prefix, const char *rest, char out[NEW_NAME_MAX])
{
    size_t length = strcspn(rest, ".");
    for (; parts->theirs; parts++)
        if (strlen(parts->theirs) == length && !strncmp(parts->theirs, rest, length))
            return snprintf(out, NEW_NAME_MAX, "%s%s%s", prefix, parts->ours, rest + length) < NEW_NAME_MAX;
    return false;
}

static bool rename_one(const char *name, char out[NEW_NAME_MAX])
{
    static const char blocks[] = "_blocks.";
    char prefix[32], *end;
    if (strncmp(name, blocks, strlen(blocks)) != 0) return rename_part(outside, "", name, out);
    long number = strtol(name + strlen(blocks), &end, 10), i = number;
    int stage = 0;
    if (number < 0 || *end != '.') return false;
    while (stage < STAGES && i >= stages[stage]) i -= stages[stage++];
    if (stage == STAGES) return false;
    snprintf(prefix, sizeof prefix, "blocks.%d.%ld.", stage, i);
    return rename_part(number ? others : first, prefix, end + 1, out);
}

/* All names are theirs: else, as with squeeze and excitation, it is a network that is not here. */
static bool are_all_theirs(const lince_weights *w)
{
    char renamed[NEW_NAME_MAX];
    for (size_t i = 0; i < w->count; i++)
        if (!rename_one(w->tensors[i].name, renamed)) return false;
    return w->count > 0;
}

bool lince_torch_rename_efficientnet(lince_weights *w)
{
    char renamed[NEW_NAME_MAX];
    if (!are_all_theirs(w)) return false;
    for (size_t i = 0; i < w->count && rename_one(w->tensors[i].name, renamed); i++) {
        char *name = lince_strdup(renamed);
        if (!name) {
            w->notes.error = LINCE_ENOMEM;
            return true;
        }
        lince_free((char *)w->tensors[i].name);
        w->tensors[i].name = name;
    }
    /* Its weights are TensorFlow's, and so is its padding. */
    if (lince_weights_add_metadata(w, LINCE_ARCHITECTURE_KEY, "tf_efficientnet_lite0"))
        w->notes.error = LINCE_ENOMEM;
    lince_buffer_printf(&w->notes,
                        _("names of EfficientNet-PyTorch: %zu; '_conv_stem' is read as 'conv_stem'\n"),
                        w->count);
    return true;
}
