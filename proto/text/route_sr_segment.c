/*
 * Segments A to K of SR policies (reference/config.md 4.14; RFC 9830 2.4.4.2, RFC 9831 2): one row
 * each with its words in order; algorithm goes before the addresses on the wire, a SID and an
 * endpoint behaviour behind them. The last label of a list that is of type A or C is the bottom
 * of stack, as the reference has it.
 */
#include "proto/text/route_sr_policy.h"
#include "proto/text/route_words.h"

int
sr_behavior_parse(struct route_call *c, struct wr *w)
{
	static const char *const names[] = { "a locator block length", "a locator node length",
		"a function length", "an argument length" };
	uint32_t number;

	if (!token_accept(c->t, "endpoint-behavior"))
		return 0;
	if (value_u32_any(c->t, UINT16_MAX, "an endpoint behavior", &number, c->e) == -1)
		return -1;
	wr_u16(w, (uint16_t)number);
	wr_u16(w, 0);
	for (unsigned i = 0; i < 4; i++) {
		if (value_u32(c->t, 0, 128, names[i], &number, c->e) == -1)
			return -1;
		wr_u8(w, (uint8_t)number);
	}
	return 1;
}

enum field { F_END, F_LABEL, F_IP4, F_IP6, F_NUMBER, F_ALGORITHM };
enum sid { SID_NONE, SID_LABEL, SID_IP6 };

enum {
	FLAG_ALGORITHM = 0x40, /* B, C, D, I, J, K: the algorithm field says something */
	FLAG_BEHAVIOR = 0x10,
	LABEL_BOTTOM = 0x100,
	WORDS_MAX = 6
};

static const struct segment {
	const char *keyword;
	uint8_t code;
	enum sid sid;
	bool behavior;       /* may be followed by endpoint-behavior */
	bool behavior_alone; /* without a SID of its own */
	bool bottom;         /* its label ends the stack */
	struct {
		const char *word;
		enum field field;
	} words[WORDS_MAX];
} segments[] = {
	{ "type-a", 1, SID_NONE, false, false, true, { { "mpls", F_LABEL } } },
	{ "type-b", 13, SID_NONE, true, true, false, { { "srv6", F_IP6 } } },
	{ "type-c", 3, SID_LABEL, false, false, true,
		{ { "ipv4", F_IP4 }, { "algorithm", F_ALGORITHM } } },
	{ "type-d", 4, SID_LABEL, false, false, false,
		{ { "ipv6", F_IP6 }, { "algorithm", F_ALGORITHM } } },
	{ "type-e", 5, SID_LABEL, false, false, false,
		{ { "local-if-id", F_NUMBER }, { "ipv4", F_IP4 } } },
	{ "type-f", 6, SID_LABEL, false, false, false,
		{ { "local", F_IP4 }, { "remote", F_IP4 } } },
	{ "type-g", 7, SID_LABEL, false, false, false,
		{ { "local-if-id", F_NUMBER }, { "local-ipv6", F_IP6 },
			{ "remote-if-id", F_NUMBER }, { "remote-ipv6", F_IP6 } } },
	{ "type-h", 8, SID_LABEL, false, false, false,
		{ { "local", F_IP6 }, { "remote", F_IP6 } } },
	{ "type-i", 14, SID_IP6, true, false, false,
		{ { "ipv6", F_IP6 }, { "algorithm", F_ALGORITHM } } },
	{ "type-j", 15, SID_IP6, true, false, false,
		{ { "local-if-id", F_NUMBER }, { "local-ipv6", F_IP6 },
			{ "remote-if-id", F_NUMBER }, { "remote-ipv6", F_IP6 },
			{ "algorithm", F_ALGORITHM } } },
	{ "type-k", 16, SID_IP6, true, false, false,
		{ { "local", F_IP6 }, { "remote", F_IP6 }, { "algorithm", F_ALGORITHM } } },
};

/* One segment being read. */
struct reading {
	struct route_call *c;
	struct wr *w;
	uint8_t *head;   /* length, flags, algorithm */
	uint8_t *label;  /* of this segment: the byte with the bottom bit, or NULL */
	uint8_t *bottom; /* of the last segment so far that may end the stack */
};

static int
take_label(struct reading *r)
{
	uint32_t label;
	uint8_t *at = r->w->p;

	if (value_u32(r->c->t, 0, 1048575, "an MPLS label", &label, r->c->e) == -1)
		return -1;
	wr_u32(r->w, label << 12);
	r->label = wr_ok(r->w) ? at + 2 : NULL;
	return 0;
}

static int
take_ip6(struct reading *r)
{
	uint8_t ip[16];

	if (value_ip6(r->c->t, "an IPv6 address", ip, r->c->e) == -1)
		return -1;
	wr_bytes(r->w, ip, sizeof(ip));
	return 0;
}

static int
take_field(struct reading *r, enum field field)
{
	uint8_t ip[4];
	uint32_t number;

	switch (field) {
	case F_LABEL:
		return take_label(r);
	case F_IP6:
		return take_ip6(r);
	case F_IP4:
		if (value_ip4(r->c->t, "an IPv4 address", ip, r->c->e) == -1)
			return -1;
		wr_bytes(r->w, ip, sizeof(ip));
		return 0;
	case F_NUMBER:
		if (value_u32(r->c->t, 0, UINT32_MAX, "an interface number", &number, r->c->e) ==
			-1)
			return -1;
		wr_u32(r->w, number);
		return 0;
	case F_ALGORITHM:
		if (value_u32(r->c->t, 0, UINT8_MAX, "an algorithm", &number, r->c->e) == -1)
			return -1;
		r->head[2] = (uint8_t)number;
		if (number != 0)
			r->head[1] |= FLAG_ALGORITHM;
		return 0;
	case F_END:
		break;
	}
	return 0;
}

static int
take_tail(struct reading *r, const struct segment *s)
{
	bool has_sid = false;

	if (s->sid != SID_NONE && token_accept(r->c->t, "sid")) {
		if ((s->sid == SID_LABEL ? take_label : take_ip6)(r) == -1)
			return -1;
		has_sid = true;
	}
	if (s->bottom && r->label != NULL)
		r->bottom = r->label;
	if (!s->behavior || !token_is(token_peek(r->c->t), "endpoint-behavior"))
		return 0;
	if (!has_sid && !s->behavior_alone)
		return text_error_expected(r->c->e, r->c->t, "a sid before the endpoint behavior");
	r->head[1] |= FLAG_BEHAVIOR;
	return sr_behavior_parse(r->c, r->w) == -1 ? -1 : 0;
}

static int
take_segment(struct reading *r, const struct segment *s)
{
	uint8_t *value;

	wr_u8(r->w, s->code);
	r->head = wr_room(r->w, 3);
	if (r->head == NULL)
		return text_error_set(r->c->e, token_peek(r->c->t), "the policy is too long");
	memset(r->head, 0, 3);
	value = r->w->p;
	r->label = NULL;
	for (unsigned i = 0; i < WORDS_MAX && s->words[i].field != F_END; i++) {
		if (route_word(r->c, s->words[i].word) == -1 ||
			take_field(r, s->words[i].field) == -1)
			return -1;
	}
	if (take_tail(r, s) == -1)
		return -1;
	r->head[0] = (uint8_t)(2 + (r->w->p - value));
	return 0;
}

static const struct segment *
find_segment(struct tokens *t)
{
	for (unsigned i = 0; i < sizeof(segments) / sizeof(segments[0]); i++)
		if (token_accept(t, segments[i].keyword))
			return &segments[i];
	return NULL;
}

int
sr_segments_parse(struct route_call *c, struct wr *w)
{
	struct reading r = { .c = c, .w = w };

	while (token_accept(c->t, "segment")) {
		const struct segment *s = find_segment(c->t);

		if (s == NULL)
			return text_error_expected(c->e, c->t, "a segment type (type-a to type-k)");
		if (take_segment(&r, s) == -1)
			return -1;
	}
	if (r.bottom != NULL && wr_ok(w))
		*r.bottom |= LABEL_BOTTOM >> 8;
	return 0;
}
