#include <lince/version.h>

const char *lince_version(void)
{
    return LINCE_VERSION;
}

int lince_version_number(void)
{
    return LINCE_VERSION_NUMBER;
}
