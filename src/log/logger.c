#include "log/logger.h"

#include <string.h>

static const lince_logger *const loggers[] = {
#define LOGGER(row) &row,
#include "log/list.def"
#undef LOGGER
};

const char *lince_logger_name_at(const void *context, size_t index)
{
    (void)context;
    return index < sizeof loggers / sizeof *loggers ? loggers[index]->name : NULL;
}

const lince_logger *lince_logger_named(const char *name)
{
    for (size_t i = 0; name && i < sizeof loggers / sizeof *loggers; i++)
        if (!strcmp(loggers[i]->name, name)) return loggers[i];
    return NULL;
}
