#include "models/module.h"
#include "layers/pool.h"

#include <stdarg.h>
#include <stdio.h>

int lince_module(lince_net *net, int from, lince_layer_args args, const char *name, ...)
{
    char text[LINCE_NAME_MAX];
    va_list values;
    va_start(values, name);
    vsnprintf(text, sizeof text, name, values);
    va_end(values);
    args.name = text;
    args.from[0] = from;
    return lince_net_add(net, &args);
}

int lince_global_average(lince_net *net, int from)
{
    int x = lince_module(net, from, LINCE_LAYER(adaptive_avg_pool2d, .size = 1), "avgpool");
    return lince_module(net, x, LINCE_BARE(flatten), "flatten");
}
