#include "weights/weights.h"
#include "core/error.h"
#include "core/memory.h"
#include "weights/formats/format.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[LINCE_DTYPES] = {
    [LINCE_F32] = {"F32", 4}, [LINCE_F16] = {"F16", 2}, [LINCE_BF16] = {"BF16", 2},
    [LINCE_F64] = {"F64", 8}, [LINCE_I64] = {"I64", 8}, [LINCE_I32] = {"I32", 4},
    [LINCE_U8] = {"U8", 1},   [LINCE_I8] = {"I8", 1},   [LINCE_BOOL] = {"BOOL", 1},
};

const char *lince_dtype_name(lince_dtype dtype)
{
    return dtypes[dtype].name;
}

bool lince_dtype_named(const char *name, size_t size, lince_dtype *dtype)
{
    for (size_t d = 0; d < LINCE_DTYPES; d++)
        if (strlen(dtypes[d].name) == size && !memcmp(dtypes[d].name, name, size)) {
            *dtype = (lince_dtype)d;
            return true;
        }
    return false;
}

size_t lince_dtype_size(lince_dtype dtype)
{
    return dtypes[dtype].size;
}

bool lince_dtype_is_real(lince_dtype dtype)
{
    return dtype == LINCE_F32 || dtype == LINCE_F16 || dtype == LINCE_BF16 || dtype == LINCE_F64;
}

void lince_weights_free(lince_weights *w)
{
    if (!w) return;
    for (size_t i = 0; i < w->count; i++) lince_free((char *)w->tensors[i].name);
    for (size_t i = 0; i < w->metadata_count; i++) {
        lince_free((char *)w->metadata[i].key);
        lince_free((char *)w->metadata[i].value);
    }
    for (size_t i = 0; i < w->copy_count; i++) lince_free(w->copies[i]);
    lince_free(w->tensors);
    lince_free(w->by_name);
    lince_free(w->metadata);
    lince_free(w->copies);
    lince_buffer_release(&w->notes);
    lince_contents_release(&w->file);
    lince_free(w);
}

int lince_weights_add(lince_weights *w, const lince_tensor *tensor, const char *name, size_t name_size)
{
    LINCE_TRY(lince_grow(&w->tensors, &w->capacity, w->count + 1, sizeof *w->tensors));
    lince_tensor *t = &w->tensors[w->count];
    *t = *tensor;
    if (!(t->name = lince_strndup(name, name_size))) return LINCE_ENOMEM;
    w->count++;
    return 0;
}

void *lince_weights_own(lince_weights *w, size_t bytes)
{
    if (lince_grow(&w->copies, &w->copy_capacity, w->copy_count + 1, sizeof(void *))) return NULL;
    void *copy = lince_alloc(bytes, 1);
    if (copy) w->copies[w->copy_count++] = copy;
    return copy;
}

int lince_weights_add_metadata(lince_weights *w, const char *key, const char *value)
{
    LINCE_TRY(lince_grow(&w->metadata, &w->metadata_capacity, w->metadata_count + 1, sizeof *w->metadata));
    lince_metadata pair = {lince_strdup(key), lince_strdup(value)};
    w->metadata[w->metadata_count++] = pair;
    return pair.key && pair.value ? 0 : LINCE_ENOMEM;
}

static int by_name(const void *a, const void *b, void *context)
{
    const lince_tensor *tensors = context;
    return strcmp(tensors[*(const size_t *)a].name, tensors[*(const size_t *)b].name);
}

int lince_weights_index(lince_weights *w, const char *file)
{
    lince_free(w->by_name);
    if (!(w->by_name = lince_alloc(w->count + 1, sizeof *w->by_name))) return LINCE_ENOMEM;
    for (size_t i = 0; i < w->count; i++) w->by_name[i] = i;
    if (w->count) qsort_r(w->by_name, w->count, sizeof *w->by_name, by_name, w->tensors);
    for (size_t i = 1; i < w->count; i++)
        if (!by_name(&w->by_name[i - 1], &w->by_name[i], w->tensors))
            return lince_fail(LINCE_EFORMAT, "%s: tensor '%.100s' is there twice", file,
                              w->tensors[w->by_name[i]].name);
    return 0;
}

bool lince_is_name(const char *bytes, size_t size)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)bytes, *end = at + size;
    for (utf8proc_int32_t c; at < end;) {
        utf8proc_ssize_t n = utf8proc_iterate(at, end - at, &c);
        if (n < 1 || !c) return false;
        at += n;
    }
    return size > 0;
}

static int check_shape(const char *path, const lince_tensor *t)
{
    size_t bytes = lince_dtype_size(t->dtype);
    bool fits = true;
    for (int i = 0; i < t->ndim; i++)
        fits = fits && t->dims[i] >= 0 && lince_mul(bytes, (size_t)t->dims[i], &bytes);
    if (fits && bytes == t->bytes) return 0;
    return lince_fail(LINCE_ESHAPE, "%s: tensor '%.100s': its shape does not give its %zu bytes", path,
                      t->name, t->bytes);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int lince_tensors_check(const char *path, const lince_tensor *tensors, size_t count)
{
    const char **names = lince_alloc(count + 1, sizeof *names);
    int code = names ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < count && !code; i++) {
        names[i] = tensors[i].name;
        code = check_shape(path, &tensors[i]);
        if (!code && !lince_is_name(names[i], strlen(names[i])))
            code = lince_fail(LINCE_EDATA, "%s: tensor '%.100s': its name is empty or not UTF-8", path,
                              names[i]);
    }
    if (!code && count) qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count && !code; i++)
        if (!strcmp(names[i - 1], names[i]))
            code = lince_fail(LINCE_EDATA, "%s: tensor '%.100s': its name is there twice", path, names[i]);
    lince_free(names);
    return code;
}

const char *lince_weights_format_name(const lince_weights *w)
{
    return w->format->name;
}

const char *lince_weights_notes(const lince_weights *w)
{
    return w->notes.data ? w->notes.data : "";
}

bool lince_weights_has_checksum(const lince_weights *w)
{
    return w->has_checksum;
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
    size_t low = 0, high = w->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const lince_tensor *t = &w->tensors[w->by_name[middle]];
        int order = strcmp(name, t->name);
        if (!order) return t;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *lince_weights_metadata(const lince_weights *w, const char *key)
{
    for (size_t i = 0; i < w->metadata_count; i++)
        if (!strcmp(w->metadata[i].key, key)) return w->metadata[i].value;
    return NULL;
}

const lince_metadata *lince_weights_metadata_at(const lince_weights *w, size_t index)
{
    return index < w->metadata_count ? &w->metadata[index] : NULL;
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
        int8_t i8;
    } v;
    memcpy(&v, at, lince_dtype_size(dtype));
    switch (dtype) {
    case LINCE_F32: return v.f32;
    case LINCE_F16: return from_half(v.u16);
    case LINCE_BF16: return from_bits((uint32_t)v.u16 << 16);
    case LINCE_F64: return (float)v.f64;
    case LINCE_I64: return (float)v.i64;
    case LINCE_I32: return (float)v.i32;
    case LINCE_I8: return v.i8;
    case LINCE_U8:
    case LINCE_BOOL:
    case LINCE_DTYPES: break;
    }
    return v.u8;
}

void lince_tensor_floats(const lince_tensor *t, size_t first, size_t count, float *out)
{
    size_t size = lince_dtype_size(t->dtype);
    const unsigned char *from = (const unsigned char *)t->data + first * size;
    if (t->dtype == LINCE_F32) {
        if (count) memcpy(out, from, count * size);
        return;
    }
    for (size_t i = 0; i < count; i++) out[i] = element(t->dtype, from + i * size);
}

const float *lince_tensor_floats_in_place(const lince_tensor *t)
{
    return t->dtype == LINCE_F32 && (uintptr_t)t->data % _Alignof(float) == 0 ? t->data : NULL;
}
