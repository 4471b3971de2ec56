#include "text/marks.h"
#include "core/error.h"
#include "text/label_list.h"

#include <strings.h>

int lince_flag_of(const char *text)
{
    static const char *const flags[][3] = {{"0", "0.0", "false"}, {"1", "1.0", "true"}};
    for (int value = 0; value < 2; value++)
        for (size_t i = 0; i < sizeof *flags / sizeof **flags; i++)
            if (!strcasecmp(text, flags[value][i])) return value;
    return -1;
}

int lince_marks_read(char *const *names, const bool *is_class, int columns, const lince_csv_record *record,
                     lince_buffer *marked)
{
    char place[LINCE_CSV_PLACE_MAX];
    int count = 0;
    marked->size = 0;
    lince_buffer_puts(marked, "");
    for (int i = 0; i < columns; i++) {
        int flag = is_class[i] ? lince_flag_of(record->fields[i].text) : 0;
        if (flag < 0)
            return lince_fail(LINCE_EFORMAT,
                              "%s, column %d: '%.40s' is neither 0 nor 1, as in the rows above",
                              lince_csv_place(record, place), i + 1, record->fields[i].text);
        if (flag > 0) lince_buffer_printf(marked, "%s%c", names[i], LINCE_LABEL_UNIT);
        count += flag > 0;
    }
    return marked->error ? marked->error : count;
}
