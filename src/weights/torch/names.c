/* Names that PyTorch's files have and the models here do not: those of what wraps a module, and old ones. */
#include "core/error.h"
#include "core/i18n.h"
#include "weights/torch/torch.h"

#include <string.h>

static bool all_begin_with(const lince_weights *w, const char *prefix)
{
    size_t with = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (!strncmp(w->tensors[i].name, prefix, strlen(prefix)))
            with++;
        else if (strcmp(w->tensors[i].name, "n_averaged") !=
                 0) /* beside "module." in PyTorch's AveragedModel */
            return false;
    }
    return with > 0;
}

static void take_away(lince_weights *w, const char *prefix)
{
    for (size_t i = 0; i < w->count; i++) {
        char *name = (char *)w->tensors[i].name;
        if (!strncmp(name, prefix, strlen(prefix)))
            memmove(name, name + strlen(prefix), strlen(name) - strlen(prefix) + 1);
    }
    lince_buffer_printf(&w->notes, _("all names begin with '%s': taken away\n"), prefix);
}

/* torchvision's oldest DenseNet files say "denselayer1.norm.1.weight" for what is now
 * "denselayer1.norm1.weight": the place of the dot that went; NULL: another name. */
static char *old_dot(char *name)
{
    static const char *const parts[] = {".norm.", ".conv.", ".relu."};
    char *at = strstr(name, ".denselayer");
    if (!at) return NULL;
    at += strlen(".denselayer");
    at += strspn(at, "0123456789");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strncmp(at, parts[i], 6) && at[6] >= '0' && at[6] <= '9' && at[7] == '.') return at + 5;
    return NULL;
}

static bool renew_names(lince_weights *w)
{
    size_t renewed = 0;
    for (size_t i = 0; i < w->count; i++) {
        char *dot = old_dot((char *)w->tensors[i].name);
        if (!dot) continue;
        memmove(dot, dot + 1, strlen(dot));
        renewed++;
    }
    if (renewed)
        lince_buffer_printf(&w->notes, _("names of old DenseNets: %zu; 'norm.1' is read as 'norm1'\n"),
                            renewed);
    return renewed > 0;
}

/* What wraps a module puts its own name before all of the module's. */
int lince_torch_rename(lince_weights *w, const char *file)
{
    static const char *const prefixes[] = {"module.", "_orig_mod."};
    enum { COUNT = sizeof prefixes / sizeof *prefixes };
    bool changed = renew_names(w);
    for (int i = 0; i < COUNT; i++) {
        if (!all_begin_with(w, prefixes[i])) continue;
        take_away(w, prefixes[i]);
        changed = true;
        i = -1; /* from the start: they may be nested */
    }
    changed |= lince_torch_rename_efficientnet(w);
    if (changed) LINCE_TRY(lince_weights_index(w, file));
    return w->notes.error;
}
