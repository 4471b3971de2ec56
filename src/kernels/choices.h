/* The rows (op.h) that were chosen by measurement, in a file of the user's cache ($XDG_CACHE_HOME/lince/kernels),
 * one line a geometry:     KEY NAME [busy|late]
 *
 * The key holds what a choice depends on: processor, level (core/cpu.h), number of threads, the library's
 * version, the implementations and their revisions. Where one of them changes, the geometry is measured
 * again, and the old line stays for the machine or the program that it belongs to. */
#ifndef LINCE_KERNELS_CHOICES_H
#define LINCE_KERNELS_CHOICES_H

#include "kernels/op.h"

/* Why a row was chosen. */
typedef enum lince_choice_reason {
    LINCE_CHOSEN_FASTEST,
    LINCE_CHOSEN_BUSY, /* by the rule in part: other programs ran while it was measured */
    LINCE_CHOSEN_LATE, /* by the rule: others had taken all the time that measuring may take */
} lince_choice_reason;

typedef struct lince_finding {
    const lince_op_row *row;
    lince_choice_reason why;
} lince_finding;

typedef struct lince_choices {
    FILE *file;
    const lince_op_row *const *rows; /* of the operation */
    char key[256];
} lince_choices;

/* Opens the file for one geometry of an operation. No lock is taken, so that nobody waits for a process that was
 * stopped. 1 where there is no file to write to; 0: to be closed. LINCE_EIO. */
int lince_choices_open(lince_choices *choices, const lince_exec *exec, lince_op op, const void *geometry);

/* What was chosen; NULL where nothing was. LINCE_EIO. */
int lince_choices_recall(lince_choices *choices, const lince_op_row **choice);

/* Adds one, and tells which holds: another process's, where that came first; NULL where it could not be written. LINCE_EIO. */
int lince_choices_add(lince_choices *choices, const lince_finding *mine, const lince_op_row **choice);

void lince_choices_close(lince_choices *choices);

/* Prints the choices that hold for this program on this machine at its present level, one line each, and how
 * many others the file has. 0, or an error. */
int lince_choices_print(FILE *out);

/* Removes the file: all is measured again when it is next needed. 0, or an error. */
int lince_choices_forget(void);

#endif
