/*
 * JSON contents of events that show a BGP message: update, NOTIFICATION, ROUTE-REFRESH,
 * OPERATIONAL and raw packets (reference/events.md 5.6-5.11, 15), and the decoding of the last
 * three, which nobody else needs.
 */
#include "proto/text/event_message.h"

#include <string.h>

#include "common/rd.h"
#include "common/utf8.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"
#include "proto/wire/update.h"

static void
append_negotiated(struct buf *out, const struct buf *negotiated)
{
	if (negotiated == NULL)
		return;
	BUF_LIT(out, ", \"negotiated\": ");
	buf_add(out, negotiated->data, negotiated->len);
	buf_chr(out, ' ');
}

void
event_update(struct buf *out, const struct update *u, const struct update_session *s,
	const struct nlri_print *how, const struct buf *negotiated)
{
	BUF_LIT(out, ", \"message\": { ");
	update_json(out, u, s, how);
	BUF_LIT(out, " }");
	append_negotiated(out, negotiated);
}

void
event_packet(struct buf *out, const uint8_t *message, size_t n, const struct buf *negotiated)
{
	BUF_LIT(out, ", \"message\": { \"category\": ");
	buf_u64(out, message[MESSAGE_HEADER - 1]);
	BUF_LIT(out, ", \"header\": \"0x");
	buf_hex_upper(out, message, MESSAGE_HEADER);
	BUF_LIT(out, "\", \"body\": \"0x");
	buf_hex_upper(out, message + MESSAGE_HEADER, n - MESSAGE_HEADER);
	BUF_LIT(out, "\" } ");
	append_negotiated(out, negotiated);
}

enum { SHUTDOWN_TEXT_MAX = 128 }; /* RFC 8203; what helpers were written against */

static void
bad_communication(struct buf *out, const char *what, unsigned length, const uint8_t *text, size_t n)
{
	buf_printf(out, "invalid Shutdown Communication (%s) length : %u [0x", what, length);
	buf_hex_upper(out, text, n);
	buf_chr(out, ']');
}

/* The sentence that stands for a received shutdown communication (RFC 9003). */
static void
communication(struct buf *out, const uint8_t *data, size_t n)
{
	unsigned length = data[0];
	const uint8_t *text = data + 1;
	size_t left = n - 1;

	if (length == 0) {
		BUF_LIT(out, "empty Shutdown Communication.");
		return;
	}
	if (length > SHUTDOWN_TEXT_MAX) {
		bad_communication(out, "too large", length, text, left);
		return;
	}
	if (length > left) {
		bad_communication(out, "buffer underrun", length, text, left);
		return;
	}
	if (!utf8_valid(text, length)) {
		bad_communication(out, "invalid UTF-8", length, text, left);
		return;
	}
	BUF_LIT(out, "Shutdown Communication: \"");
	for (unsigned i = 0; i < length; i++)
		buf_chr(out, text[i] == '\r' || text[i] == '\n' ? ' ' : (char)text[i]);
	buf_chr(out, '"');
	if (left > length) {
		BUF_LIT(out, ", trailing data: 0x");
		buf_hex_upper(out, text + length, left - length);
	}
}

void
event_notification_data(struct buf *out, const uint8_t *body, size_t n, bool received)
{
	if (n <= 2)
		return;
	if (received && body[0] == 6 && (body[1] == 2 || body[1] == 4))
		communication(out, body + 2, n - 2);
	else
		buf_add(out, body + 2, n - 2);
}

void
event_notification(struct buf *out, const uint8_t *body, size_t n, bool received)
{
	struct buf data = { 0 };

	event_notification_data(&data, body, n, received);
	BUF_LIT(out, ", \"notification\": { \"code\": ");
	buf_u64(out, n < 2 ? 0 : body[0]);
	BUF_LIT(out, ", \"subcode\": ");
	buf_u64(out, n < 2 ? 0 : body[1]);
	BUF_LIT(out, ", \"data\": \"0x");
	buf_hex_upper(out, data.data, data.len);
	BUF_LIT(out, "\", \"message\": ");
	buf_json_string(out, data.len == 0 ? (const void *)"" : data.data, data.len);
	BUF_LIT(out, " } ");
	buf_fini(&data);
}

int
event_refresh_decode(const uint8_t *body, size_t n, uint32_t *family, const char **subtype)
{
	static const char *const subtypes[] = { "query", "begin", "end" };

	if (n != 4 || body[2] >= sizeof(subtypes) / sizeof(subtypes[0]))
		return -1;
	*family = FAMILY(body[0] << 8 | body[1], body[3]);
	*subtype = subtypes[body[2]];
	return 0;
}

int
event_refresh(struct buf *out, const uint8_t *body, size_t n)
{
	char afi[40], safi[40];
	const char *subtype;
	uint32_t family;

	if (event_refresh_decode(body, n, &family, &subtype) < 0)
		return -1;
	BUF_LIT(out, ", \"route-refresh\": { \"afi\": \"");
	buf_str(out, afi_name(family_afi(family), afi));
	BUF_LIT(out, "\", \"safi\": \"");
	buf_str(out, safi_name(family_safi(family), safi));
	BUF_LIT(out, "\", \"subtype\": \"");
	buf_str(out, subtype);
	BUF_LIT(out, "\" }");
	return 0;
}

int
event_operational_decode(const uint8_t *body, size_t n, struct event_operational *o)
{
	static const struct {
		const char *name;
		enum event_operational_kind kind;
	} kinds[] = {
		[0] = { "unknown", EVENT_UNKNOWN },
		[1] = { "ADM", EVENT_ADVISORY },
		[2] = { "ASM", EVENT_ADVISORY },
		[3] = { "RPCQ", EVENT_QUERY },
		[4] = { "RPCP", EVENT_COUNTER },
		[5] = { "APCQ", EVENT_QUERY },
		[6] = { "APCP", EVENT_COUNTER },
		[7] = { "LPCQ", EVENT_QUERY },
		[8] = { "LPCP", EVENT_COUNTER },
	};
	struct rd r = rd_init(body, n);
	uint16_t type = rd_u16(&r);
	uint16_t length = rd_u16(&r);
	struct rd value = rd_sub(&r, length);

	memset(o, 0, sizeof(*o));
	o->type = type;
	if (type == 0 || type >= sizeof(kinds) / sizeof(kinds[0])) {
		o->name = "unknown";
		o->kind = EVENT_UNKNOWN;
		o->data_len = rd_left(&value);
		o->data = rd_bytes(&value, o->data_len);
		return rd_ok(&value) ? 0 : -1;
	}
	o->name = kinds[type].name;
	o->kind = kinds[type].kind;
	uint16_t afi = rd_u16(&value);
	o->family = FAMILY(afi, rd_u8(&value));
	if (o->kind == EVENT_ADVISORY) {
		o->data_len = rd_left(&value);
		o->data = rd_bytes(&value, o->data_len);
	} else {
		rd_copy(&value, o->router_id, 4);
		o->sequence = rd_u32(&value);
		if (o->kind == EVENT_COUNTER)
			o->counter = rd_u64(&value);
	}
	return rd_ok(&value) ? 0 : -1;
}

int
event_operational(struct buf *out, const uint8_t *body, size_t n)
{
	struct event_operational o;
	char name[40];

	if (event_operational_decode(body, n, &o) < 0)
		return -1;
	BUF_LIT(out, ", \"operational\": { \"name\": \"");
	buf_str(out, o.name);
	if (o.kind == EVENT_UNKNOWN) {
		buf_printf(out, "\", \"type\": \"operational-type-%u\", \"data\": \"0x", o.type);
		buf_hex_upper(out, o.data, o.data_len);
		BUF_LIT(out, "\" }");
		return 0;
	}
	BUF_LIT(out, "\", \"afi\": \"");
	buf_str(out, afi_name(family_afi(o.family), name));
	BUF_LIT(out, "\", \"safi\": \"");
	buf_str(out, safi_name(family_safi(o.family), name));
	buf_chr(out, '"');
	if (o.kind == EVENT_ADVISORY) {
		BUF_LIT(out, ", \"advisory\": ");
		buf_json_string(out, o.data, o.data_len);
	} else if (o.kind == EVENT_COUNTER) {
		BUF_LIT(out, ", \"router-id\": \"");
		buf_addr_bytes(out, o.router_id, 4);
		buf_printf(out, "\", \"sequence\": %u, \"counter\": ", o.sequence);
		buf_u64(out, o.counter);
	}
	BUF_LIT(out, " }");
	return 0;
}
