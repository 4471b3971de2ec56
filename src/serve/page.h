/* A page that a server shows. */
#ifndef LINCE_SERVE_PAGE_H
#define LINCE_SERVE_PAGE_H

#include <stddef.h>

/* Its Content-Security-Policy: it runs its own script and style, told by their sums, and nothing else, and asks only the server
 * that it is from. LINCE_ENOMEM. */
int lince_page_policy(const void *page, size_t size, char **policy);

#endif
