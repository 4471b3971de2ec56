#include "weights/torch/pickle.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"

#include <string.h>

typedef lince_pickle_value value;

typedef struct machine {
    lince_pickle *pickle;
    const char *name;
    const unsigned char *bytes;
    size_t size, at, opcode; /* opcode: where the one that runs began */
    size_t offset;           /* of bytes[0] in the file */
    const lince_pickle_global *globals;
    value **stack, **memo;
    size_t count, capacity, memo_count, memo_capacity;
    size_t *marks; /* stack heights */
    size_t mark_count, mark_capacity;
} machine;

static const char *opcode_name(unsigned char opcode);

static int refuse(const machine *m, const char *rule)
{
    return lince_fail(LINCE_EFORMAT, "%s, byte %zu: %s: %s", m->name, m->offset + m->opcode,
                      opcode_name(m->bytes[m->opcode]), _(rule));
}

/* --- memory --------------------------------------------------------------------------------------- */

enum { BLOCK_SIZE = 1 << 16 };

typedef struct block {
    struct block *next;
    size_t size, used;
    max_align_t memory[];
} block;

/* `size` zeroed bytes that live as long as the pickle. */
static void *take(lince_pickle *p, size_t size)
{
    block *b = p->blocks;
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (!b || size > b->size - b->used) {
        size_t wanted = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block *fresh = lince_alloc(1, sizeof *fresh + wanted);
        if (!fresh) return NULL;
        fresh->next = b;
        fresh->size = wanted;
        p->blocks = b = fresh;
    }
    void *taken = (char *)b->memory + b->used;
    b->used += size;
    return taken;
}

void lince_pickle_release(lince_pickle *p)
{
    for (block *b = p->blocks, *next; b; b = next) {
        next = b->next;
        lince_free(b);
    }
    lince_free(p->outside);
    *p = (lince_pickle){0};
}

/* --- the stack ------------------------------------------------------------------------------------ */

static int push(machine *m, value *v)
{
    LINCE_TRY(lince_grow(&m->stack, &m->capacity, m->count + 1, sizeof(value *)));
    m->stack[m->count++] = v;
    return 0;
}

static int new_value(machine *m, lince_pickle_kind kind, value **made)
{
    if (m->pickle->values == LINCE_PICKLE_MAX_VALUES) return refuse(m, "more than 2097152 values");
    value *v = *made = take(m->pickle, sizeof *v);
    if (!v) return LINCE_ENOMEM;
    m->pickle->values++;
    v->kind = (uint8_t)kind;
    v->offset = (uint32_t)m->opcode;
    return 0;
}

/* A new value on the stack; *made may be NULL. */
static int push_new(machine *m, lince_pickle_kind kind, value **made)
{
    value *v;
    LINCE_TRY(new_value(m, kind, &v));
    if (made) *made = v;
    return push(m, v);
}

static size_t floor_of(const machine *m)
{
    return m->mark_count ? m->marks[m->mark_count - 1] : 0;
}

static int pop(machine *m, value **v)
{
    if (m->count == floor_of(m)) return refuse(m, "there is nothing on the stack");
    *v = m->stack[--m->count];
    return 0;
}

/* Takes all above the last mark: *items stay on the stack's memory until the next push. */
static int pop_to_mark(machine *m, value ***items, size_t *count)
{
    if (!m->mark_count) return refuse(m, "there is no mark on the stack");
    size_t floor = m->marks[--m->mark_count];
    *items = m->stack ? m->stack + floor : NULL;
    *count = m->count - floor;
    m->count = floor;
    return 0;
}

/* The container below what was popped. */
static int top(machine *m, lince_pickle_kind kind, value **v)
{
    if (m->count == floor_of(m)) return refuse(m, "there is nothing on the stack to change");
    *v = m->stack[m->count - 1];
    return (*v)->kind == kind ? 0
                              : refuse(m, kind == LINCE_PICKLE_LIST ? "it changes what is not a list"
                                                                    : "it changes what is not a dict");
}

/* --- reading bytes -------------------------------------------------------------------------------- */

static int take_bytes(machine *m, size_t count, const unsigned char **bytes)
{
    if (count > m->size - m->at)
        return lince_fail(LINCE_EFORMAT, "%s, byte %zu: %s claims %zu bytes, there are %zu (truncated?)",
                          m->name, m->offset + m->opcode, opcode_name(m->bytes[m->opcode]), count,
                          m->size - m->at);
    *bytes = m->bytes + m->at;
    m->at += count;
    return 0;
}

/* A little-endian number of `width` bytes. */
static int take_number(machine *m, size_t width, uint64_t *number)
{
    const unsigned char *bytes;
    LINCE_TRY(take_bytes(m, width, &bytes));
    *number = 0;
    for (size_t i = width; i-- > 0;) *number = *number << 8 | bytes[i];
    return 0;
}

/* Up to the end of the line. */
static int take_line(machine *m, const char **line, size_t *size)
{
    const unsigned char *begin = m->bytes + m->at, *end = memchr(begin, '\n', m->size - m->at);
    if (!end) return refuse(m, "a line without an end (truncated?)");
    *line = (const char *)begin;
    *size = (size_t)(end - begin);
    m->at += *size + 1;
    return 0;
}

/* A text behind its size of `width` bytes. */
static int push_text(machine *m, size_t width, lince_pickle_kind kind)
{
    uint64_t size;
    const unsigned char *bytes;
    value *v;
    LINCE_TRY(take_number(m, width, &size));
    LINCE_TRY(take_bytes(m, size, &bytes));
    LINCE_TRY(push_new(m, kind, &v));
    v->as.text.bytes = (const char *)bytes;
    v->as.text.size = size;
    return 0;
}

/* --- containers ----------------------------------------------------------------------------------- */

static int add_items(machine *m, value *to, value *const *items, size_t count)
{
    size_t needed = to->as.list.count + count;
    if (count > LINCE_PICKLE_MAX_ITEMS - m->pickle->items)
        return refuse(m, "more than 4194304 items in containers");
    m->pickle->items += count;
    if (needed > to->as.list.capacity) {
        size_t capacity =
            needed > 2 * (size_t)to->as.list.capacity ? needed : 2 * (size_t)to->as.list.capacity;
        value **grown = take(m->pickle, capacity * sizeof(value *));
        if (!grown) return LINCE_ENOMEM;
        if (to->as.list.count) memcpy(grown, to->as.list.items, to->as.list.count * sizeof(value *));
        to->as.list.items = grown;
        to->as.list.capacity = (uint32_t)capacity;
    }
    for (size_t i = 0; i < count; i++) to->as.list.items[to->as.list.count++] = items[i];
    return 0;
}

static int push_tuple(machine *m, value *const *items, size_t count)
{
    value *tuple;
    LINCE_TRY(new_value(m, LINCE_PICKLE_TUPLE, &tuple));
    LINCE_TRY(add_items(m, tuple, items, count));
    return push(m, tuple);
}

static int do_tuple(machine *m)
{
    value **items;
    size_t count;
    LINCE_TRY(pop_to_mark(m, &items, &count));
    return push_tuple(m, items, count);
}

static int short_tuple(machine *m, size_t count)
{
    value *items[3];
    for (size_t i = count; i-- > 0;) LINCE_TRY(pop(m, &items[i]));
    return push_tuple(m, items, count);
}

static int do_tuple1(machine *m)
{
    return short_tuple(m, 1);
}

static int do_tuple2(machine *m)
{
    return short_tuple(m, 2);
}

static int do_tuple3(machine *m)
{
    return short_tuple(m, 3);
}

static int do_empty_tuple(machine *m)
{
    return push_new(m, LINCE_PICKLE_TUPLE, NULL);
}

static int do_empty_list(machine *m)
{
    return push_new(m, LINCE_PICKLE_LIST, NULL);
}

static int do_empty_dict(machine *m)
{
    return push_new(m, LINCE_PICKLE_DICT, NULL);
}

static int do_append(machine *m)
{
    value *item, *list;
    LINCE_TRY(pop(m, &item));
    LINCE_TRY(top(m, LINCE_PICKLE_LIST, &list));
    return add_items(m, list, &item, 1);
}

static int do_appends(machine *m)
{
    value **items, *list;
    size_t count;
    LINCE_TRY(pop_to_mark(m, &items, &count));
    LINCE_TRY(top(m, LINCE_PICKLE_LIST, &list));
    return add_items(m, list, items, count);
}

static int do_setitem(machine *m)
{
    value *pair[2], *dict;
    LINCE_TRY(pop(m, &pair[1]));
    LINCE_TRY(pop(m, &pair[0]));
    LINCE_TRY(top(m, LINCE_PICKLE_DICT, &dict));
    return add_items(m, dict, pair, 2);
}

static int do_setitems(machine *m)
{
    value **items, *dict;
    size_t count;
    LINCE_TRY(pop_to_mark(m, &items, &count));
    if (count % 2) return refuse(m, "a key without a value");
    LINCE_TRY(top(m, LINCE_PICKLE_DICT, &dict));
    return add_items(m, dict, items, count);
}

/* --- scalars -------------------------------------------------------------------------------------- */

static int push_integer(machine *m, lince_pickle_kind kind, int64_t number)
{
    value *v;
    LINCE_TRY(push_new(m, kind, &v));
    v->as.integer = number;
    return 0;
}

static int do_none(machine *m)
{
    return push_new(m, LINCE_PICKLE_NONE, NULL);
}

static int do_true(machine *m)
{
    return push_integer(m, LINCE_PICKLE_BOOL, 1);
}

static int do_false(machine *m)
{
    return push_integer(m, LINCE_PICKLE_BOOL, 0);
}

static int do_binint(machine *m)
{
    uint64_t number;
    LINCE_TRY(take_number(m, 4, &number));
    return push_integer(m, LINCE_PICKLE_INT, (int32_t)(uint32_t)number);
}

static int do_binint1(machine *m)
{
    uint64_t number;
    LINCE_TRY(take_number(m, 1, &number));
    return push_integer(m, LINCE_PICKLE_INT, (int64_t)number);
}

static int do_binint2(machine *m)
{
    uint64_t number;
    LINCE_TRY(take_number(m, 2, &number));
    return push_integer(m, LINCE_PICKLE_INT, (int64_t)number);
}

/* Two's complement of any width, little-endian. */
static int push_long(machine *m, size_t width)
{
    LINCE_TRY(push_text(m, width, LINCE_PICKLE_BIG));
    value *v = m->stack[m->count - 1];
    const unsigned char *bytes = (const unsigned char *)v->as.text.bytes;
    size_t size = v->as.text.size;
    if (size > 8) return 0;
    uint64_t number = size && bytes[size - 1] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = size; i-- > 0;) number = number << 8 | bytes[i];
    v->kind = LINCE_PICKLE_INT;
    v->as.integer = (int64_t)number;
    return 0;
}

static int do_long1(machine *m)
{
    return push_long(m, 1);
}

static int do_long4(machine *m)
{
    return push_long(m, 4);
}

/* Big-endian, alone among the opcodes. */
static int do_binfloat(machine *m)
{
    const unsigned char *bytes;
    value *v;
    uint64_t bits = 0;
    LINCE_TRY(take_bytes(m, 8, &bytes));
    LINCE_TRY(push_new(m, LINCE_PICKLE_FLOAT, &v));
    for (int i = 0; i < 8; i++) bits = bits << 8 | bytes[i];
    memcpy(&v->as.real, &bits, sizeof bits);
    return 0;
}

static int do_text1(machine *m)
{
    return push_text(m, 1, LINCE_PICKLE_TEXT);
}

static int do_text4(machine *m)
{
    return push_text(m, 4, LINCE_PICKLE_TEXT);
}

static int do_text8(machine *m)
{
    return push_text(m, 8, LINCE_PICKLE_TEXT);
}

static int do_bytes1(machine *m)
{
    return push_text(m, 1, LINCE_PICKLE_BYTES);
}

static int do_bytes4(machine *m)
{
    return push_text(m, 4, LINCE_PICKLE_BYTES);
}

static int do_bytes8(machine *m)
{
    return push_text(m, 8, LINCE_PICKLE_BYTES);
}

/* --- the memo ------------------------------------------------------------------------------------- */

/* Python numbers its memo from 0 upwards, so a number is smaller than the bytes read so far. */
static int memorise(machine *m, uint64_t number)
{
    if (m->count == floor_of(m)) return refuse(m, "there is nothing on the stack");
    if (number >= m->at) return refuse(m, "a memo number that no pickler gives so early");
    LINCE_TRY(lince_grow(&m->memo, &m->memo_capacity, (size_t)number + 1, sizeof(value *)));
    m->memo[number] = m->stack[m->count - 1];
    if (number >= m->memo_count) m->memo_count = (size_t)number + 1;
    return 0;
}

static int do_binput(machine *m)
{
    uint64_t number;
    LINCE_TRY(take_number(m, 1, &number));
    return memorise(m, number);
}

static int do_long_binput(machine *m)
{
    uint64_t number;
    LINCE_TRY(take_number(m, 4, &number));
    return memorise(m, number);
}

static int do_memoize(machine *m)
{
    return memorise(m, m->memo_count);
}

static int recall(machine *m, size_t width)
{
    uint64_t number;
    LINCE_TRY(take_number(m, width, &number));
    if (number >= m->memo_count || !m->memo[number])
        return lince_fail(LINCE_EFORMAT, "%s, byte %zu: %s: nothing was stored under number %zu", m->name,
                          m->offset + m->opcode, opcode_name(m->bytes[m->opcode]), (size_t)number);
    return push(m, m->memo[number]);
}

static int do_binget(machine *m)
{
    return recall(m, 1);
}

static int do_long_binget(machine *m)
{
    return recall(m, 4);
}

/* --- globals and calls ---------------------------------------------------------------------------- */

static bool same(const char *name, const char *text, size_t size)
{
    return strlen(name) == size && !memcmp(name, text, size);
}

static int forbidden(const machine *m, const char *module, size_t module_size, const char *name,
                     size_t name_size)
{
    return lince_fail(
        LINCE_EFORMAT,
        "%s, byte %zu: %s of '%.*s.%.*s', which no state dict needs: refused (nothing in the file "
        "was run)",
        m->name, m->offset + m->opcode, opcode_name(m->bytes[m->opcode]),
        (int)(module_size < 100 ? module_size : 100), module, (int)(name_size < 100 ? name_size : 100), name);
}

static int push_global(machine *m, const char *module, size_t module_size, const char *name, size_t name_size)
{
    for (size_t i = 0; m->globals[i].name; i++)
        if (same(m->globals[i].module, module, module_size) && same(m->globals[i].name, name, name_size))
            return push_integer(m, LINCE_PICKLE_GLOBAL, (int64_t)i);
    return forbidden(m, module, module_size, name, name_size);
}

static int do_global(machine *m)
{
    const char *module, *name;
    size_t module_size, name_size;
    LINCE_TRY(take_line(m, &module, &module_size));
    LINCE_TRY(take_line(m, &name, &name_size));
    return push_global(m, module, module_size, name, name_size);
}

static int do_stack_global(machine *m)
{
    value *module, *name;
    LINCE_TRY(pop(m, &name));
    LINCE_TRY(pop(m, &module));
    if (module->kind != LINCE_PICKLE_TEXT || name->kind != LINCE_PICKLE_TEXT)
        return refuse(m, "module and name are not texts");
    return push_global(m, module->as.text.bytes, module->as.text.size, name->as.text.bytes,
                       name->as.text.size);
}

/* An old class made in place: it names one, so the message does too. */
static int do_inst(machine *m)
{
    const char *module, *name;
    size_t module_size, name_size;
    LINCE_TRY(take_line(m, &module, &module_size));
    LINCE_TRY(take_line(m, &name, &name_size));
    return forbidden(m, module, module_size, name, name_size);
}

/* OrderedDict(), or, as Python 2 wrote it, OrderedDict([[key, value], ...]). */
static int make_dict(machine *m, const value *arguments)
{
    value *dict;
    LINCE_TRY(push_new(m, LINCE_PICKLE_DICT, &dict));
    if (!arguments->as.list.count) return 0;
    const value *pairs = arguments->as.list.items[0];
    if (arguments->as.list.count != 1 || pairs->kind != LINCE_PICKLE_LIST)
        return refuse(m, "OrderedDict of something that is not a list of pairs");
    for (size_t i = 0; i < pairs->as.list.count; i++) {
        const value *pair = pairs->as.list.items[i];
        if ((pair->kind != LINCE_PICKLE_LIST && pair->kind != LINCE_PICKLE_TUPLE) || pair->as.list.count != 2)
            return refuse(m, "OrderedDict of something that is not a list of pairs");
        LINCE_TRY(add_items(m, dict, pair->as.list.items, 2));
    }
    return 0;
}

static int do_reduce(machine *m)
{
    value *arguments, *callee, *call;
    LINCE_TRY(pop(m, &arguments));
    LINCE_TRY(pop(m, &callee));
    if (callee->kind != LINCE_PICKLE_GLOBAL || arguments->kind != LINCE_PICKLE_TUPLE)
        return refuse(m, "a call of what is not a function, or without a tuple of arguments");
    const lince_pickle_global *g = &m->globals[callee->as.integer];
    if (g->makes_dict) return make_dict(m, arguments);
    if (!g->called) return forbidden(m, g->module, strlen(g->module), g->name, strlen(g->name));
    LINCE_TRY(push_new(m, LINCE_PICKLE_CALL, &call));
    call->as.call.global = callee;
    call->as.call.arguments = arguments;
    return 0;
}

/* Attributes of a dict (a state dict's _metadata): looked at by nobody here. */
static int do_build(machine *m)
{
    value *state, *object;
    LINCE_TRY(pop(m, &state));
    if (state->kind != LINCE_PICKLE_DICT) return refuse(m, "attributes that are not a dict");
    return top(m, LINCE_PICKLE_DICT, &object);
}

static int do_binpersid(machine *m)
{
    value *id, *v;
    LINCE_TRY(pop(m, &id));
    LINCE_TRY(push_new(m, LINCE_PICKLE_PERSISTENT, &v));
    v->as.id = id;
    lince_pickle *p = m->pickle;
    LINCE_TRY(lince_grow(&p->outside, &p->outside_capacity, p->outside_count + 1, sizeof *p->outside));
    p->outside[p->outside_count++] = v;
    return 0;
}

/* Makes an object of a class: named where it is one of the list. */
static int do_newobj(machine *m)
{
    value *arguments, *class;
    LINCE_TRY(pop(m, &arguments));
    LINCE_TRY(pop(m, &class));
    if (class->kind != LINCE_PICKLE_GLOBAL) return refuse(m, "objects are refused");
    const lince_pickle_global *g = &m->globals[class->as.integer];
    return forbidden(m, g->module, strlen(g->module), g->name, strlen(g->name));
}

/* --- the rest ------------------------------------------------------------------------------------- */

static int do_proto(machine *m)
{
    uint64_t version;
    LINCE_TRY(take_number(m, 1, &version));
    return version >= 2 && version <= 5 ? 0 : refuse(m, "a protocol other than 2 to 5");
}

/* The size of what follows: nothing to prepare for in memory, but it must be there. */
static int do_frame(machine *m)
{
    uint64_t size;
    LINCE_TRY(take_number(m, 8, &size));
    return size <= m->size - m->at ? 0 : refuse(m, "it claims more bytes than there are (truncated?)");
}

static int do_mark(machine *m)
{
    LINCE_TRY(lince_grow(&m->marks, &m->mark_capacity, m->mark_count + 1, sizeof *m->marks));
    m->marks[m->mark_count++] = m->count;
    return 0;
}

static int do_stop(machine *m)
{
    value *root;
    if (m->mark_count) return refuse(m, "a mark is left on the stack");
    LINCE_TRY(pop(m, &root));
    if (m->count) return refuse(m, "more than one value is left on the stack");
    m->pickle->root = root;
    return 1;
}

static int do_refused(machine *m)
{
    return refuse(m, "an opcode that no state dict needs");
}

typedef struct opcode {
    const char *name;
    int (*run)(machine *m); /* 1: done */
} opcode;

static const opcode opcodes[256] = {
    [0x80] = {"PROTO", do_proto},
    [0x95] = {"FRAME", do_frame},
    ['.'] = {"STOP", do_stop},
    ['('] = {"MARK", do_mark},
    ['N'] = {"NONE", do_none},
    [0x88] = {"NEWTRUE", do_true},
    [0x89] = {"NEWFALSE", do_false},
    ['J'] = {"BININT", do_binint},
    ['K'] = {"BININT1", do_binint1},
    ['M'] = {"BININT2", do_binint2},
    [0x8a] = {"LONG1", do_long1},
    [0x8b] = {"LONG4", do_long4},
    ['G'] = {"BINFLOAT", do_binfloat},
    ['X'] = {"BINUNICODE", do_text4},
    [0x8c] = {"SHORT_BINUNICODE", do_text1},
    [0x8d] = {"BINUNICODE8", do_text8},
    ['T'] = {"BINSTRING", do_text4},
    ['U'] = {"SHORT_BINSTRING", do_text1},
    ['B'] = {"BINBYTES", do_bytes4},
    ['C'] = {"SHORT_BINBYTES", do_bytes1},
    [0x8e] = {"BINBYTES8", do_bytes8},
    [')'] = {"EMPTY_TUPLE", do_empty_tuple},
    ['t'] = {"TUPLE", do_tuple},
    [0x85] = {"TUPLE1", do_tuple1},
    [0x86] = {"TUPLE2", do_tuple2},
    [0x87] = {"TUPLE3", do_tuple3},
    [']'] = {"EMPTY_LIST", do_empty_list},
    ['a'] = {"APPEND", do_append},
    ['e'] = {"APPENDS", do_appends},
    ['}'] = {"EMPTY_DICT", do_empty_dict},
    ['s'] = {"SETITEM", do_setitem},
    ['u'] = {"SETITEMS", do_setitems},
    ['h'] = {"BINGET", do_binget},
    ['j'] = {"LONG_BINGET", do_long_binget},
    ['q'] = {"BINPUT", do_binput},
    ['r'] = {"LONG_BINPUT", do_long_binput},
    [0x94] = {"MEMOIZE", do_memoize},
    ['c'] = {"GLOBAL", do_global},
    [0x93] = {"STACK_GLOBAL", do_stack_global},
    ['R'] = {"REDUCE", do_reduce},
    ['b'] = {"BUILD", do_build},
    ['Q'] = {"BINPERSID", do_binpersid},
    /* refused: objects, extensions, what only protocols 0 and 1 write, what PyTorch has no use for */
    ['i'] = {"INST", do_inst},
    [0x81] = {"NEWOBJ", do_newobj},
    [0x92] = {"NEWOBJ_EX", do_refused},
    ['o'] = {"OBJ", do_refused},
    [0x82] = {"EXT1", do_refused},
    [0x83] = {"EXT2", do_refused},
    [0x84] = {"EXT4", do_refused},
    ['P'] = {"PERSID", do_refused},
    ['I'] = {"INT", do_refused},
    ['L'] = {"LONG", do_refused},
    ['F'] = {"FLOAT", do_refused},
    ['S'] = {"STRING", do_refused},
    ['V'] = {"UNICODE", do_refused},
    ['g'] = {"GET", do_refused},
    ['p'] = {"PUT", do_refused},
    ['l'] = {"LIST", do_refused},
    ['d'] = {"DICT", do_refused},
    ['0'] = {"POP", do_refused},
    ['1'] = {"POP_MARK", do_refused},
    ['2'] = {"DUP", do_refused},
    [0x8f] = {"EMPTY_SET", do_refused},
    [0x90] = {"ADDITEMS", do_refused},
    [0x91] = {"FROZENSET", do_refused},
    [0x96] = {"BYTEARRAY8", do_refused},
    [0x97] = {"NEXT_BUFFER", do_refused},
    [0x98] = {"READONLY_BUFFER", do_refused},
};

static const char *opcode_name(unsigned char code)
{
    return opcodes[code].name ? opcodes[code].name : "opcode";
}

/* --- cycles --------------------------------------------------------------------------------------- */

/* The `index`-th value that v holds; NULL after the last. */
static value *child_of(const value *v, size_t index)
{
    switch ((lince_pickle_kind)v->kind) {
    case LINCE_PICKLE_TUPLE:
    case LINCE_PICKLE_LIST:
    case LINCE_PICKLE_DICT: return index < v->as.list.count ? v->as.list.items[index] : NULL;
    case LINCE_PICKLE_CALL: return index ? NULL : (value *)v->as.call.arguments;
    case LINCE_PICKLE_PERSISTENT: return index ? NULL : (value *)v->as.id;
    default: return NULL;
    }
}

typedef struct visit {
    value *v;
    size_t next;
} visit;

/* Refuses a value that contains itself, by a walk in depth with its own stack. */
static int refuse_cycles(machine *m, value *root)
{
    enum { NEW, OPEN, DONE };
    visit *path = NULL;
    size_t depth = 0, capacity = 0;
    int code = lince_grow(&path, &capacity, 1, sizeof *path);
    if (!code) path[depth++] = (visit){root, 0};
    while (!code && depth) {
        visit *here = &path[depth - 1];
        here->v->visit = OPEN;
        value *child = child_of(here->v, here->next++);
        if (!child) {
            here->v->visit = DONE;
            depth--;
        } else if (child->visit == OPEN)
            code = lince_fail(LINCE_EFORMAT, "%s, byte %zu: what is made here contains itself", m->name,
                              m->offset + child->offset);
        else if (child->visit == NEW && !(code = lince_grow(&path, &capacity, depth + 1, sizeof *path)))
            path[depth++] = (visit){child, 0};
    }
    lince_free(path);
    return code;
}

/* --- all ------------------------------------------------------------------------------------------ */

static int run(machine *m)
{
    for (;;) {
        m->opcode = m->at;
        if (m->at == m->size)
            return lince_fail(LINCE_EFORMAT,
                              "%s, byte %zu: the pickle ends without STOP (truncated, or larger "
                              "than %d MiB)",
                              m->name, m->offset + m->at, LINCE_PICKLE_MAX_SIZE >> 20);
        const opcode *o = &opcodes[m->bytes[m->at++]];
        if (!o->run)
            return lince_fail(LINCE_EFORMAT, "%s, byte %zu: 0x%02x is not an opcode", m->name,
                              m->offset + m->opcode, m->bytes[m->opcode]);
        int code = o->run(m);
        if (code) return code < 0 ? code : refuse_cycles(m, (value *)m->pickle->root);
    }
}

int lince_pickle_read(lince_pickle *pickle, const char *name, const void *bytes, size_t size, size_t offset,
                      const lince_pickle_global *globals)
{
    *pickle = (lince_pickle){0};
    if (size > LINCE_PICKLE_MAX_SIZE) size = LINCE_PICKLE_MAX_SIZE;
    machine m = {
        .pickle = pickle, .name = name, .bytes = bytes, .size = size, .offset = offset, .globals = globals};
    int code = run(&m);
    pickle->size = m.at;
    lince_free(m.stack);
    lince_free(m.memo);
    lince_free(m.marks);
    if (code) lince_pickle_release(pickle);
    return code;
}

bool lince_pickle_is(const value *v, const char *text)
{
    return v->kind == LINCE_PICKLE_TEXT && same(text, v->as.text.bytes, v->as.text.size);
}

const value *lince_pickle_get(const value *dict, const char *key)
{
    if (dict->kind != LINCE_PICKLE_DICT) return NULL;
    for (size_t i = dict->as.list.count; i >= 2; i -= 2)
        if (lince_pickle_is(dict->as.list.items[i - 2], key)) return dict->as.list.items[i - 1];
    return NULL;
}
