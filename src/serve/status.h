/* The statuses of RFC 9110 that a server answers with. */
#ifndef LINCE_SERVE_STATUS_H
#define LINCE_SERVE_STATUS_H

typedef enum lince_http {
    LINCE_HTTP_OK = 200,
    LINCE_HTTP_BAD = 400,
    LINCE_HTTP_NO_TOKEN = 401,
    LINCE_HTTP_FORBIDDEN = 403,
    LINCE_HTTP_NOT_FOUND = 404,
    LINCE_HTTP_METHOD = 405,
    LINCE_HTTP_TOO_LARGE = 413,
    LINCE_HTTP_TYPE = 415,
    LINCE_HTTP_UNREADABLE = 422, /* well-formed, and the model can make nothing of it */
    LINCE_HTTP_FAILED = 500,
    LINCE_HTTP_BUSY = 503,
} lince_http;

#endif
