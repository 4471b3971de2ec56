/* Pickles: what a state dict needs is read, everything else is refused, at its byte and by name. */
#include "weights/torch/pickle.h"

#include "fixture.h"

enum { ORDERED_DICT, FUNCTION, TYPE };
static const lince_pickle_global globals[] = {
    [ORDERED_DICT] = {"collections", "OrderedDict", .makes_dict = true},
    [FUNCTION] = {"torch._utils", "_rebuild", .called = true},
    [TYPE] = {.module = "torch", .name = "FloatStorage"},
    {.name = NULL},
};

static lince_pickle read_pickle(const char *bytes, size_t size)
{
    lince_pickle p;
    if (lince_pickle_read(&p, "x.pkl", bytes, size, 0, globals)) fail_msg("%s", lince_error());
    assert_int_equal(p.size, size);
    return p;
}

/* In a block of its own, so that the sanitizer sees a byte too far. */
static void expect_refused(const char *bytes, size_t size, const char *message)
{
    lince_pickle p;
    char *copy = malloc(size + 1);
    memcpy(copy, bytes, size);
    int code = lince_pickle_read(&p, "x.pkl", copy, size, 1000, globals);
    free(copy);
    assert_int_equal(code, LINCE_EFORMAT);
    assert_null(p.blocks);
    if (strncmp(lince_error(), "x.pkl, byte ", 12) != 0 || !strstr(lince_error(), message))
        fail_msg("expected '%s' in: %s", message, lince_error());
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        int64_t number;
    } cases[] = {
        {BYTES("K\xff."), 255},
        {BYTES("M\xff\xff."), 65535},
        {BYTES("J\xff\xff\xff\xff."), -1},
        {BYTES("\x8a\0."), 0},
        {BYTES("\x8a\1\x80."), -128},
        {BYTES("\x8a\2\x80\0."), 128},
        {BYTES("\x8a\x8\0\0\0\0\0\0\0\x80."), INT64_MIN},
        {BYTES("\x8b\2\0\0\0\1\2."), 513},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lince_pickle p = read_pickle(cases[i].bytes, cases[i].size);
        assert_int_equal(p.root->kind, LINCE_PICKLE_INT);
        assert_true(p.root->as.integer == cases[i].number);
        lince_pickle_release(&p);
    }
    lince_pickle p = read_pickle(BYTES("G\xbf\xf8\0\0\0\0\0\0."));
    assert_true(p.root->kind == LINCE_PICKLE_FLOAT && p.root->as.real == -1.5);
    lince_pickle_release(&p);
    p = read_pickle(BYTES("\x8a\x9\1\2\3\4\5\6\7\x8\x9."));
    assert_true(p.root->kind == LINCE_PICKLE_BIG && p.root->as.text.size == 9);
    lince_pickle_release(&p);
}

static void test_texts_in_all_widths(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        int kind;
    } cases[] = {
        {BYTES("U\2ab."), LINCE_PICKLE_TEXT},
        {BYTES("T\2\0\0\0ab."), LINCE_PICKLE_TEXT},
        {BYTES("X\2\0\0\0ab."), LINCE_PICKLE_TEXT},
        {BYTES("\x8c\2ab."), LINCE_PICKLE_TEXT},
        {BYTES("\x8d\2\0\0\0\0\0\0\0ab."), LINCE_PICKLE_TEXT},
        {BYTES("C\2ab."), LINCE_PICKLE_BYTES},
        {BYTES("B\2\0\0\0ab."), LINCE_PICKLE_BYTES},
        {BYTES("\x8e\2\0\0\0\0\0\0\0ab."), LINCE_PICKLE_BYTES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lince_pickle p = read_pickle(cases[i].bytes, cases[i].size);
        assert_int_equal(p.root->kind, cases[i].kind);
        assert_int_equal(p.root->as.text.size, 2);
        assert_memory_equal(p.root->as.text.bytes, "ab", 2);
        assert_int_equal(lince_pickle_is(p.root, "ab"), cases[i].kind == LINCE_PICKLE_TEXT);
        lince_pickle_release(&p);
    }
}

static void test_containers(void **state)
{
    (void)state;
    static const char all[] = "\x80\2}q\0(U\1a]q\1(K\1K\2eU\1b(K\1K\2K\3K\4tU\1c)U\1d\x88\x85"
                              "U\1eNN\x86U\1fNNN\x87U\1gh\1u.";
    lince_pickle p = read_pickle(all, sizeof all - 1);
    lince_pickle none = read_pickle(BYTES("(t.")); /* nothing was ever pushed */
    lince_pickle_release(&none);
    leave_seed("pickle", "containers", (blob){(char *)all, sizeof all - 1});
    static const struct {
        const char *key;
        int kind;
        size_t count;
    } entries[] = {{"a", LINCE_PICKLE_LIST, 2},  {"b", LINCE_PICKLE_TUPLE, 4}, {"c", LINCE_PICKLE_TUPLE, 0},
                   {"d", LINCE_PICKLE_TUPLE, 1}, {"e", LINCE_PICKLE_TUPLE, 2}, {"f", LINCE_PICKLE_TUPLE, 3},
                   {"g", LINCE_PICKLE_LIST, 2}};
    assert_int_equal(p.root->kind, LINCE_PICKLE_DICT);
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        const lince_pickle_value *v = lince_pickle_get(p.root, entries[i].key);
        assert_non_null(v);
        assert_int_equal(v->kind, entries[i].kind);
        assert_int_equal(v->as.list.count, entries[i].count);
    }
    assert_int_equal(lince_pickle_get(p.root, "b")->as.list.items[3]->as.integer, 4);
    assert_ptr_equal(lince_pickle_get(p.root, "g"), lince_pickle_get(p.root, "a"));
    assert_null(lince_pickle_get(p.root, "h"));
    lince_pickle_release(&p);
}

static void test_an_ordered_dict_of_python_3_and_of_python_2(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } cases[] = {
        {BYTES("\x80\2ccollections\nOrderedDict\n)R(U\1aK\1U\1bK\2u}U\t_metadataNsb.")},
        {BYTES("\x80\2ccollections\nOrderedDict\n](]U\1aaK\1aU\1bK\2\x86"
               "e\x85R.")},
        {BYTES("\x80\4\x95\x2b\0\0\0\0\0\0\0\x8c\x0b"
               "collections\x94\x8c\x0bOrderedDict\x94\x93\x94)R\x94(\x8c\1aK\1\x8c\1bK"
               "\2u.")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lince_pickle p;
        if (lince_pickle_read(&p, "x.pkl", cases[i].bytes, cases[i].size, 0, globals))
            fail_msg("%zu: %s", i, lince_error());
        assert_int_equal(p.root->kind, LINCE_PICKLE_DICT);
        assert_int_equal(lince_pickle_get(p.root, "b")->as.integer, 2);
        lince_pickle_release(&p);
    }
}

static void test_a_call_is_written_down_and_not_made(void **state)
{
    (void)state;
    lince_pickle p = read_pickle(BYTES("\x80\2ctorch._utils\n_rebuild\n(U\1xQK\1tR."));
    assert_int_equal(p.root->kind, LINCE_PICKLE_CALL);
    assert_int_equal(p.root->as.call.global->as.integer, FUNCTION);
    assert_int_equal(p.root->as.call.arguments->as.list.count, 2);
    assert_int_equal(p.outside_count, 1);
    assert_true(lince_pickle_is(p.outside[0]->as.id, "x"));
    lince_pickle_release(&p);
}

static void test_other_globals_are_refused_by_name(void **state)
{
    (void)state;
    expect_refused(BYTES("\x80\2cos\nsystem\nU\4true\x85R."), "byte 1002: GLOBAL of 'os.system'");
    expect_refused(BYTES("\x80\2cposix\nsystem\n."), "GLOBAL of 'posix.system'");
    expect_refused(BYTES("\x80\2c__builtin__\neval\n."), "'__builtin__.eval'");
    expect_refused(BYTES("\x80\2ctorch\nFloatStorageX\n."), "'torch.FloatStorageX'");
    expect_refused(BYTES("\x80\2ctorch._utils\nFloatStorage\n."), "'torch._utils.FloatStorage'");
    expect_refused(BYTES("\x80\4\x8c\2os\x8c\6system\x93."), "byte 1014: STACK_GLOBAL of 'os.system'");
    expect_refused(BYTES("\x80\2(cos\n\nN."), "'os.'");
    expect_refused(BYTES("\x80\2cos\n\x1b[31m\n."), "'os.?[31m'"); /* nothing that commands a terminal */
    expect_refused(BYTES("\x80\4K\1K\2\x93."), "not texts");
}

static void test_objects_and_extensions_are_refused_by_name(void **state)
{
    (void)state;
    expect_refused(BYTES("\x80\2ccollections\nOrderedDict\n)\x81."), "NEWOBJ of 'collections.OrderedDict'");
    expect_refused(BYTES("\x80\2N)\x81."), "NEWOBJ: objects are refused");
    expect_refused(BYTES("\x80\2(ios\nsystem\n."), "INST of 'os.system'");
    expect_refused(BYTES("\x80\2(No."), "OBJ: an opcode that no state dict needs");
    expect_refused(BYTES("\x80\2\x82\1."), "EXT1: an opcode");
    expect_refused(BYTES("\x80\2\x83\1\0."), "EXT2: an opcode");
    expect_refused(BYTES("\x80\2\x84\1\0\0\0."), "EXT4: an opcode");
    expect_refused(BYTES("\x80\2N)}\x92."), "NEWOBJ_EX: an opcode");
    expect_refused(BYTES("\x80\2Pname\n."), "PERSID: an opcode");
}

static void test_only_functions_of_the_list_are_called(void **state)
{
    (void)state;
    expect_refused(BYTES("\x80\2ctorch\nFloatStorage\n)R."), "REDUCE of 'torch.FloatStorage'");
    expect_refused(BYTES("\x80\2U\1a)R."), "REDUCE: a call of what is not a function");
    expect_refused(BYTES("\x80\2ctorch._utils\n_rebuild\n]R."), "without a tuple of arguments");
    expect_refused(BYTES("\x80\2ccollections\nOrderedDict\nK\1\x85R."), "not a list of pairs");
    expect_refused(BYTES("\x80\2ccollections\nOrderedDict\n]K\1a\x85R."), "not a list of pairs");
    expect_refused(BYTES("\x80\2ctorch._utils\n_rebuild\n)R}b."), "BUILD: it changes what is not a dict");
    expect_refused(BYTES("\x80\2}K\1b."), "BUILD: attributes that are not a dict");
}

static void test_what_is_no_opcode_is_named(void **state)
{
    (void)state;
    expect_refused(BYTES("\x80\2\xff."), "byte 1002: 0xff is not an opcode");
    expect_refused(BYTES("\x80\2."), "STOP: there is nothing on the stack");
    expect_refused(BYTES("\x80\1N."), "PROTO: a protocol other than 2 to 5");
    expect_refused(BYTES("\x80\6N."), "PROTO: a protocol other than 2 to 5");
    expect_refused(BYTES("I01\n."), "INT: an opcode");
}

static void test_the_stack_is_watched(void **state)
{
    (void)state;
    expect_refused(BYTES("a."), "APPEND: there is nothing on the stack");
    expect_refused(BYTES("Na."), "APPEND: there is nothing on the stack to change");
    expect_refused(BYTES("N\x86."), "TUPLE2: there is nothing on the stack");
    expect_refused(BYTES("t."), "TUPLE: there is no mark");
    expect_refused(BYTES("]e."), "APPENDS: there is no mark");
    expect_refused(BYTES("](a."), "APPEND: there is nothing on the stack"); /* not through the mark */
    expect_refused(BYTES("(q\0."), "BINPUT: there is nothing on the stack");
    expect_refused(BYTES("(]e."), "APPENDS: there is nothing on the stack to change");
    expect_refused(BYTES("}(Nu."), "SETITEMS: a key without a value");
    expect_refused(BYTES("]NNs."), "SETITEM: it changes what is not a dict");
    expect_refused(BYTES("}Na."), "APPEND: it changes what is not a list");
    expect_refused(BYTES("NN."), "STOP: more than one value");
    expect_refused(BYTES("N(."), "STOP: a mark is left");
}

static void test_the_memo_is_watched(void **state)
{
    (void)state;
    expect_refused(BYTES("h\0."), "byte 1000: BINGET: nothing was stored under number 0");
    expect_refused(BYTES("Nq\1h\0."), "nothing was stored under number 0");
    expect_refused(BYTES("j\xff\xff\xff\xff."), "nothing was stored under number 4294967295");
    expect_refused(BYTES("Nr\xff\xff\xff\x7f."), "LONG_BINPUT: a memo number that no pickler gives so early");
}

static void test_what_contains_itself_is_refused(void **state)
{
    (void)state;
    expect_refused(BYTES("]q\0h\0a."), "byte 1000: what is made here contains itself");
    expect_refused(BYTES("}q\0U\1ah\0s."), "contains itself");
    expect_refused(BYTES("]q\0]h\0a\x85"
                         "a."),
                   "contains itself");
    expect_refused(BYTES("N]q\0h\0aQ\x86."), "contains itself");
    lince_pickle p = read_pickle(BYTES("]q\0h\0\x86.")); /* twice the same is no cycle */
    lince_pickle_release(&p);
}

static void test_depth_costs_no_stack(void **state)
{
    (void)state;
    enum { DEPTH = 1000000 };
    char *bytes = malloc(DEPTH + 2);
    bytes[0] = 'N';
    memset(bytes + 1, '\x85', DEPTH);
    bytes[DEPTH + 1] = '.';
    lince_pickle p = read_pickle(bytes, DEPTH + 2);
    lince_pickle_release(&p);
    free(bytes);
}

static void test_values_and_items_are_limited(void **state)
{
    (void)state;
    enum { MANY = LINCE_PICKLE_MAX_VALUES + 10 };
    char *bytes = malloc(MANY);
    memset(bytes, 'N', MANY);
    expect_refused(bytes, MANY, "byte 2098152: NONE: more than 2097152 values");
    free(bytes);

    /* one list of 100,000, copied into one OrderedDict after the other */
    enum { PAIRS = 100000, CALL = 40 };
    char *bomb = malloc((size_t)PAIRS * 2 + 100 * CALL + 64), *at = bomb;
    memcpy(at, "]q\2(K\1K\1\x86q\1", 11);
    at += 11;
    for (int i = 0; i < PAIRS; i++) *at++ = 'h', *at++ = 1;
    *at++ = 'e';
    for (int i = 0; i < 100; i++) at += sprintf(at, "ccollections\nOrderedDict\nh%c\x85R", 2);
    expect_refused(bomb, (size_t)(at - bomb), "more than 4194304 items");
    free(bomb);
}

static void test_sizes_beyond_the_end_are_refused_before_memory_is_taken(void **state)
{
    (void)state;
    expect_refused(BYTES("X\xff\xff\xff\xff."), "BINUNICODE claims 4294967295 bytes, there are 1");
    expect_refused(BYTES("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."), "claims 18446744073709551615 bytes");
    expect_refused(BYTES("\x8b\xff\xff\xff\xff."), "LONG4 claims 4294967295 bytes");
    expect_refused(BYTES("\x95\xff\0\0\0\0\0\0\0N."), "FRAME: it claims more bytes than there are");
}

static void test_a_pickle_cut_anywhere_is_refused(void **state)
{
    (void)state;
    static const char whole[] =
        "\x80\2}q\0(X\1\0\0\0aG\0\0\0\0\0\0\0\0U\1bctorch._utils\n_rebuild\n(ctorch\nFloatStorage\n"
        "M\1\1J\1\0\0\0\x8a\1\1tRU\1cccollections\nOrderedDict\n)R}bU\1dh\0\x85QU\1e]Nau.";
    lince_pickle p;
    assert_int_equal(lince_pickle_read(&p, "x", whole, sizeof whole - 1, 0, globals),
                     LINCE_EFORMAT); /* a cycle */
    assert_non_null(strstr(lince_error(), "contains itself"));
    for (size_t size = 0; size < sizeof whole - 1; size++) expect_refused(whole, size, "");
    leave_seed("pickle", "kinds", (blob){(char *)whole, sizeof whole - 1});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_texts_in_all_widths),
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_an_ordered_dict_of_python_3_and_of_python_2),
        cmocka_unit_test(test_a_call_is_written_down_and_not_made),
        cmocka_unit_test(test_other_globals_are_refused_by_name),
        cmocka_unit_test(test_objects_and_extensions_are_refused_by_name),
        cmocka_unit_test(test_only_functions_of_the_list_are_called),
        cmocka_unit_test(test_what_is_no_opcode_is_named),
        cmocka_unit_test(test_the_stack_is_watched),
        cmocka_unit_test(test_the_memo_is_watched),
        cmocka_unit_test(test_what_contains_itself_is_refused),
        cmocka_unit_test(test_depth_costs_no_stack),
        cmocka_unit_test(test_values_and_items_are_limited),
        cmocka_unit_test(test_sizes_beyond_the_end_are_refused_before_memory_is_taken),
        cmocka_unit_test(test_a_pickle_cut_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
