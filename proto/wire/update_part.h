/* The lists of NLRI of a decoded UPDATE, and its attributes, for the walkers and printers. */
#ifndef TROUPE_PROTO_WIRE_UPDATE_PART_H
#define TROUPE_PROTO_WIRE_UPDATE_PART_H

#include "proto/wire/attr_codecs.h"
#include "proto/wire/update.h"

enum { UPDATE_PARTS_MAX = 4 };

struct update_part {
	uint32_t family;
	bool withdraw; /* encoded as a withdraw (treat-as-withdraw leaves it false) */
	bool addpath;
	const uint8_t *nexthop;
	uint8_t nexthop_len;
	struct rd nlri; /* not empty */
};

/* What is announced, or what is withdrawn, in the order it is shown; returns how many. */
unsigned update_parts(const struct update *u, const struct update_session *s, bool announce,
	struct update_part out[UPDATE_PARTS_MAX]);
/* The attributes that count, merged (attr_index_merge). */
void update_index(const struct update *u, const struct update_session *s, struct attr_index *ix,
	struct buf *scratch);

#endif
