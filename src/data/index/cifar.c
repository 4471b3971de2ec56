/* CIFAR-10 and CIFAR-100 as their authors publish them, "binary version": records of one or two label bytes
 * and 3 x 32 x 32 bytes of pixels, one colour after the other. https://www.cs.toronto.edu/~kriz/cifar.html */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/names.h"
#include "data/index/layout.h"

#include <stdio.h>
#include <string.h>

enum { SIDE = 32, PLANE = SIDE * SIDE, PIXELS = 3 * PLANE };

typedef struct variant {
    const char *kind, *class_names;
    size_t label_bytes; /* the last of them counts: CIFAR-100's first is the coarse label */
    struct {
        const char *file;
        lince_part part;
    } batches[7];
} variant;

static const variant variants[] = {
    {.kind = "cifar-10",
     .class_names = "batches.meta.txt",
     .label_bytes = 1,
     .batches = {{"data_batch_1.bin", LINCE_TRAIN},
                 {"data_batch_2.bin", LINCE_TRAIN},
                 {"data_batch_3.bin", LINCE_TRAIN},
                 {"data_batch_4.bin", LINCE_TRAIN},
                 {"data_batch_5.bin", LINCE_TRAIN},
                 {"test_batch.bin", LINCE_TEST}}},
    {.kind = "cifar-100",
     .class_names = "fine_label_names.txt",
     .label_bytes = 2,
     .batches = {{"train.bin", LINCE_TRAIN}, {"test.bin", LINCE_TEST}}},
};

/* The same pictures as Python pickles, which could run any program when opened. */
static const char *const pickles[] = {"data_batch_1", "batches.meta"};

/* The index of the file of that name, in whatever folder; negative: none. */
static long find(const lince_source *source, const char *name)
{
    for (size_t i = 0; i < source->count; i++) {
        const char *slash = strrchr(source->entries[i].name, '/');
        if (!strcmp(slash ? slash + 1 : source->entries[i].name, name)) return (long)i;
    }
    return -1;
}

static const variant *variant_of(const lince_source *source)
{
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        for (size_t k = 0; variants[i].batches[k].file; k++)
            if (find(source, variants[i].batches[k].file) >= 0 && find(source, variants[i].class_names) >= 0)
                return &variants[i];
    return NULL;
}

static int recognise(lince_source *source)
{
    for (size_t i = 0; i < sizeof pickles / sizeof *pickles; i++)
        if (find(source, pickles[i]) >= 0) return 1;
    return find(source, "data_batch_1.bin") >= 0 || variant_of(source);
}

static int add_class_names(lince_dataset *dataset, const lince_bytes *text, const char *where)
{
    const char *line = (const char *)text->data, *end = line + text->size;
    for (int expected = 0; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line)), *next = stop ? stop + 1 : end;
        size_t length = (size_t)((stop ? stop : end) - line);
        if (length && line[length - 1] == '\r') length--;
        int label;
        if (length) {
            LINCE_TRY(lince_dataset_add_class(dataset, line, length, &label));
            if (label != expected++)
                return lince_fail(LINCE_EFORMAT, "%s: line %d names a class twice", where, expected);
        }
        line = next;
    }
    return 0;
}

static int read_class_names(lince_dataset *dataset, const variant *v)
{
    lince_source *source = &dataset->source;
    long entry = find(source, v->class_names);
    char where[LINCE_WHERE_MAX];
    lince_bytes text;
    LINCE_TRY(lince_source_read(source, &source->entries[entry], &text));
    int code = add_class_names(dataset, &text, lince_source_where(source, &source->entries[entry], where));
    lince_bytes_release(&text);
    return code;
}

static int add_records(lince_dataset *dataset, const variant *v, size_t entry, lince_part part)
{
    const lince_bytes *file = (const lince_bytes *)dataset->state + entry;
    const char *name = dataset->source.entries[entry].name;
    size_t record = v->label_bytes + PIXELS;
    char where[LINCE_WHERE_MAX], sample_name[LINCE_WHERE_MAX];
    lince_source_where(&dataset->source, &dataset->source.entries[entry], where);
    if (file->size == 0 || file->size % record)
        return lince_fail(
            LINCE_EFORMAT,
            "%s: %zu bytes are not a whole number of records of %zu; truncated? get the file again", where,
            file->size, record);
    for (size_t i = 0; i < file->size / record; i++) {
        int label = file->data[i * record + v->label_bytes - 1];
        if ((size_t)label >= dataset->class_count)
            return lince_fail(LINCE_EFORMAT,
                              "%s: record %zu has label %d, and the number of classes that %s names is %zu",
                              where, i, label, v->class_names, dataset->class_count);
        snprintf(sample_name, sizeof sample_name, "%s#%05zu", name, i);
        const char *kept = lince_names_add(&dataset->names, sample_name);
        if (!kept) return LINCE_ENOMEM;
        LINCE_TRY(lince_dataset_add_sample(dataset, part,
                                           (lince_sample){.name = kept,
                                                          .entry = entry,
                                                          .offset = i * record + v->label_bytes,
                                                          .label = label}));
    }
    return 0;
}

static int index_batches(lince_dataset *dataset)
{
    lince_source *source = &dataset->source;
    const variant *v = variant_of(source);
    if (!v && find(source, "data_batch_1.bin") >= 0)
        return lince_fail(LINCE_EFORMAT,
                          "%s: CIFAR-10 without batches.meta.txt, which names the classes; add it",
                          source->path);
    if (!v)
        return lince_fail(LINCE_EFORMAT,
                          "%s: CIFAR as Python pickles, which lince does not run; use the binary version "
                          "(cifar-10-binary.tar.gz)",
                          source->path);
    dataset->kind = v->kind;
    dataset->state = lince_alloc(source->count, sizeof(lince_bytes));
    if (!dataset->state) return LINCE_ENOMEM;
    LINCE_TRY(read_class_names(dataset, v));
    for (size_t i = 0; v->batches[i].file; i++) {
        long entry = find(source, v->batches[i].file);
        if (entry < 0) {
            LINCE_TRY(lince_dataset_add_note(dataset, _("%s is missing"), v->batches[i].file));
            continue;
        }
        LINCE_TRY(lince_source_read(source, &source->entries[entry], (lince_bytes *)dataset->state + entry));
        LINCE_TRY(add_records(dataset, v, (size_t)entry, v->batches[i].part));
    }
    return 0;
}

static int read_sample(lince_dataset *dataset, const lince_sample *sample, int least, lince_image *image)
{
    (void)least;
    const uint8_t *planes = ((const lince_bytes *)dataset->state)[sample->entry].data + sample->offset;
    LINCE_TRY(lince_image_init(image, SIDE, SIDE));
    for (int i = 0; i < PLANE; i++)
        for (int c = 0; c < 3; c++) image->pixels[i * 3 + c] = planes[c * PLANE + i];
    return 0;
}

static int measure(lince_dataset *dataset, const lince_sample *sample, lince_picture_head *head)
{
    (void)dataset, (void)sample;
    *head = (lince_picture_head){.width = SIDE, .height = SIDE};
    return 0;
}

static void release(lince_dataset *dataset)
{
    lince_bytes *files = dataset->state;
    for (size_t i = 0; files && i < dataset->source.count; i++) lince_bytes_release(&files[i]);
    lince_free(files);
}

const lince_layout lince_cifar = {.recognise = recognise,
                                  .index = index_batches,
                                  .read = read_sample,
                                  .measure = measure,
                                  .release = release};
