/* What an operation is. Whatever is computed on a device's memory is an operation, and each way to compute one
 * is a row: list.def has them all, one line a row, best first. ref/ has a row for every operation, in plain C,
 * which takes whatever is asked and is the truth that the others are tested against (tests/ops); portable/, x86/
 * and onednn/ add faster ones, some for some geometries only.
 *
 * A geometry is what a row's choice depends on: shapes, windows, strides. For most operations it is the
 * arguments themselves, whose memory is not looked at; rows with a plan (convolutions) have a struct of their
 * own. */
#ifndef LINCE_KERNELS_OP_H
#define LINCE_KERNELS_OP_H

#include "core/cpu.h"
#include "kernels/exec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum lince_op {
#define OPERATION(id, name, timing) LINCE_OP_##id,
#include "kernels/list.def"
    LINCE_OPS
} lince_op;

typedef struct lince_kernel lince_kernel;

struct lince_op_row {
    lince_op op;
    const char *name;
    int revision;       /* goes up where speed or bits change: choices made before are void (choices.h) */
    lince_level needs;  /* of the host's processor */
    lince_feature also; /* likewise, where the level does not stand for it */
    bool same_bits;     /* whatever the number of threads */
    bool finishes;      /* of CONV: heeds an epilogue (epilogue.h) */
    bool adds;          /* of CONV: backward data heeds `add` */
    lince_products products;
    bool (*supports)(const void *geometry); /* NULL: all */
    bool (*favoured)(
        const void *geometry); /* where it is taken without measuring, because it has won often enough
                                               (docs/performance.md); NULL: nowhere */
    int (*create)(lince_kernel *kernel); /* plan and scratch, LINCE_EUNSUPPORTED where it finds out only here
                                            that it cannot; NULL: none are needed */
    void (*run)(const lince_kernel *kernel, const void *args);
    void (*release)(lince_kernel *kernel); /* the plan; NULL where there is none */
};

/* A row made for one geometry. */
struct lince_kernel {
    const lince_op_row *row;
    lince_exec exec; /* that it runs on; a row without same_bits has one thread where bits must not change */
    const void *geometry;    /* the caller's, who keeps it as long */
    size_t scratch;          /* bytes that run needs, whose contents do not matter */
    lince_products products; /* the row's, or those of what it hands them to */
    void *plan;
};

/* Whether the processor has the row's level, and the row does the geometry, as far as that can be told without making it. */
bool lince_op_usable(const lince_op_row *row, const void *geometry);

/* Runs the first row that does it: of operations without a plan. */
void lince_op_run(const lince_exec *exec, lince_op op, const void *args);

/* Makes the row that is best for this geometry (choose.c). */
int lince_kernel_init(lince_kernel *kernel, const lince_exec *exec, lince_op op, const void *geometry);
/* Makes this one. LINCE_EUNSUPPORTED where the processor lacks its level, or the row does not do the
 * geometry. */
int lince_kernel_init_as(lince_kernel *kernel, const lince_exec *exec, const lince_op_row *row,
                         const void *geometry);
void lince_kernel_run(const lince_kernel *kernel, const void *args);
void lince_kernel_release(lince_kernel *kernel); /* of zeroed memory: nothing */

/* How rows of an operation are compared by their time, and what the choice is remembered by. */
typedef struct lince_op_timing {
    size_t geometry;                          /* bytes */
    bool (*worthwhile)(const void *geometry); /* else the order of the rows decides */
    void (*part)(void *geometry,
                 int threads); /* makes it that of a part that tells as much in milliseconds */
    /* Arguments with memory of the device; NULL where there is none. What they hold does not matter. */
    void *(*arguments)(const lince_device *device, const void *geometry);
    void (*lend)(void *args, void *scratch);
    void (*release)(const lince_device *device, const void *geometry, void *args);
    /* The geometry as a word, and a word of this kind in words for a person; false where it is none. */
    void (*key)(const void *geometry, char *out, size_t size);
    bool (*describe)(const char *key, FILE *out);
} lince_op_timing;

typedef struct lince_op_type {
    const char *name;
    const lince_op_timing *timing; /* NULL: the order of the rows decides */
} lince_op_type;

extern const lince_op_type lince_op_types[LINCE_OPS];

#define OPERATION(id, name, timing)
#define HOST(row) extern const lince_op_row row;
#include "kernels/list.def"

#endif
