#include "kernels/kept.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_SIZE = 512 };

void lince_kept_release(lince_kept *kept)
{
    lince_free(kept->begun);
    lince_buffer_release(&kept->used);
    *kept = (lince_kept){0};
}

/* "conv dir0-n2-... ": what a line begins with. */
static void put_key(char out[LINE_MAX_SIZE], lince_op op, const void *geometry)
{
    char word[256];
    lince_op_types[op].timing->key(geometry, word, sizeof word);
    snprintf(out, LINE_MAX_SIZE, "%s %s ", lince_op_types[op].name, word);
}

/* What stands behind the key in its line; NULL: there is none. */
static const char *behind(const char *text, const char *key)
{
    size_t length = strlen(key);
    while (text && *text) {
        if (!strncmp(text, key, length)) return text + length;
        text = strchr(text, '\n');
        text += text != NULL;
    }
    return NULL;
}

const lince_op_row *lince_kept_find(lince_kept *kept, const lince_exec *exec, lince_op op,
                                    const void *geometry, int *threads)
{
    enum { MOST_THREADS = 1 << 16 };
    char key[LINE_MAX_SIZE];
    put_key(key, op, geometry);
    const char *name = behind(kept->begun, key);
    if (!name) return NULL;
    size_t length = strcspn(name, " \n");
    long count = name[length] == ' ' ? strtol(name + length, NULL, 10) : 0;
    *threads = count > 0 && count <= MOST_THREADS ? (int)count : exec->threads;
    for (const lince_op_row *const *row = exec->device->rows[op]; *row; row++)
        if (strlen((*row)->name) == length && !strncmp((*row)->name, name, length) &&
            lince_op_usable(*row, geometry))
            return *row;
    kept->missing++;
    return NULL;
}

int lince_kept_add(lince_kept *kept, const lince_kernel *kernel)
{
    const lince_op_row *row = kernel->row;
    char key[LINE_MAX_SIZE];
    put_key(key, row->op, kernel->geometry);
    if (behind(kept->used.data, key)) return kept->used.error;
    lince_buffer_printf(&kept->used, "%s%s", key, row->name);
    if (!row->same_bits) lince_buffer_printf(&kept->used, " %d", kernel->exec.threads);
    lince_buffer_puts(&kept->used, "\n");
    return kept->used.error;
}

const char *lince_kept_text(const lince_kept *kept)
{
    return kept->used.data ? kept->used.data : "";
}
