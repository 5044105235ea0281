/*
 * One row per capability (RFC 5492): how we write it in our OPEN and how a received one is
 * read. Internal to open.c and capability*.c; what others use is in open.h.
 */
#ifndef TROUPE_PROTO_WIRE_CAPABILITY_H
#define TROUPE_PROTO_WIRE_CAPABILITY_H

#include "proto/wire/open.h"

struct capability_codec {
	uint8_t code;
	/* Writes code, length and value, nothing when the configuration does not ask for it.
	 * NULL: never sent. */
	void (*encode)(struct wr *w, const struct capability_config *c, uint32_t local_as);
	/* Reads a value of n bytes into o; 0 or -1 with the NOTIFICATION. NULL: content ignored. */
	int (*decode)(struct open *o, const uint8_t *value, uint8_t n, struct wire_error *err);
};

/* NULL for an unknown code. */
const struct capability_codec *capability_codec(uint8_t code);

/* Code and length placeholder; capability_end() patches the length. Returns the length's offset. */
size_t capability_begin(struct wr *w, uint8_t code);
void capability_end(struct wr *w, size_t at);
bool capability_has_family(const struct capability_config *c, uint32_t family);

extern const struct capability_codec capability_multiprotocol;
extern const struct capability_codec capability_asn4;
extern const struct capability_codec capability_nexthop;
extern const struct capability_codec capability_add_path;
extern const struct capability_codec capability_paths_limit;
extern const struct capability_codec capability_restart;
extern const struct capability_codec capability_llgr;
extern const struct capability_codec capability_role;
extern const struct capability_codec capability_hostname;
extern const struct capability_codec capability_software;

#endif
