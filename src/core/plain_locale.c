#include "core/plain_locale.h"

/* POSIX knows no ready "C" locale; to glibc and musl it is one object, which is opened and closed at no
 * cost. */
lince_locale lince_locale_use_plain(void)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    return (lince_locale){uselocale(plain)};
}

void lince_locale_restore(lince_locale *locale)
{
    locale_t plain = uselocale(locale->usual);
    if (plain != locale->usual && plain != LC_GLOBAL_LOCALE) freelocale(plain);
}
