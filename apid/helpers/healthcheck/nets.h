/* The addresses and networks to announce, and the single addresses in them. */
#ifndef TROUPE_APID_HEALTHCHECK_NETS_H
#define TROUPE_APID_HEALTHCHECK_NETS_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"

enum { NETS_MAX = 65536 };

struct net {
	struct addr addr;
	uint8_t bits;
	char ifname[IF_NAMESIZE]; /* where the address belongs; empty: the loopback */
};

/* Zeroed is valid and empty. */
struct nets {
	struct net *v; /* owned */
	size_t n;
};

void nets_fini(struct nets *nets);
/* False when there are NETS_MAX already. */
bool nets_add(struct nets *nets, const struct net *net);
/* "a.b.c.d[/len]" without host bits; NULL, or what was expected. */
const char *nets_parse(struct net *out, const char *text);
/* "a.b.c.d[/len]%interface"; NULL, or what was expected. */
const char *nets_parse_ifname(struct net *out, const char *text);
/* Appends every single address of `in` to out; false when out would hold more than max. */
bool nets_hosts(const struct nets *in, size_t max, struct nets *out);
/* Turns the list left by n. */
void nets_rotate(struct nets *nets, size_t n);
/* Gives the networks of `nets` that are in `names` the interface named there. */
void nets_bind(struct nets *nets, const struct nets *names);

#endif
