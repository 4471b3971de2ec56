#include "core/error.h"
#include "core/display.h"
#include "core/i18n.h"

#include <errno.h>
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

int lince_set_error(const char *format, ...)
{
    /* Formatted apart: an argument may be the current message. A character that is cut lies behind its
     * end. */
    char text[sizeof message + 4];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, lince_translate(format), args);
    va_end(args);
    lince_text_for_display(message, sizeof message, text);
    return 0;
}

int lince_error_set(int code, const char *given)
{
    char text[sizeof message + 4];
    snprintf(text, sizeof text, "%s", given ? given : "");
    lince_text_for_display(message, sizeof message, text);
    return code;
}

int lince_fail_in(int code, const char *prefix)
{
    char name[512], text[sizeof name + sizeof message + 2];
    lince_name_for_display(name, sizeof name, prefix);
    snprintf(text, sizeof text, "%s: %s", name, message);
    lince_text_for_display(message, sizeof message, text);
    return code;
}

int lince_system_code(int error)
{
    return error == ENOMEM || error == EMFILE || error == ENFILE ? LINCE_ENOMEM : LINCE_EIO;
}

const char *lince_reason(int error)
{
    return lince_translate(error == LINCE_NOT_PLAIN ? N_("not a plain file") : strerror(error));
}
