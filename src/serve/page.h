/* The page at "/". */
#ifndef LINCE_SERVE_PAGE_H
#define LINCE_SERVE_PAGE_H

/* Its Content-Security-Policy: it runs its own script and style, told by their sums, and nothing else. LINCE_ENOMEM. */
int lince_page_policy(char **policy);

#endif
