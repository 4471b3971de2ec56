/* The program's own errors, told as the library's are. */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>

int cli_error(int code, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, lince_translate(format), args);
    va_end(args);
    return lince_error_set(code, text);
}
