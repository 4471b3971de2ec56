/* What the parts of lince_model_quantize share (model_quantize.c). */
#ifndef LINCE_TRAIN_QUANTIZING_H
#define LINCE_TRAIN_QUANTIZING_H

#include "metrics/paired.h"
#include "net/quantize.h"
#include "net/ranges.h"
#include "train/ask/model_internal.h"

#include <lince/quantize.h>

/* Answers on a part's samples, of floats and of bytes. */
typedef struct lince_quantized_worth {
    size_t n;                  /* 0: the data have no such part */
    double before, after;      /* accuracy */
    lince_interval difference; /* after - before, paired */
} lince_quantized_worth;

/* Milliseconds of a batch, of one thread's processor time. */
typedef struct lince_quantized_speed {
    int batch;
    double before, after;
} lince_quantized_speed;

enum { LINCE_QUANTIZED_SPEEDS = 2 };

typedef struct lince_quantizing {
    lince_model *m; /* of floats */
    lince_quantize_options options;
    lince_observer observer;  /* for what is done once */
    lince_observer quiet;     /* for what is done again and again: progress alone */
    lince_net *floats;        /* for one sample, which keeps all values */
    lince_buffer slow, names; /* layers that stay in floats: because bytes are not faster; all */
    lince_range_method method;
    lince_quantized plan; /* with `names`: a net that is not prepared */
    lince_ranges *ranges; /* of it */
    lince_quantized_speed speed[LINCE_QUANTIZED_SPEEDS];
    lince_quantized_worth validation, test;
    size_t samples; /* that were calibrated with */
    char file[LINCE_PATH_MAX];
    double bytes_before, bytes_after;
} lince_quantizing;

/* A net of bytes for batches of so many, with the scales of `method`; NULL ranges: with none. */
int lince_quantizing_build(const lince_quantizing *q, const char *names, lince_range_method method, int batch,
                           int threads, lince_net **net);

/* quantize_speed.c: finds layers that are not faster in bytes; and times both nets as a whole. */
int lince_quantizing_find_slow(lince_quantizing *q);
int lince_quantizing_time(lince_quantizing *q);

/* quantize_tell.c */
int lince_quantizing_write(const lince_quantizing *q);
int lince_quantizing_tell(const lince_quantizing *q, char **text);

/* Whether it is among the names; and " conv1" behind them, unless it is. */
bool lince_quantizing_named(const lince_buffer *names, const char *name);
void lince_quantizing_name(lince_buffer *names, const char *name);

#endif
