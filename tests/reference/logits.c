/* The logits of one input, for compare_models.py: pixels as the network takes them, without any preparation.
 *
 *     logits MODEL WEIGHTS CLASSES SIZE < floats [3][SIZE][SIZE] > floats [CLASSES] */
#include "models/model_zoo.h"
#include "weights/state_dict.h"

#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>

static int load(lince_net *net, const char *path)
{
    lince_weights *weights;
    lince_load_result result;
    int code = lince_weights_open(&weights, path);
    if (code) return code;
    code = lince_state_dict_load(net, weights, &(lince_load_options){.strict = true}, &result);
    lince_load_result_release(&result);
    lince_weights_free(weights);
    return code;
}

int main(int count, char **args)
{
    if (count != 5) return fprintf(stderr, "usage: logits MODEL WEIGHTS CLASSES SIZE\n"), 2;
    int classes = atoi(args[3]), size = atoi(args[4]);
    lince_net *net = NULL;
    lince_net_options options = {.batch = 1, .threads = 2, .inference = true};
    lince_architecture_options wanted = {.classes = classes, .dropout = -1};
    const lince_architecture *a = lince_architecture_named(args[1]);
    int code = a ? lince_net_new(&net, (lince_shape){3, size, size, 1}, &options) : LINCE_EUSAGE;
    if (!code) code = lince_architecture_build(a, net, &wanted);
    if (!code) code = lince_net_prepare(net);
    if (!code) code = load(net, args[2]);
    size_t pixels = 3 * (size_t)size * (size_t)size;
    if (!code && fread(lince_net_input(net), sizeof(float), pixels, stdin) != pixels)
        return fprintf(stderr, "expected %zu floats\n", pixels), 1;
    if (code) return fprintf(stderr, "%s\n", lince_error()), 1;
    lince_net_forward(net, 1, false, NULL);
    fwrite(lince_net_output(net), sizeof(float), (size_t)classes, stdout);
    lince_net_free(net);
    return 0;
}
