/* CRC-32C (Castagnoli; RFC 3720, appendix B.4). */
#ifndef LINCE_LOG_CRC32C_H
#define LINCE_LOG_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t lince_crc32c(const void *bytes, size_t size);

#endif
