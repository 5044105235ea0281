/*
 * OPERATIONAL messages: writing ours, and the lengths of received ones by type. Nothing in Troupe
 * acts on a received one: it is checked and shown.
 */
#include "proto/wire/operational.h"

#include <string.h>
#include <strings.h>

#include "common/rd.h"
#include "proto/wire/family.h"
#include "proto/wire/message.h"

static const struct {
	uint8_t min; /* of the data; 0: unknown type */
	const char *holds;
} types[] = {
	[1] = { 3, "an advisory" },
	[2] = { 3, "an advisory" },
	[3] = { 11, "a query" },
	[4] = { 15, "a counter" },
	[5] = { 11, "a query" },
	[6] = { 15, "a counter" },
	[7] = { 11, "a query" },
	[8] = { 15, "a counter" },
};

int
operational_check(const uint8_t *body, size_t n, struct wire_error *err)
{
	struct rd r = rd_init(body, n);
	uint16_t type = rd_u16(&r);
	uint16_t len = rd_u16(&r);

	if (!rd_ok(&r))
		return wire_error_set(err, 5, 0,
			"operational message too short: need 4 bytes for the header, got %zu", n);
	if (len > rd_left(&r))
		return wire_error_set(err, 5, 0,
			"operational message announces %u bytes of payload but only %zu follow",
			len, rd_left(&r));
	if (type >= sizeof(types) / sizeof(types[0]) || len >= types[type].min)
		return 0;
	return wire_error_set(err, 5, 0, "operational message %u needs %u bytes to hold %s, got %u",
		type, types[type].min, types[type].holds, len);
}

const struct operational_kind *
operational_kind(const char *word, size_t n)
{
	static const struct operational_kind kinds[] = {
		{ "adm", OPERATIONAL_ADM, OPERATIONAL_ADVISORY },
		{ "asm", OPERATIONAL_ASM, OPERATIONAL_ADVISORY },
		{ "rpcq", 3, OPERATIONAL_QUERY },
		{ "rpcp", 4, OPERATIONAL_COUNTER },
		{ "apcq", 5, OPERATIONAL_QUERY },
		{ "apcp", 6, OPERATIONAL_COUNTER },
		{ "lpcq", 7, OPERATIONAL_QUERY },
		{ "lpcp", 8, OPERATIONAL_COUNTER },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].word) == n && strncasecmp(kinds[i].word, word, n) == 0)
			return &kinds[i];
	return NULL;
}

/* Not inside a character. */
static void
write_advisory(struct wr *w, const char *text, size_t n)
{
	static const char dots[] = { '.', '.', '.' };
	bool cut = n > OPERATIONAL_ADVISORY_MAX;

	if (cut) {
		n = OPERATIONAL_ADVISORY_MAX - sizeof(dots);
		while (n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80)
			n--;
	}
	wr_bytes(w, text, n);
	if (cut)
		wr_bytes(w, dots, sizeof(dots));
}

void
operational_encode(struct wr *w, const struct operational *o)
{
	size_t start = message_begin(w, MESSAGE_OPERATIONAL), length;

	wr_u16(w, o->kind->type);
	length = wr_mark_u16(w);
	wr_u24(w, o->family);
	if (o->kind->form == OPERATIONAL_ADVISORY) {
		write_advisory(w, o->advisory, o->advisory_n);
	} else {
		wr_u32(w, o->router_id);
		wr_u32(w, o->sequence);
		if (o->kind->form == OPERATIONAL_COUNTER)
			wr_u64(w, o->counter);
	}
	wr_patch_u16(w, length);
	message_end(w, start);
}
