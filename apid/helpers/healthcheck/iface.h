/* Addresses of the machine's interfaces, and the `ip` commands that change them. */
#ifndef TROUPE_APID_HEALTHCHECK_IFACE_H
#define TROUPE_APID_HEALTHCHECK_IFACE_H

#include <stdbool.h>

#include "apid/helpers/healthcheck/options.h"

enum { IFACE_ARGV_MAX = 12 };

/* An `ip address` command; argv points into the other members. */
struct iface_command {
	char *argv[IFACE_ARGV_MAX];
	char words[IFACE_ARGV_MAX][ADDR_TEXT_MAX + 8];
};

/* True when the interface of the host has its address. */
bool iface_has(const struct net *host);
/* Appends the loopback's addresses that may be announced; label: only those of that label. */
void iface_discover(const char *label, bool exact, struct nets *out);
void iface_command(
	struct iface_command *out, const struct options *o, const struct net *host, bool add);

#endif
