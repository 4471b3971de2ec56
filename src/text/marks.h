/* Tables with a column of 0 and 1 for each class: a row marks those that its sample has. */
#ifndef LINCE_TEXT_MARKS_H
#define LINCE_TEXT_MARKS_H

#include "core/buffer.h"
#include "text/records.h"

/* 0 or 1, as tables have them; -1: something else. */
int lince_flag_of(const char *text);

/* The names [columns] of the classes that a record marks, LINCE_LABEL_UNIT behind each, into `marked`, which is emptied first; how many
 * there are. LINCE_EFORMAT, LINCE_ENOMEM. */
int lince_marks_read(char *const *names, const bool *is_class, int columns, const lince_csv_record *record,
                     lince_buffer *marked);

#endif
