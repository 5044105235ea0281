/* Printers of capabilities, one row each (events.md 14). */
#ifndef TROUPE_PROTO_TEXT_EVENT_CAPABILITY_H
#define TROUPE_PROTO_TEXT_EVENT_CAPABILITY_H

#include <stdint.h>

struct buf;
struct open;
struct open_capability;

typedef void capability_fn(struct buf *out, const struct open *o, const struct open_capability *c);

struct capability_row {
	uint8_t code;
	const char *key; /* in a sent OPEN */
	capability_fn *json, *text;
};

/* NULL for a code without printers. */
const struct capability_row *capability_row(uint8_t code);
/* Place in a sent OPEN's event. */
int capability_rank(const struct capability_row *row);
void capability_unknown_json(struct buf *out, const struct open_capability *c);
void capability_unknown_text(struct buf *out, const struct open_capability *c);

#endif
