/* MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760), read for update.c. */
#ifndef TROUPE_PROTO_WIRE_UPDATE_MP_H
#define TROUPE_PROTO_WIRE_UPDATE_MP_H

#include "proto/wire/update.h"

/* Both: 0, or -1 with the NOTIFICATION in err. The NLRI themselves are not looked at. */
int update_mp_reach(const struct attr *a, const struct update_session *s, struct update_mp *out,
	struct wire_error *err);
int update_mp_unreach(const struct attr *a, const struct update_session *s, struct update_mp *out,
	struct wire_error *err);

#endif
