#include "core/tell.h"

#include <stdio.h>
#include <stdlib.h>

static void tell(const lince_observer *o, void (*to)(void *context, const char *text), const char *format,
                 va_list args)
{
    char *text = NULL;
    if (!to || vasprintf(&text, format, args) < 0) return;
    to(o->context, text);
    free(text);
}

void lince_vnote(const lince_observer *o, const char *format, va_list args)
{
    tell(o, o ? o->note : NULL, format, args);
}

void lince_vwarn(const lince_observer *o, const char *format, va_list args)
{
    tell(o, o ? o->warning : NULL, format, args);
}

void lince_note(const lince_observer *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    lince_vnote(o, format, args);
    va_end(args);
}

void lince_warn(const lince_observer *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    lince_vwarn(o, format, args);
    va_end(args);
}
