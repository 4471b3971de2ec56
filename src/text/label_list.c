#include "text/label_list.h"
#include "core/error.h"

#include <string.h>

static const char blanks[] = " \t\r\n";

lince_label_list lince_label_list_of(const char *field, char separator)
{
    const char *begin = field + strspn(field, blanks), *end = begin + strlen(begin);
    while (end > begin && strchr(blanks, end[-1])) end--;
    bool bracketed = *begin == '[' && end[-1] == ']';
    return (lince_label_list){begin + bracketed, bracketed ? ',' : separator, bracketed};
}

/* Whether the list's last element ends here. */
static bool is_end(const lince_label_list *l)
{
    return !*l->at || (l->bracketed && *l->at == ']' && !l->at[1 + strspn(l->at + 1, blanks)]);
}

static void put(char *label, size_t *length, char c)
{
    if (*length < LINCE_LABEL_MAX) label[*length] = c;
    ++*length;
}

/* Of a list in brackets: quotes hold what separates, and a backslash in them the next character. */
static void pass_quoted(lince_label_list *l, char *label, size_t *length)
{
    for (char quote = *l->at++; *l->at && *l->at != quote; l->at++) {
        if (*l->at == '\\' && l->at[1]) l->at++;
        put(label, length, *l->at);
    }
    if (*l->at) l->at++;
}

int lince_label_next(lince_label_list *l, char label[LINCE_LABEL_MAX + 1])
{
    for (size_t length = 0;; length = 0) {
        l->at += strspn(l->at, blanks);
        if (is_end(l)) return 0;
        if (l->bracketed && strchr("'\"", *l->at)) pass_quoted(l, label, &length);
        for (; *l->at != l->separator && !is_end(l); l->at++) put(label, &length, *l->at);
        l->at += *l->at == l->separator;
        if (length > LINCE_LABEL_MAX)
            return lince_fail(LINCE_EFORMAT, "a label of more than %d bytes", LINCE_LABEL_MAX);
        while (length && strchr(blanks, label[length - 1])) length--;
        label[length] = '\0';
        if (length) return 1;
    }
}

/* --- written -------------------------------------------------------------------------------------- */

static bool is_ambiguous(const char *name)
{
    return strchr(name, '|') || *name == '[';
}

static void put_quoted(lince_buffer *out, const char *name)
{
    lince_buffer_puts(out, "\"");
    for (const char *at = name; *at; at++) {
        if (strchr("\"\\", *at)) lince_buffer_puts(out, "\\");
        lince_buffer_put(out, at, 1);
    }
    lince_buffer_puts(out, "\"");
}

void lince_label_list_put(lince_buffer *out, const char *const *names, const int32_t *labels, size_t n)
{
    bool quoted = false;
    for (size_t i = 0; i < n; i++) quoted = quoted || is_ambiguous(names[labels[i]]);
    lince_buffer_puts(out, quoted ? "[" : "");
    for (size_t i = 0; i < n; i++) {
        if (i) lince_buffer_puts(out, quoted ? ", " : "|");
        if (quoted)
            put_quoted(out, names[labels[i]]);
        else
            lince_buffer_puts(out, names[labels[i]]);
    }
    if (quoted) lince_buffer_puts(out, "]");
}

/* --- whether there are any ------------------------------------------------------------------------ */

bool lince_label_may_be_list(const char *text, size_t size, char separator)
{
    return memchr(text, separator, size) || memchr(text, '[', size);
}

int lince_label_survey_add(lince_label_survey *s, const char *text, char separator)
{
    lince_label_list list = lince_label_list_of(text, separator);
    char label[LINCE_LABEL_MAX + 1];
    size_t pieces = 0;
    int code;
    while ((code = lince_label_next(&list, label)) > 0) {
        bool is_new;
        uint32_t *times = lince_map_at(&s->pieces, lince_hash(0, label, strlen(label)), &is_new);
        if (!times) return LINCE_ENOMEM;
        s->shared = s->shared || !is_new;
        pieces++;
    }
    s->filled += text[strspn(text, blanks)] != '\0';
    s->bracketed += list.bracketed;
    s->separated = s->separated || pieces > 1;
    return code == LINCE_ENOMEM ? code : 0;
}

void lince_label_survey_release(lince_label_survey *s)
{
    lince_map_release(&s->pieces);
}

bool lince_label_survey_says(const lince_label_survey *s)
{
    return (s->filled && s->bracketed == s->filled) || (s->separated && s->shared);
}
