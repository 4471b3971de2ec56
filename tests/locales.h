/* Locales of other countries, for tests. Include cmocka before. */
#ifndef TESTS_LOCALES_H
#define TESTS_LOCALES_H

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The process uses the locale "de_DE.UTF-8", ...; it is made in a folder of the test's own where the machine
 * lacks it. false, and said: it cannot be made. */
static inline bool use_locale(const char *name)
{
    static const char folder[] = TEST_SCRATCH "/locales";
    char command[512];
    if (setlocale(LC_ALL, name)) return true;
    mkdir(folder, 0777);
    snprintf(command, sizeof command,
             "t=$(mktemp -d '%s/XXXXXX') && localedef -c -i %.5s -f UTF-8 \"$t/%s\" >/dev/null 2>&1; "
             "mv -T \"$t/%s\" '%s/%s' 2>/dev/null; rm -rf \"$t\"",
             folder, name, name, name, folder, name);
    if (system(command)) print_message("localedef: no locale %s\n", name);
    setenv("LOCPATH", folder, 1);
    if (setlocale(LC_ALL, name)) return true;
    print_message("skipped: there is no locale %s, and localedef cannot make it\n", name);
    return false;
}

#endif
