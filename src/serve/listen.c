#include "serve/listen.h"
#include "core/error.h"
#include "core/i18n.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* -1, with errno. */
static int listen_on(const struct addrinfo *a)
{
    int yes = 1, s = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
    if (s < 0) return -1;
    if (!setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) && !bind(s, a->ai_addr, a->ai_addrlen) &&
        !listen(s, SOMAXCONN))
        return s;
    int error = errno;
    close(s);
    errno = error;
    return -1;
}

static bool is_loopback(const struct sockaddr_storage *a)
{
    if (a->ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
    return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
}

static int describe(int s, char *address, size_t size, bool *loopback)
{
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    char host[256], port[16];
    if (getsockname(s, (struct sockaddr *)&own, &length) ||
        getnameinfo((struct sockaddr *)&own, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV))
        return lince_fail(LINCE_EIO, "a socket that has no address");
    bool brackets = own.ss_family == AF_INET6;
    snprintf(address, size, "http://%s%s%s:%s/", brackets ? "[" : "", host, brackets ? "]" : "", port);
    *loopback = is_loopback(&own);
    return 0;
}

int lince_listen(const char *host, int port, int *listening, char *address, size_t size, bool *loopback)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV},
                    *found;
    char number[16];
    *listening = -1;
    if (port < 0 || port > 65535)
        return lince_fail(LINCE_EUSAGE, "--port: expected 0 to 65535, found %d", port);
    snprintf(number, sizeof number, "%d", port);
    int error = getaddrinfo(host, number, &hints, &found);
    if (error)
        return lince_fail(LINCE_EUSAGE, "--listen %s: it is no address of this machine (%s)", host,
                          error == EAI_SYSTEM ? lince_reason(errno) : gai_strerror(error));
    for (const struct addrinfo *a = found; a && *listening < 0; a = a->ai_next) *listening = listen_on(a);
    error = errno;
    freeaddrinfo(found);
    if (*listening < 0)
        return lince_fail(LINCE_EIO, "--listen %s --port %d: %s", host, port, lince_reason(error));
    return describe(*listening, address, size, loopback);
}
