/* A reader of Python's pickles that builds plain values and runs nothing.
 *
 * A pickle is a program for a stack machine; Python's own reader calls whatever it names. This one knows
 * numbers, texts and containers, and the globals of an allow-list; a call of one of those becomes a value
 * that says so. Everything else is refused: by name, at its byte.
 * https://github.com/python/cpython/blob/main/Lib/pickletools.py documents every opcode. */
#ifndef LINCE_WEIGHTS_PICKLE_H
#define LINCE_WEIGHTS_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum lince_pickle_kind {
    LINCE_PICKLE_NONE,
    LINCE_PICKLE_BOOL,
    LINCE_PICKLE_INT,
    LINCE_PICKLE_BIG, /* an integer of more than 64 bits: its bytes, little-endian */
    LINCE_PICKLE_FLOAT,
    LINCE_PICKLE_TEXT, /* also Python 2's byte strings */
    LINCE_PICKLE_BYTES,
    LINCE_PICKLE_TUPLE,
    LINCE_PICKLE_LIST,
    LINCE_PICKLE_DICT, /* also an OrderedDict */
    LINCE_PICKLE_GLOBAL,
    LINCE_PICKLE_CALL,
    LINCE_PICKLE_PERSISTENT /* what lies outside the pickle, named by a value */
} lince_pickle_kind;

typedef struct lince_pickle_value {
    uint8_t kind;    /* lince_pickle_kind */
    uint8_t visit;   /* of the search for cycles */
    uint32_t offset; /* byte in the pickle where it was made */
    union {
        int64_t integer; /* BOOL, INT; GLOBAL: its place in the allow-list */
        double real;
        struct {
            const char *bytes; /* in the input, without a NUL */
            size_t size;
        } text; /* TEXT, BYTES, BIG */
        struct {
            struct lince_pickle_value **items; /* DICT: key, value, key, value, ... */
            uint32_t count, capacity;
        } list; /* TUPLE, LIST, DICT */
        struct {
            const struct lince_pickle_value *global, *arguments; /* arguments: a TUPLE */
        } call;
        const struct lince_pickle_value *id; /* PERSISTENT */
    } as;
} lince_pickle_value;

/* One that may be named. */
typedef struct lince_pickle_global {
    const char *module, *name;
    bool called;     /* may be called, which gives a CALL */
    bool makes_dict; /* a call gives a DICT: collections.OrderedDict */
} lince_pickle_global;

typedef struct lince_pickle {
    const lince_pickle_value *root;
    const lince_pickle_value **outside; /* the PERSISTENT values, in the order of the pickle */
    size_t outside_count, outside_capacity;
    size_t size;          /* bytes read, STOP included */
    void *blocks;         /* the values' memory */
    size_t values, items; /* made so far, and put into containers */
} lince_pickle;

/* A large model's checkpoint has some 10^5 values; these bound the memory that a hostile file can take. */
enum {
    LINCE_PICKLE_MAX_SIZE = 64 << 20,
    LINCE_PICKLE_MAX_VALUES = 1 << 21,
    LINCE_PICKLE_MAX_ITEMS = 1 << 22
};

/* Reads the pickle that begins at `bytes` and may end before `size`. Values point into the bytes. `name` and
 * `offset` (of the first byte in the file) are for messages; the list of globals ends with a NULL name.
 * LINCE_EFORMAT with the byte and the rule; LINCE_ENOMEM. Nothing is to be released after a failure. */
int lince_pickle_read(lince_pickle *pickle, const char *name, const void *bytes, size_t size, size_t offset,
                      const lince_pickle_global *globals);
void lince_pickle_release(lince_pickle *pickle);

/* A text that equals `text`. */
bool lince_pickle_is(const lince_pickle_value *value, const char *text);

/* The value of a key in a DICT (the last one where it stands twice, as Python has it); NULL: not there, or
 * not a DICT. */
const lince_pickle_value *lince_pickle_get(const lince_pickle_value *dict, const char *key);

#endif
