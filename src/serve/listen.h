/* The socket that a server listens on. */
#ifndef LINCE_SERVE_LISTEN_H
#define LINCE_SERVE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

/* On an address of this machine, or a name of it, and a port (0: one that is free), without blocking. *address: as browsers
 * write it; *loopback: nobody else reaches it. LINCE_EUSAGE, LINCE_EIO. */
int lince_listen(const char *host, int port, int *listening, char *address, size_t size, bool *loopback);

#endif
