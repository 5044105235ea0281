/* Names of well-known ports (IANA service names), for FlowSpec rules (reference/config.md 4.10). */
#ifndef TROUPE_PROTO_TEXT_SERVICE_NAMES_H
#define TROUPE_PROTO_TEXT_SERVICE_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* The port of a name of n letters, in any case, `_` the same as `-`; 0 or -1. */
int service_port(const char *s, size_t n, uint32_t *port);

#endif
