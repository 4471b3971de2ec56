/* Sentences for an observer (or NULL), printf-style. */
#ifndef LINCE_CORE_TELL_H
#define LINCE_CORE_TELL_H

#include <lince/observer.h>
#include <stdarg.h>

void lince_note(const lince_observer *observer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void lince_warn(const lince_observer *observer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void lince_vnote(const lince_observer *observer, const char *format, va_list args);
void lince_vwarn(const lince_observer *observer, const char *format, va_list args);

#endif
