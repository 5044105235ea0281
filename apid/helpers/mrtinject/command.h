/* UPDATE messages as commands of the API. */
#ifndef TROUPE_APID_MRTINJECT_COMMAND_H
#define TROUPE_APID_MRTINJECT_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include "common/addr.h"
#include "common/buf.h"

struct service;
struct update;
struct update_session;

struct commands {
	struct service *service;
	const char *neighbor; /* selector, or NULL: all */
	bool nexthop_self;    /* instead of the next-hop of the file */
	struct addr nexthop;  /* the same, for routes of its address family; len 0: none */
	uint64_t limit;       /* routes; 0: any number */
	uint64_t announced, withdrawn;
	uint64_t unsayable; /* routes without a command */
	struct buf line;    /* scratch */
};

/* True when the limit is reached. */
bool commands_full(const struct commands *c);
void commands_update(struct commands *c, const struct update *u, const struct update_session *s);

#endif
