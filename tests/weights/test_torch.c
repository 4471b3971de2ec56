/* PyTorch's files: both forms are read, views and all; what is wrong is refused with its rule and place. */
#include "weights/formats/format.h"
#include "weights/torch/torch.h"

#include "fixture.h"

static const float numbers[6] = {0, 1, 2, 3, 4, 5};

#define SIX STORAGE("FloatStorage", "0", "\6")

static lince_weights *read_bytes(const lince_weights_format *form, blob b)
{
    lince_weights *w;
    if (lince_weights_parse_as(form, &w, b.data, b.size, "x.pth")) fail_msg("%s", lince_error());
    return w;
}

static void refused(const lince_weights_format *form, blob b, const char *message)
{
    lince_weights *w;
    char *copy = malloc(b.size + 1); /* its own block, so that the sanitizer sees a byte too far */
    memcpy(copy, b.data, b.size);
    assert_int_equal(lince_weights_parse_as(form, &w, copy, b.size, "x.pth"), LINCE_EFORMAT);
    free(copy);
    assert_null(w);
    if (strncmp(lince_error(), "x.pth", 5) != 0 || !strstr(lince_error(), message))
        fail_msg("expected '%s' in: %s", message, lince_error());
}

/* An object over one storage of six floats, in both forms. */
static void both_refused(const char *object, size_t size, const char *message)
{
    blob zip = zip_form(object, size, numbers, sizeof numbers);
    blob legacy = legacy_form(object, size, numbers, sizeof numbers, 6);
    refused(&lince_torch_zip, zip, message);
    refused(&lince_torch_legacy, legacy, message);
    free(zip.data);
    free(legacy.data);
}

/* In the zip form: the other one asks for the storages first. */
static void zip_refused(const char *object, size_t size, const char *message)
{
    blob zip = zip_form(object, size, numbers, sizeof numbers);
    refused(&lince_torch_zip, zip, message);
    free(zip.data);
}

static void expect_floats(const lince_tensor *t, const float *values, size_t count)
{
    float found[64];
    assert_non_null(t);
    assert_int_equal(lince_tensor_elements(t), count);
    lince_tensor_floats(t, 0, count, found);
    assert_memory_equal(found, values, count * sizeof *values);
}

/* --- what PyTorch wrote: tests/reference/torch_files.py ----------------------------------------------- */

static const lince_tensor *named(const lince_weights *w, const char *name)
{
    const lince_tensor *t = lince_weights_find(w, name);
    if (!t) fail_msg("no tensor '%s'", name);
    return t;
}

static void expect_python_file(const char *path, const char *format)
{
    lince_weights *w, *same;
    if (lince_weights_open(&w, path)) fail_msg("%s", lince_error());
    assert_string_equal(lince_weights_format_name(w), format);
    assert_int_equal(lince_weights_count(w), 14);
    assert_string_equal(lince_weights_notes(w), "a checkpoint; the weights are in 'state_dict'\n"
                                                "beside it, left out: epoch, arch, best, history, large\n"
                                                "all names begin with 'module.': taken away\n");
    assert_int_equal(lince_weights_open(&same, TEST_SOURCE_DIR "/tests/weights/python.safetensors"), 0);
    for (size_t i = 0; i < lince_weights_count(same); i++) {
        const lince_tensor *e = lince_weights_at(same, i), *t = named(w, e->name);
        assert_int_equal(t->dtype, e->dtype);
        assert_int_equal(t->ndim, e->ndim);
        if (e->ndim) assert_memory_equal(t->dims, e->dims, (size_t)e->ndim * sizeof *e->dims);
        assert_int_equal(t->bytes, e->bytes);
        if (e->bytes) assert_memory_equal(t->data, e->data, e->bytes);
    }
    lince_weights_free(same);
    expect_floats(named(w, "shared"), (float[]){2, 3, 4, 5}, 4);
    expect_floats(named(w, "transposed"), (float[]){0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}, 12);
    expect_floats(named(w, "strided"), (float[]){0, 4, 6, 10, 1, 5, 7, 11}, 8);
    expect_floats(named(w, "parameter"), (float[]){1, 2}, 2);
    lince_weights_free(w);
}

static void test_what_pytorch_writes_is_read(void **state)
{
    (void)state;
    expect_python_file(TEST_SOURCE_DIR "/tests/weights/python.pth", "PyTorch (zip)");
    expect_python_file(TEST_SOURCE_DIR "/tests/weights/python-legacy.pth", "PyTorch (legacy)");
}

static void test_what_pytorch_writes_cut_anywhere_is_refused(void **state)
{
    (void)state;
    blob zip = read_back(TEST_SOURCE_DIR "/tests/weights/python.pth");
    blob legacy = read_back(TEST_SOURCE_DIR "/tests/weights/python-legacy.pth");
    leave_seed("torch_zip", "python.pth", zip);
    leave_seed("torch_legacy", "python-legacy.pth", legacy);
    for (size_t size = 0; size < zip.size; size++) refused(&lince_torch_zip, (blob){zip.data, size}, "x.pth");
    for (size_t size = 0; size < legacy.size; size++)
        refused(&lince_torch_legacy, (blob){legacy.data, size}, "x.pth");
    free(zip.data);
    free(legacy.data);
}

/* --- tensors -------------------------------------------------------------------------------------- */

static void test_a_tensor_in_both_forms(void **state)
{
    (void)state;
    static const char object[] = STATE(TENSOR(SIX, "K\0", "K\2K\3", "K\3K\1"));
    blob zip = zip_form(object, sizeof object - 1, numbers, sizeof numbers);
    blob legacy = legacy_form(object, sizeof object - 1, numbers, sizeof numbers, 6);
    leave_seed("torch_zip", "zip", zip);
    leave_seed("torch_legacy", "legacy", legacy);
    lince_weights *w = read_bytes(&lince_torch_zip, zip);
    expect_floats(lince_weights_find(w, "a"), numbers, 6);
    assert_int_equal(named(w, "a")->dims[1], 3);
    assert_string_equal(lince_weights_notes(w), "");
    lince_weights_free(w);
    w = read_bytes(&lince_torch_legacy, legacy);
    expect_floats(lince_weights_find(w, "a"), numbers, 6);
    lince_weights_free(w);
    free(zip.data);
    free(legacy.data);
}

static void test_a_view_of_a_storage_in_the_legacy_form(void **state)
{
    (void)state;
    static const char object[] =
        STATE(TENSOR(STORAGE_VIEW("FloatStorage", "0", "\6", "(U\1vK\2K\3t"), "K\1", "K\2", "K\1"));
    blob b = legacy_form(object, sizeof object - 1, numbers, sizeof numbers, 6);
    lince_weights *w = read_bytes(&lince_torch_legacy, b);
    expect_floats(lince_weights_find(w, "a"), (float[]){3, 4}, 2);
    lince_weights_free(w);
    free(b.data);
    both_refused(BYTES(STATE(
                     TENSOR(STORAGE_VIEW("FloatStorage", "0", "\6", "(U\1vK\2K\3t"), "K\1", "K\3", "K\1"))),
                 "starts at element 1 and needs element 3 of 3");
    both_refused(BYTES(STATE(
                     TENSOR(STORAGE_VIEW("FloatStorage", "0", "\6", "(U\1vK\4K\3t"), "K\0", "K\1", "K\1"))),
                 "a storage's id is not");
}

static void test_strides_must_stay_in_the_storage(void **state)
{
    (void)state;
    both_refused(BYTES(STATE(TENSOR(SIX, "K\1", "K\2K\3", "K\3K\1"))),
                 "starts at element 1 and needs element 6 of 6");
    both_refused(BYTES(STATE(TENSOR(SIX, "K\0", "K\2K\3", "K\4K\1"))), "needs element 6 of 6");
    both_refused(BYTES(STATE(TENSOR(SIX, "K\7", "K\0", "K\1"))), "starts at element 7");
    both_refused(BYTES(STATE(TENSOR(SIX, "K\0", "K\2K\3", "\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7fK\1"))),
                 "reaches beyond its storage");
    both_refused(BYTES(STATE(TENSOR(SIX, "\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7f", "K\2",
                                    "\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7f"))),
                 "reaches beyond its storage");
}

static void test_sizes_that_are_negative_or_wrap_around_are_refused(void **state)
{
    (void)state;
    both_refused(BYTES(STATE(TENSOR(SIX, "K\0", "J\xff\xff\xff\xff", "K\1"))),
                 "not a whole number of 0 or more");
    both_refused(BYTES(STATE(TENSOR(SIX, "K\0", "K\2", "J\xff\xff\xff\xff"))),
                 "not a whole number of 0 or more");
    both_refused(BYTES(STATE(TENSOR(SIX, "J\xff\xff\xff\xff", "K\2", "K\1"))), "not made of");
    both_refused(BYTES(STATE(TENSOR(SIX, "K\0", "N", "K\1"))), "not a whole number of 0 or more");
    both_refused(BYTES(STATE(TENSOR(SIX, "K\0", "\x8a\x8\1\0\0\0\0\0\0\x40", "K\0"))), "shape is too large");
    both_refused(BYTES(STATE(TENSOR(SIX, "K\0", "\x8a\5\0\0\0\0\1\x8a\5\0\0\0\0\1", "K\0K\0"))),
                 "shape is too large");
    both_refused(BYTES(STATE(TENSOR(SIX, "K\0", "K\2K\3", "K\1"))), "more sizes than strides");
    both_refused(BYTES(
                     STATE(TENSOR(SIX, "K\0", "K\1K\1K\1K\1K\1K\1K\1K\1K\1", "K\1K\1K\1K\1K\1K\1K\1K\1K\1"))),
                 "more than 8 dimensions");
}

/* A stride of 0 makes a small storage a large tensor: memory is not taken for more than the file holds. */
static void test_a_broadcast_view_is_limited_by_the_file(void **state)
{
    (void)state;
    both_refused(BYTES(STATE(TENSOR(SIX, "K\0", "J\0\0\0\1", "K\0"))), "larger than the file");
    static const char object[] = STATE(TENSOR(SIX, "K\1", "K\3", "K\0"));
    blob b = zip_form(object, sizeof object - 1, numbers, sizeof numbers);
    lince_weights *w = read_bytes(&lince_torch_zip, b);
    expect_floats(lince_weights_find(w, "a"), (float[]){1, 1, 1}, 3);
    lince_weights_free(w);
    free(b.data);
}

static void test_what_is_not_a_tensor_is_refused(void **state)
{
    (void)state;
    zip_refused(BYTES(STATE("ctorch._utils\n_rebuild_tensor_v2\n)R")), "not made of (storage");
    zip_refused(BYTES(STATE(TENSOR("K\1", "K\0", "K\1", "K\1"))), "not made of (storage");
    both_refused(BYTES(STATE("ctorch._utils\n_rebuild_tensor_v2\n(" SIX "K\0K\1K\1\x89}tR")),
                 "not made of (storage");
    both_refused(BYTES(STATE("ctorch._utils\n_rebuild_tensor_v2\n(" SIX "K\0(K\1t(K\1t\x89}}U\4conj\x88stR")),
                 "conjugate");
    both_refused(BYTES(STATE(TENSOR("(U\6modulectorch\nFloatStorage\nU\1aU\1btQ", "K\0", "K\1", "K\1"))),
                 "does not name a storage");
    both_refused(BYTES(STATE(TENSOR("(U\7storageU\1fU\1"
                                    "0U\3cpuK\6tQ",
                                    "K\0", "K\1", "K\1"))),
                 "a storage's id is not");
    both_refused(BYTES(STATE(TENSOR("(U\7storagectorch\nFloatStorage\nU\1"
                                    "0U\3cpuJ\xff\xff\xff\xfftQ",
                                    "K\0", "K\1", "K\1"))),
                 "a storage's id is not");
    both_refused(BYTES(STATE(TENSOR("(U\7storagectorch\nFloatStorage\nU\1"
                                    "0U\3cpu\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7ftQ",
                                    "K\0", "K\1", "K\1"))),
                 "too large");
    both_refused(BYTES(STATE("ctorch\nShortStorage\n")), "GLOBAL of 'torch.ShortStorage'");
    both_refused(BYTES("\x80\2cposix\nsystem\nU\4true\x85R."), "GLOBAL of 'posix.system'");
}

/* --- storages ------------------------------------------------------------------------------------- */

static void test_a_storage_must_have_the_size_that_is_said(void **state)
{
    (void)state;
    static const char object[] = STATE(TENSOR(SIX, "K\0", "K\2", "K\1"));
    blob b = zip_form(object, sizeof object - 1, numbers, 20);
    refused(&lince_torch_zip, b, "should have 6 elements of 4 bytes, its record has 20 bytes");
    free(b.data);
    b = zip_form(object, sizeof object - 1, NULL, 0);
    refused(&lince_torch_zip, b, "there is no record 'any name/data/0'");
    free(b.data);
    b = legacy_form(object, sizeof object - 1, numbers, 20, 5);
    refused(&lince_torch_legacy, b, "elements of a storage: 5; the object says 6");
    free(b.data);
    b = legacy_form(object, sizeof object - 1, numbers, 20, 6);
    refused(&lince_torch_legacy, b, "claims 6 elements of 4 bytes, the file has 20 bytes");
    free(b.data);
}

static void test_the_legacy_forms_list_of_storages(void **state)
{
    (void)state;
    blob b = legacy_form(BYTES(STATE(TENSOR(STORAGE("FloatStorage", "1", "\6"), "K\0", "K\2", "K\1"))),
                         numbers, 24, 6);
    refused(&lince_torch_legacy, b, "one that no tensor uses");
    free(b.data);
    b = legacy_form(BYTES("\x80\2}(U\1a" TENSOR(SIX, "K\0", "K\2", "K\1") "U\1b" TENSOR(
                        STORAGE("IntStorage", "0", "\6"), "K\0", "K\2", "K\1") "u."),
                    numbers, 24, 6);
    refused(&lince_torch_legacy, b, "storage '0' is described in two ways");
    free(b.data);
    b = legacy_form(BYTES("\x80\2}(U\1a" TENSOR(SIX, "K\0", "K\2", "K\1") "U\1b" TENSOR(
                        STORAGE("IntStorage", "1", "\6"), "K\0", "K\2", "K\1") "u."),
                    numbers, 24, 6);
    refused(&lince_torch_legacy, b, "storage '1' is not in the file");
    free(b.data);
    static const float seven[7] = {0};
    b = legacy_form(BYTES(STATE(TENSOR(SIX, "K\0", "K\2", "K\1"))), seven, 28, 6);
    refused(&lince_torch_legacy, b, "bytes behind the last storage: 4");
    free(b.data);
}

/* --- the files around the object ------------------------------------------------------------------- */

static void test_a_pickle_that_is_not_pytorchs_is_refused(void **state)
{
    (void)state;
    refused(&lince_torch_legacy, (blob){BYTES("\x80\2}.")}, "byte 0: a pickle, but not of PyTorch");
    refused(&lince_torch_legacy, (blob){BYTES("\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x18.")},
            "magic");
    refused(&lince_torch_legacy, (blob){BYTES(LEGACY_MAGIC "\x80\2M\xea\3.")},
            "protocol of PyTorch's file is not 1001");
    refused(&lince_torch_legacy, (blob){BYTES(LEGACY_MAGIC LEGACY_PROTOCOL "\x80\2}.")},
            "does not say its byte order");
    refused(&lince_torch_legacy, (blob){BYTES(LEGACY_MAGIC LEGACY_PROTOCOL "\x80\2}U\rlittle_endian\x89s.")},
            "byte order is 'big'");
}

typedef struct entry {
    const char *name, *data;
} entry;

static blob zip_of(const entry *entries, size_t count)
{
    memory m;
    memory_open(&m);
    lince_zip_writer w = {.stream = m.stream};
    for (size_t i = 0; i < count; i++)
        lince_zip_add(&w, entries[i].name, entries[i].data, strlen(entries[i].data));
    lince_zip_finish(&w);
    lince_buffer_release(&w.directory);
    return memory_close(&m);
}

static void test_a_zip_file_that_is_not_pytorchs_is_refused(void **state)
{
    (void)state;
    static const struct {
        entry entries[2];
        const char *message;
    } cases[] = {
        {{{"train/cat/1.png", ""}, {"data.pkl", "}."}}, "a zip file, but not of PyTorch"},
        {{{"a/b/data.pkl", "}."}, {"a", ""}}, "a zip file, but not of PyTorch"},
        {{{"x/data.pkl", "}."}, {"x/constants.pkl", ""}}, "TorchScript"},
        {{{"x/data.pkl", "}."}, {"x/byteorder", "big"}}, "its byte order is 'big'"},
        {{{"x/data.pkl", "}."}, {"x/extra/lince.json", "[]"}}, "is not a JSON object"},
        {{{"x/data.pkl", "}."}, {"x/extra/lince.json", "{\"a\":1}"}}, "'a' is not a string"},
        {{{"x/data.pkl", "}."}, {"x/byteorder", "little"}}, "there is no state dict in it"},
        {{{"x/data.pkl", "N."}, {"x/byteorder", "little"}}, "there is no state dict in it"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        blob b = zip_of(cases[i].entries, 2);
        refused(&lince_torch_zip, b, cases[i].message);
        free(b.data);
    }
}

static void test_a_compressed_entry_is_refused(void **state)
{
    (void)state;
    static const entry entries[] = {{"x/data.pkl", "}."}};
    blob b = zip_of(entries, 1);
    char *central = memmem(b.data, b.size, "PK\1\2", 4);
    central[10] = 8;
    refused(&lince_torch_zip, b, "'x/data.pkl' is compressed (method 8)");
    free(b.data);
}

/* --- checkpoints ---------------------------------------------------------------------------------- */

#define A "}U\1a" TENSOR(SIX, "K\0", "K\1", "K\1") "s"

static void expect_found(const char *object, size_t size, const char *notes)
{
    lince_weights *w;
    blob b = zip_form(object, size, numbers, sizeof numbers);
    if (lince_weights_parse(&w, b.data, b.size, "x.pth")) fail_msg("%s", lince_error());
    assert_non_null(lince_weights_find(w, "a"));
    assert_string_equal(lince_weights_notes(w), notes);
    lince_weights_free(w);
    free(b.data);
}

static void test_the_state_dict_is_found_and_said(void **state)
{
    (void)state;
    expect_found(BYTES("\x80\2" A "."), "");
    expect_found(BYTES("\x80\2}U\5model" A "s."), "a checkpoint; the weights are in 'model'\n");
    expect_found(BYTES("\x80\2}(U\5epochK\1U\3net" A "u."),
                 "a checkpoint; the weights are in 'net'\nbeside it, left out: epoch\n");
    expect_found(BYTES("\x80\2}(U\3ema" A "U\x10model_state_dict" A "u."),
                 "a checkpoint; the weights are in 'model_state_dict'\nbeside it, left out: ema\n");
    expect_found(BYTES("\x80\2}(U\5other" A "U\2lrG\0\0\0\0\0\0\0\0u."),
                 "a checkpoint; the weights are in 'other'\nbeside it, left out: lr\n");
    expect_found(BYTES("\x80\2}U\5model}U\nstate_dict" A "ss."),
                 "a checkpoint; the weights are in 'model'\na checkpoint; the weights are in 'state_dict'\n");
}

static void test_names_that_wrappers_change_are_found_and_said(void **state)
{
    (void)state;
    expect_found(BYTES("\x80\2}U\x8module.a" TENSOR(SIX, "K\0", "K\1", "K\1") "s."),
                 "all names begin with 'module.': taken away\n");
    expect_found(
        BYTES("\x80\2}U\x12module._orig_mod.a" TENSOR(SIX, "K\0", "K\1", "K\1") "s."),
        "all names begin with 'module.': taken away\nall names begin with '_orig_mod.': taken away\n");
    expect_found(BYTES("\x80\2}(U\1a" TENSOR(SIX, "K\0", "K\1",
                                             "K\1") "U\x8module.b" TENSOR(SIX, "K\0", "K\1", "K\1") "u."),
                 "");
    expect_found(BYTES("\x80\2}(U\1a" TENSOR(SIX, "K\0", "K\1", "K\1") "U\6"
                                                                       "configNu."),
                 "config: not a tensor, left out\n");
}

/* "denselayer1.norm.1.weight" */
static void test_names_of_old_densenets_are_read_as_the_new_ones(void **state)
{
    (void)state;
#define NAMED(size, name) "U" size name TENSOR(SIX, "K\0", "K\1", "K\1")
    static const char object[] =
        "\x80\2}(" NAMED("\x1a", "b1.denselayer12.norm.1.run") NAMED("\x14", "denselayer1.norm.1.x") "u.";
    lince_weights *w;
    blob b = zip_form(object, sizeof object - 1, numbers, sizeof numbers);
    if (lince_weights_parse(&w, b.data, b.size, "x.pth")) fail_msg("%s", lince_error());
    assert_non_null(lince_weights_find(w, "b1.denselayer12.norm1.run"));
    assert_string_equal(lince_weights_notes(w), "names of old DenseNets: 1; 'norm.1' is read as 'norm1'\n");
    lince_weights_free(w);
    free(b.data);
}

static void test_names_are_there_once_and_are_texts(void **state)
{
    (void)state;
#define ONE TENSOR(SIX, "K\0", "K\1", "K\1")
    both_refused(BYTES("\x80\2}(U\1a" ONE "U\1a" ONE "u."), "tensor 'a' is there twice");
    both_refused(BYTES("\x80\2}K\1" ONE "s."), "a name in the state dict");
    both_refused(BYTES("\x80\2}U\0" ONE "s."), "a name in the state dict");
    both_refused(BYTES("\x80\2}U\1\xff" ONE "s."), "a name in the state dict");
    both_refused(BYTES("\x80\2}U\3a\0b" ONE "s."), "a name in the state dict");
}

static void test_several_state_dicts_under_unknown_names_are_refused(void **state)
{
    (void)state;
    both_refused(BYTES("\x80\2}(U\1x" A "U\1y" A "u."), "there is no state dict in it");
    both_refused(BYTES("\x80\2}U\5model}U\5model}U\5model}U\5model" A "ssss."),
                 "there is no state dict in it");
}

/* --- written -------------------------------------------------------------------------------------- */

static const int64_t steps[1] = {3};
static const unsigned char flags[3] = {1, 0, 1};
static const lince_tensor tensors[] = {
    {"weight", LINCE_F32, 2, {2, 3}, numbers, sizeof numbers},
    {"steps", LINCE_I64, 0, {0}, steps, sizeof steps},
    {"flags", LINCE_BOOL, 1, {3}, flags, sizeof flags},
    {"half", LINCE_F16, 2, {3, 2}, numbers, 12},
    {"empty", LINCE_F32, 2, {0, 3}, numbers, 0},
    {"ni\303\261o \"q\"", LINCE_U8, 1, {1}, flags, 1},
};
enum { COUNT = sizeof tensors / sizeof *tensors };
static const lince_metadata texts[] = {{"lince.model", "vgg16"}, {"lince.classes", "[\"a\", \"\303\261\"]"}};

static void test_what_is_written_comes_back_bit_for_bit(void **state)
{
    (void)state;
    const char *path = TEST_SCRATCH "/written.pth";
    lince_weights *w;
    if (lince_torch_write(path, tensors, COUNT, texts, 2)) fail_msg("%s", lince_error());
    blob one = read_back(path);
    if (lince_weights_open(&w, path)) fail_msg("%s", lince_error());
    assert_int_equal(lince_weights_count(w), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        const lince_tensor *e = &tensors[i], *t = lince_weights_at(w, i);
        assert_string_equal(t->name, e->name);
        assert_int_equal(t->dtype, e->dtype);
        assert_int_equal(t->ndim, e->ndim);
        if (e->ndim) assert_memory_equal(t->dims, e->dims, (size_t)e->ndim * sizeof *e->dims);
        assert_int_equal(t->bytes, e->bytes);
        if (e->bytes) assert_memory_equal(t->data, e->data, e->bytes);
    }
    assert_string_equal(lince_weights_metadata(w, "lince.model"), "vgg16");
    assert_string_equal(lince_weights_metadata(w, "lince.classes"), "[\"a\", \"\303\261\"]");
    lince_weights_free(w);
    if (lince_torch_write(path, tensors, COUNT, texts, 2)) fail_msg("%s", lince_error());
    blob two = read_back(path);
    assert_int_equal(one.size, two.size);
    assert_memory_equal(one.data, two.data, one.size);
    leave_seed("torch_zip", "written.pth", one);
    free(one.data);
    free(two.data);
}

static void test_what_a_file_cannot_hold_is_not_written(void **state)
{
    (void)state;
    const char *path = TEST_SCRATCH "/refused.pth";
    const lince_tensor twice[] = {tensors[0], tensors[0]}, wrong = {"a", LINCE_F32, 1, {2}, numbers, 4},
                       unnamed = {"\xff", LINCE_F32, 1, {1}, numbers, 4};
    assert_int_equal(lince_torch_write(path, twice, 2, NULL, 0), LINCE_EDATA);
    assert_int_equal(lince_torch_write(path, &wrong, 1, NULL, 0), LINCE_ESHAPE);
    assert_int_equal(lince_torch_write(path, &unnamed, 1, NULL, 0), LINCE_EDATA);
    assert_int_equal(lince_torch_write(path, tensors, 1, &(lince_metadata){"k", "\xff"}, 1), LINCE_EDATA);
    assert_int_equal(lince_torch_write(TEST_SCRATCH "/no/such/folder.pth", tensors, 1, NULL, 0), LINCE_EIO);
    FILE *none = fopen(path, "rb");
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_pytorch_writes_is_read),
        cmocka_unit_test(test_what_pytorch_writes_cut_anywhere_is_refused),
        cmocka_unit_test(test_a_tensor_in_both_forms),
        cmocka_unit_test(test_a_view_of_a_storage_in_the_legacy_form),
        cmocka_unit_test(test_strides_must_stay_in_the_storage),
        cmocka_unit_test(test_sizes_that_are_negative_or_wrap_around_are_refused),
        cmocka_unit_test(test_a_broadcast_view_is_limited_by_the_file),
        cmocka_unit_test(test_what_is_not_a_tensor_is_refused),
        cmocka_unit_test(test_a_storage_must_have_the_size_that_is_said),
        cmocka_unit_test(test_the_legacy_forms_list_of_storages),
        cmocka_unit_test(test_a_pickle_that_is_not_pytorchs_is_refused),
        cmocka_unit_test(test_a_zip_file_that_is_not_pytorchs_is_refused),
        cmocka_unit_test(test_a_compressed_entry_is_refused),
        cmocka_unit_test(test_the_state_dict_is_found_and_said),
        cmocka_unit_test(test_names_that_wrappers_change_are_found_and_said),
        cmocka_unit_test(test_names_of_old_densenets_are_read_as_the_new_ones),
        cmocka_unit_test(test_names_are_there_once_and_are_texts),
        cmocka_unit_test(test_several_state_dicts_under_unknown_names_are_refused),
        cmocka_unit_test(test_what_is_written_comes_back_bit_for_bit),
        cmocka_unit_test(test_what_a_file_cannot_hold_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
