#include "core/error.h"
#include "core/i18n.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[2048];

const char *lince_error_name(int code)
{
    static const char *const names[] = {"LINCE_OK",          "LINCE_EUSAGE",   "LINCE_EIO",
                                        "LINCE_EFORMAT",     "LINCE_EDATA",    "LINCE_ESHAPE",
                                        "LINCE_ENOMEM",      "LINCE_ENUMERIC", "LINCE_EINTERRUPTED",
                                        "LINCE_EUNSUPPORTED"};
    return code <= 0 && code >= LINCE_EUNSUPPORTED ? names[-code] : NULL;
}

const char *lince_error(void)
{
    return message;
}

/* Names out of files must not command the terminal. */
static void keep(char *text)
{
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 32 && *c != '\n') *c = '?';
    snprintf(message, sizeof message, "%s", text);
}

int lince_set_error(const char *format, ...)
{
    /* Formatted apart: an argument may be the current message. */
    char text[sizeof message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, lince_translate(format), args);
    va_end(args);
    keep(text);
    return 0;
}

int lince_error_set(int code, const char *given)
{
    char text[sizeof message];
    snprintf(text, sizeof text, "%s", given);
    keep(text);
    return code;
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
    return lince_translate(strerror(error));
}
