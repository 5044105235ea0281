/*
 * Text events of API version 4 (reference/events.md 5). Everything a peer chose goes through
 * event_escape(), so that it cannot forge a line.
 */
#include <string.h>

#include "proto/text/event_message.h"
#include "common/utf8.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"
#include "proto/wire/update.h"

void
event_escape(struct buf *out, const void *text, size_t n, bool lower)
{
	const uint8_t *p = text;

	while (n > 0) {
		uint32_t code = 0xfffd;
		size_t used = utf8_decode(p, n, &code);

		if (used == 0)
			used = 1;
		if (code >= 0x20 && code < 0x7f)
			buf_chr(out, lower && code >= 'A' && code <= 'Z' ? (char)(code + 32)
									 : (char)code);
		else if (code == '\n')
			BUF_LIT(out, "\\n");
		else if (code == '\r')
			BUF_LIT(out, "\\r");
		else if (code == '\t')
			BUF_LIT(out, "\\t");
		else if (code < 0x100)
			buf_printf(out, "\\x%02x", code);
		else if (code < 0x10000)
			buf_printf(out, "\\u%04x", code);
		else
			buf_printf(out, "\\U%08x", code);
		p += used;
		n -= used;
	}
}

static void
begin(struct buf *out, const struct event_text *t)
{
	BUF_LIT(out, "neighbor ");
	buf_str(out, t->peer);
	buf_chr(out, ' ');
	buf_str(out, t->direction);
	buf_chr(out, ' ');
}

static void
packet_words(struct buf *out, const uint8_t *packet, size_t n)
{
	BUF_LIT(out, " header 0x");
	buf_hex_upper(out, packet, MESSAGE_HEADER);
	if (n == MESSAGE_HEADER)
		return;
	BUF_LIT(out, " body 0x");
	buf_hex_upper(out, packet + MESSAGE_HEADER, n - MESSAGE_HEADER);
}

static void
packet_tail(struct buf *out, const struct event_text *t)
{
	if (t->packet != NULL && t->packet_len >= MESSAGE_HEADER)
		packet_words(out, t->packet, t->packet_len);
}

void
event_text_state(
	struct buf *out, const char *peer, const char *state, const char *reason, size_t reason_len)
{
	BUF_LIT(out, "neighbor ");
	buf_str(out, peer);
	buf_chr(out, ' ');
	buf_str(out, state);
	if (reason != NULL) {
		BUF_LIT(out, " - ");
		event_escape(out, reason, reason_len, false);
	}
	buf_chr(out, '\n');
}

void
event_text_update(struct buf *out, const struct event_text *t, const struct update *u,
	const struct update_session *s)
{
	struct buf prefix = { 0 };

	begin(&prefix, t);
	BUF_LIT(&prefix, "update");
	buf_add(out, prefix.data, prefix.len);
	BUF_LIT(out, " start\n");
	if (u->eor) {
		char name[40];

		buf_add(out, prefix.data, prefix.len);
		buf_printf(out, " route eor %u/%u (", family_afi(u->eor_family),
			family_safi(u->eor_family));
		buf_str(out, afi_name(family_afi(u->eor_family), name));
		buf_chr(out, ' ');
		buf_str(out, safi_name(family_safi(u->eor_family), name));
		BUF_LIT(out, ")\n");
	} else {
		update_text(out, u, s, buf_cstr(&prefix));
	}
	if (t->packet != NULL && t->packet_len >= MESSAGE_HEADER) {
		packet_words(out, t->packet, t->packet_len);
		buf_chr(out, '\n');
	}
	buf_add(out, prefix.data, prefix.len);
	BUF_LIT(out, " end\n");
	buf_fini(&prefix);
}

void
event_text_notification(struct buf *out, const struct event_text *t, const uint8_t *body, size_t n)
{
	struct buf data = { 0 };

	event_notification_data(&data, body, n, strcmp(t->direction, "send") != 0);
	begin(out, t);
	buf_printf(out, "notification code %u subcode %u data 0x", n < 2 ? 0U : body[0],
		n < 2 ? 0U : body[1]);
	buf_hex_upper(out, data.data, data.len);
	packet_tail(out, t);
	buf_chr(out, '\n');
	buf_fini(&data);
}

void
event_text_keepalive(struct buf *out, const struct event_text *t)
{
	begin(out, t);
	BUF_LIT(out, "keepalive");
	packet_tail(out, t);
	buf_chr(out, '\n');
}

static void
family_words(struct buf *out, uint32_t family)
{
	char name[40];

	BUF_LIT(out, " afi ");
	buf_str(out, afi_name(family_afi(family), name));
	BUF_LIT(out, " safi ");
	buf_str(out, safi_name(family_safi(family), name));
}

int
event_text_refresh(struct buf *out, const struct event_text *t, const uint8_t *body, size_t n)
{
	const char *subtype;
	uint32_t family;

	if (event_refresh_decode(body, n, &family, &subtype) < 0)
		return -1;
	begin(out, t);
	BUF_LIT(out, "route-refresh");
	family_words(out, family);
	buf_chr(out, ' ');
	buf_str(out, subtype);
	packet_tail(out, t);
	buf_chr(out, '\n');
	return 0;
}

int
event_text_operational(struct buf *out, const struct event_text *t, const uint8_t *body, size_t n)
{
	struct event_operational o;

	if (event_operational_decode(body, n, &o) < 0)
		return -1;
	begin(out, t);
	BUF_LIT(out, "operational ");
	buf_str(out, o.name);
	if (o.kind == EVENT_UNKNOWN) {
		buf_printf(out, " type operational-type-%u data 0x", o.type);
		buf_hex_upper(out, o.data, o.data_len);
	} else {
		family_words(out, o.family);
	}
	if (o.kind == EVENT_ADVISORY) {
		BUF_LIT(out, " advisory \"");
		event_escape(out, o.data, o.data_len, false);
		buf_chr(out, '"');
	} else if (o.kind == EVENT_COUNTER) {
		BUF_LIT(out, " router-id ");
		buf_addr_bytes(out, o.router_id, 4);
		buf_printf(out, " sequence %u counter ", o.sequence);
		buf_u64(out, o.counter);
	}
	packet_tail(out, t);
	return 0;
}

void
event_text_packet(struct buf *out, const struct event_text *t, const uint8_t *message, size_t n)
{
	begin(out, t);
	buf_u64(out, message[MESSAGE_HEADER - 1]);
	packet_words(out, message, n);
	buf_chr(out, '\n');
}
