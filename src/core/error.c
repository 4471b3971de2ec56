#include "core/error.h"
#include "core/i18n.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[2048];

const char *lince_error(void)
{
    return message;
}

int lince_set_error(const char *format, ...)
{
    /* Formatted apart: an argument may be the current message. */
    char text[sizeof message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, lince_tr(format), args);
    va_end(args);
    /* Names out of files must not command the terminal. */
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 32 && *c != '\n') *c = '?';
    snprintf(message, sizeof message, "%s", text);
    return 0;
}

int lince_fail_in(int code, const char *prefix)
{
    char text[sizeof message];
    snprintf(text, sizeof text, "%s", message);
    snprintf(message, sizeof message, "%.512s: %.1500s", prefix, text);
    return code;
}

const char *lince_reason(int error)
{
    return lince_tr(strerror(error));
}
