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

int lince_conv_norm_activation(lince_net *net, int from, const lince_conv_norm *parts, const char *name, ...)
{
    char text[LINCE_NAME_MAX];
    lince_conv2d_layer_args conv = parts->conv;
    va_list values;
    va_start(values, name);
    vsnprintf(text, sizeof text, name, values);
    va_end(values);
    conv.padding = conv.kernel / 2;
    conv.no_bias = true;
    int x = lince_module(net, from, LINCE_LAYER_OF(conv2d, &conv), "%s.0", text);
    x = lince_module(net, x, LINCE_LAYER_OF(batch_norm2d, &parts->norm), "%s.1", text);
    return parts->activation
               ? lince_module(net, x, (lince_layer_args){.type = parts->activation}, "%s.2", text)
               : x;
}

int lince_squeeze_excite(lince_net *net, int from, const char *name, int squeezed,
                         const lince_layer_type *activation, const lince_layer_type *scale_activation)
{
    int channels = lince_channels(net, from);
    int s = lince_module(net, from, LINCE_LAYER(adaptive_avg_pool2d, .size = 1), "%s.avgpool", name);
    s = lince_module(net, s, LINCE_LAYER(conv2d, .channels = squeezed, .kernel = 1), "%s.fc1", name);
    s = lince_module(net, s, (lince_layer_args){.type = activation}, "%s.activation", name);
    s = lince_module(net, s, LINCE_LAYER(conv2d, .channels = channels, .kernel = 1), "%s.fc2", name);
    s = lince_module(net, s, (lince_layer_args){.type = scale_activation}, "%s.scale_activation", name);
    return lince_module(net, from, LINCE_WITH(scale_channels, s), "%s", name);
}

int lince_join_channels(lince_net *net, const char *name, int count, const int *branches)
{
    int x = branches[0];
    for (int i = 1; i < count; i++)
        x = lince_module(net, x, LINCE_WITH(concat, branches[i]), "%s.join%d", name, i);
    return x;
}

int lince_channels(lince_net *net, int node)
{
    if (node < 0) return 1; /* an earlier failure, which is handed on */
    return node ? lince_net_layer(net, (size_t)node)->out.channels : lince_net_input_shape(net).channels;
}

int lince_make_divisible(double channels)
{
    enum { STEP = 8 };
    int rounded = (int)(channels + STEP / 2.0) / STEP * STEP;
    if (rounded < STEP) rounded = STEP;
    return rounded < 0.9 * channels ? rounded + STEP : rounded;
}

int lince_global_average(lince_net *net, int from)
{
    int x = lince_module(net, from, LINCE_LAYER(adaptive_avg_pool2d, .size = 1), "avgpool");
    return lince_module(net, x, LINCE_BARE(flatten), "flatten");
}
