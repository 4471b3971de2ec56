#include "weights/weights.h"
#include "core/memory.h"
#include "weights/weights_internal.h"

#include <string.h>
#include <sys/mman.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[LINCE_DTYPES] = {
    [LINCE_F32] = {"F32", 4}, [LINCE_F16] = {"F16", 2},   [LINCE_BF16] = {"BF16", 2},
    [LINCE_F64] = {"F64", 8}, [LINCE_I64] = {"I64", 8},   [LINCE_I32] = {"I32", 4},
    [LINCE_U8] = {"U8", 1},   [LINCE_BOOL] = {"BOOL", 1},
};

const char *lince_dtype_name(lince_dtype dtype)
{
    return dtypes[dtype].name;
}

size_t lince_dtype_size(lince_dtype dtype)
{
    return dtypes[dtype].size;
}

void lince_weights_free(lince_weights *w)
{
    if (!w) return;
    for (size_t i = 0; i < w->count; i++) lince_free((char *)w->tensors[i].name);
    for (size_t i = 0; i < w->metadata_count; i++) lince_free(w->keys[i]), lince_free(w->values[i]);
    lince_free(w->tensors);
    lince_free(w->keys);
    lince_free(w->values);
    if (w->map) munmap(w->map, w->map_size);
    lince_free(w);
}

size_t lince_weights_count(const lince_weights *w)
{
    return w->count;
}

const lince_tensor *lince_weights_at(const lince_weights *w, size_t index)
{
    return &w->tensors[index];
}

const lince_tensor *lince_weights_find(const lince_weights *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++)
        if (!strcmp(w->tensors[i].name, name)) return &w->tensors[i];
    return NULL;
}

const char *lince_weights_metadata(const lince_weights *w, const char *key)
{
    for (size_t i = 0; i < w->metadata_count; i++)
        if (!strcmp(w->keys[i], key)) return w->values[i];
    return NULL;
}

size_t lince_tensor_elements(const lince_tensor *t)
{
    return t->bytes / lince_dtype_size(t->dtype);
}

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction bits. */
static float from_half(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 1023;
    if (exponent == 31) return from_bits(sign | 0x7f800000u | fraction << 13);
    if (exponent) return from_bits(sign | (exponent + 112) << 23 | fraction << 13);
    float small = (float)fraction * 0x1p-24f;
    return sign ? -small : small;
}

static float element(lince_dtype dtype, const unsigned char *at)
{
    union {
        float f32;
        double f64;
        int64_t i64;
        int32_t i32;
        uint16_t u16;
        uint8_t u8;
    } v;
    memcpy(&v, at, lince_dtype_size(dtype));
    switch (dtype) {
    case LINCE_F32: return v.f32;
    case LINCE_F16: return from_half(v.u16);
    case LINCE_BF16: return from_bits((uint32_t)v.u16 << 16);
    case LINCE_F64: return (float)v.f64;
    case LINCE_I64: return (float)v.i64;
    case LINCE_I32: return (float)v.i32;
    case LINCE_U8:
    case LINCE_BOOL:
    case LINCE_DTYPES: break;
    }
    return v.u8;
}

void lince_tensor_floats(const lince_tensor *t, float *out)
{
    if (t->dtype == LINCE_F32) {
        memcpy(out, t->data, t->bytes);
        return;
    }
    size_t size = lince_dtype_size(t->dtype), count = lince_tensor_elements(t);
    for (size_t i = 0; i < count; i++) out[i] = element(t->dtype, (const unsigned char *)t->data + i * size);
}
