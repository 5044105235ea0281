/*
 * OPEN messages as JSON and as text (reference/events.md 5.5): the fixed fields, and every
 * capability once, in the order that the direction asks for.
 */
#include <stdlib.h>

#include "proto/text/event.h"
#include "proto/text/event_capability.h"
#include "proto/wire/open.h"

/* One entry per code, in order of first appearance; the last instance counts. */
static unsigned
distinct(const struct open *o, const struct open_capability *out[128])
{
	unsigned n = 0;

	for (unsigned i = 0; i < o->n_caps; i++) {
		unsigned j = 0;

		while (j < n && out[j]->code != o->caps[i].code)
			j++;
		out[j] = &o->caps[i];
		if (j == n)
			n++;
	}
	return n;
}

static int
by_code(const void *a, const void *b)
{
	const struct open_capability *const *x = a, *const *y = b;

	return (*x)->code - (*y)->code;
}

static int
rank(uint8_t code)
{
	const struct capability_row *row = capability_row(code);

	return row != NULL ? capability_rank(row) : 256 + code;
}

static int
by_rank(const void *a, const void *b)
{
	const struct open_capability *const *x = a, *const *y = b;

	return rank((*x)->code) - rank((*y)->code);
}

static void
router_id(struct buf *out, uint32_t id)
{
	uint8_t bytes[4] = { (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8),
		(uint8_t)id };

	buf_addr_bytes(out, bytes, 4);
}

void
event_open(struct buf *out, const struct open *o, bool by_name)
{
	const struct open_capability *caps[128];
	unsigned n = distinct(o, caps);

	if (by_name)
		qsort(caps, n, sizeof(caps[0]), by_rank);
	buf_printf(out,
		", \"open\": { \"version\": %u, \"asn\": %u, \"hold_time\": %u, \"router_id\": \"",
		o->version, o->my_as, o->hold_time);
	router_id(out, o->router_id);
	BUF_LIT(out, "\", \"capabilities\": { ");
	for (unsigned i = 0; i < n; i++) {
		const struct capability_row *row = capability_row(caps[i]->code);

		if (i > 0)
			BUF_LIT(out, ", ");
		if (by_name && row != NULL && row->key != NULL)
			buf_printf(out, "\"%s\": ", row->key);
		else
			buf_printf(out, "\"%u\": ", caps[i]->code);
		if (row != NULL)
			row->json(out, o, caps[i]);
		else
			capability_unknown_json(out, caps[i]);
	}
	BUF_LIT(out, " } }");
}

void
event_text_open(struct buf *out, const struct event_text *t, const struct open *o)
{
	const struct open_capability *caps[128];
	unsigned n = distinct(o, caps);

	qsort(caps, n, sizeof(caps[0]), by_code);
	buf_printf(out, "neighbor %s %s open version %u asn %u hold_time %u router_id ", t->peer,
		t->direction, o->version, o->my_as, o->hold_time);
	router_id(out, o->router_id);
	BUF_LIT(out, " capabilities [");
	for (unsigned i = 0; i < n; i++) {
		const struct capability_row *row = capability_row(caps[i]->code);

		if (i > 0)
			BUF_LIT(out, ", ");
		if (row != NULL)
			row->text(out, o, caps[i]);
		else
			capability_unknown_text(out, caps[i]);
	}
	buf_chr(out, ']');
	if (t->packet != NULL && t->packet_len >= 19) {
		BUF_LIT(out, " header 0x");
		buf_hex_upper(out, t->packet, 19);
		if (t->packet_len > 19) {
			BUF_LIT(out, " body 0x");
			buf_hex_upper(out, t->packet + 19, t->packet_len - 19);
		}
	}
	buf_chr(out, '\n');
}
