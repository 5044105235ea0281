/* Printers of capabilities, one row each (events.md 14). */
#ifndef TROUPE_PROTO_TEXT_EVENT_CAPABILITY_H
#define TROUPE_PROTO_TEXT_EVENT_CAPABILITY_H

#include <stdint.h>

struct buf;
struct rd;
struct open;
struct open_capability;

typedef void capability_fn(struct buf *out, const struct open *o, const struct open_capability *c);

struct capability_row {
	uint8_t code;
	const char *key; /* in a sent OPEN */
	capability_fn *json, *text;
};

/* event_capability_peer.c */
capability_fn capability_long_lived_json, capability_long_lived_text;
capability_fn capability_role_json, capability_role_text;
capability_fn capability_multisession_json, capability_multisession_text;

/* AFI and SAFI: as words, and out of a value. */
void capability_family_words(struct buf *out, uint32_t family, char separator);
uint32_t capability_read_family(struct rd *r);
/* NULL for a code without printers. */
const struct capability_row *capability_row(uint8_t code);
/* Place in a sent OPEN's event. */
int capability_rank(const struct capability_row *row);
void capability_unknown_json(struct buf *out, const struct open_capability *c);
void capability_unknown_text(struct buf *out, const struct open_capability *c);

#endif
