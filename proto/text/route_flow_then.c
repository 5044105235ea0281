/*
 * Actions of FlowSpec rules and their scope (reference/config.md 4.10): each is an extended
 * community (RFC 8955 7, draft-ietf-idr-flowspec-redirect-ip, -interfaceset), some set the next-hop.
 * Community lists are attributes like everywhere.
 */
#include "proto/text/route_flow.h"

enum { EXT_BYTES = 8, EXT6_BYTES = 20 };

static void
add_community(struct flow_call *f, uint16_t type, uint16_t a, uint32_t b)
{
	uint8_t value[EXT_BYTES];
	struct wr w = wr_init(value, sizeof(value));

	wr_u16(&w, type);
	wr_u16(&w, a);
	wr_u32(&w, b);
	attr_builder_add(f->c.b, ATTR_EXT_COMMUNITY, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, false,
		value, sizeof(value));
}

/* IPv6 address specific (RFC 5701). */
static void
add_community6(struct flow_call *f, uint16_t type, const uint8_t ip[16], uint16_t number)
{
	uint8_t value[EXT6_BYTES];
	struct wr w = wr_init(value, sizeof(value));

	wr_u16(&w, type);
	wr_bytes(&w, ip, 16);
	wr_u16(&w, number);
	attr_builder_add(f->c.b, ATTR_IPV6_EXT_COMMUNITY, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
		false, value, sizeof(value));
}

static void
set_next_hop(struct flow_call *f, const struct addr *ip)
{
	f->c.b->nh_len = ip->len;
	memcpy(f->c.b->nh, ip->bytes, ip->len);
}

static int
then_accept(struct flow_call *f)
{
	(void)f;
	return 0;
}

static int
then_discard(struct flow_call *f)
{
	add_community(f, 0x8006, 0, 0);
	return 0;
}

/* Rates travel as IEEE singles; more than 10^12 bytes is no limit that any router knows. */
static int
then_rate_limit(struct flow_call *f)
{
	const struct token *k = token_peek(f->c.t);
	uint64_t rate;
	uint32_t bits;
	float single;

	if (k == NULL || parse_u64(k->s, k->n, UINT64_MAX, &rate) == -1)
		return text_error_expected(f->c.e, f->c.t, "a rate (a number)");
	f->c.t->pos++;
	bool packets = token_accept(f->c.t, "packets");
	if (!packets)
		token_accept(f->c.t, "bytes");
	if (!packets && rate > UINT64_C(1000000000000))
		rate = UINT64_C(1000000000000);
	single = (float)rate;
	memcpy(&bits, &single, sizeof(bits));
	add_community(f, packets ? 0x800c : 0x8006, 0, bits);
	return 0;
}

/* `AS:number`: -1 when it is not one. */
static int
redirect_target(struct flow_call *f, const struct token *k)
{
	const char *colon = memchr(k->s, ':', k->n);
	uint32_t as, number;
	size_t n;

	if (colon == NULL)
		return -1;
	n = (size_t)(colon - k->s);
	if (parse_u32(k->s, n, UINT32_MAX, &as) == -1 ||
		parse_u32(colon + 1, k->n - n - 1, UINT32_MAX, &number) == -1)
		return -1;
	if (as <= UINT16_MAX)
		add_community(f, 0x8008, (uint16_t)as, number);
	else if (number <= UINT16_MAX)
		add_community(f, 0x8208, (uint16_t)(as >> 16), as << 16 | number);
	else
		return -1;
	f->c.b->nh_len = 0; /* it takes the place of an earlier next-hop */
	return 0;
}

/* `[addr6]` and `[addr6]:number` of a quoted word: rt-redirect-ipv6 (RFC 8956 6.1). */
static int
redirect_bracketed(struct flow_call *f, const struct token *k)
{
	const char *close = memchr(k->s, ']', k->n);
	struct addr ip = { .len = 16 };
	uint32_t number;
	size_t n;

	if (k->s[0] != '[' || close == NULL ||
		addr_parse6(k->s + 1, (size_t)(close - k->s) - 1, ip.bytes) == -1)
		return -1;
	n = (size_t)(close - k->s) + 1;
	if (n == k->n) {
		set_next_hop(f, &ip);
		add_community(f, 0x0800, 0, 0);
		return 0;
	}
	if (k->s[n] != ':' || parse_u32(k->s + n + 1, k->n - n - 1, UINT16_MAX, &number) == -1)
		return -1;
	add_community6(f, 0x000d, ip.bytes, (uint16_t)number);
	return 0;
}

static int
then_redirect(struct flow_call *f)
{
	const struct token *k = token_peek(f->c.t);
	struct addr ip;

	if (k != NULL && k->n > 0) {
		f->c.t->pos++;
		if (addr_parse(k->s, k->n, &ip) == 0) {
			set_next_hop(f, &ip);
			add_community(f, 0x0800, 0, 0);
			return 0;
		}
		if (redirect_target(f, k) == 0 || redirect_bracketed(f, k) == 0)
			return 0;
		f->c.t->pos--;
	}
	return text_error_expected(
		f->c.e, f->c.t, "AS:number, an address, or \"[IPv6 address]:number\"");
}

static int
then_redirect_to_nexthop(struct flow_call *f)
{
	add_community(f, 0x0800, 0, 0);
	return 0;
}

static int
then_redirect_ietf(struct flow_call *f)
{
	struct addr ip;
	struct rd r;

	if (value_ip(f->c.t, "an address", &ip, f->c.e) == -1)
		return -1;
	r = rd_init(ip.bytes, ip.len);
	if (ip.len == 16) {
		add_community6(f, 0x000c, ip.bytes, 0);
	} else {
		uint16_t high = rd_u16(&r);

		add_community(f, 0x010c, high, (uint32_t)rd_u16(&r) << 16);
	}
	return 0;
}

static int
then_copy(struct flow_call *f)
{
	struct addr ip;

	if (value_ip(f->c.t, "an address", &ip, f->c.e) == -1)
		return -1;
	set_next_hop(f, &ip);
	add_community(f, 0x0800, 0, 1);
	return 0;
}

static int
then_mark(struct flow_call *f)
{
	uint32_t dscp;

	if (value_u32(f->c.t, 0, 63, "a DSCP value", &dscp, f->c.e) == -1)
		return -1;
	add_community(f, 0x8009, 0, dscp);
	return 0;
}

static bool
contains(const struct token *k, const char *word)
{
	return memmem(k->s, k->n, word, strlen(word)) != NULL;
}

static int
then_action(struct flow_call *f)
{
	const struct token *k = token_peek(f->c.t);
	uint32_t bits;

	if (k == NULL)
		return text_error_expected(f->c.e, f->c.t, "sample, terminal or sample-terminal");
	bits = (contains(k, "sample") ? 2 : 0) | (contains(k, "terminal") ? 1 : 0);
	if (bits == 0)
		return text_error_expected(f->c.e, f->c.t, "sample, terminal or sample-terminal");
	f->c.t->pos++;
	add_community(f, 0x8007, 0, bits);
	return 0;
}

static const struct then {
	const char *keyword;
	int (*parse)(struct flow_call *f);
} thens[] = {
	{ "accept", then_accept },
	{ "discard", then_discard },
	{ "rate-limit", then_rate_limit },
	{ "redirect", then_redirect },
	{ "redirect-to-nexthop", then_redirect_to_nexthop },
	{ "redirect-to-nexthop-ietf", then_redirect_ietf },
	{ "copy", then_copy },
	{ "mark", then_mark },
	{ "action", then_action },
};

enum { N_THENS = sizeof(thens) / sizeof(thens[0]) };

int
flow_then_item(struct flow_call *f)
{
	const struct token *k = token_peek(f->c.t);

	for (unsigned i = 0; i < N_THENS; i++) {
		if (!token_is(k, thens[i].keyword))
			continue;
		f->c.t->pos++;
		return thens[i].parse(f) == 0 ? 1 : -1;
	}
	return route_item(&f->c, ROUTE_ITEM_ATTRIBUTE);
}

unsigned
flow_then_words(const char **out)
{
	for (unsigned i = 0; i < N_THENS; i++)
		out[i] = thens[i].keyword;
	return N_THENS;
}

/* Takes the text before the next colon (or all of it) off s. */
static struct token
cut(struct token *s)
{
	const char *colon = memchr(s->s, ':', s->n);
	struct token part = *s;

	part.n = colon != NULL ? (uint32_t)(colon - s->s) : s->n;
	s->s += part.n + (colon != NULL);
	s->n -= part.n + (colon != NULL);
	return part;
}

/* `[transitive:|non-transitive:]input|output|input-output:AS:group`; 0 or -1. */
static int
add_interface_set(struct flow_call *f, struct token k)
{
	static const struct {
		const char *word;
		uint16_t bits;
	} directions[] = { { "input", 1 }, { "output", 2 }, { "input-output", 3 } };
	struct token part = cut(&k), as, group;
	uint16_t type = 0x0702, direction = 0;
	uint32_t as_number, group_number;

	if (token_is(&part, "transitive") || token_is(&part, "non-transitive")) {
		type = part.s[0] == 'n' ? 0x4702 : 0x0702;
		part = cut(&k);
	}
	for (unsigned i = 0; i < sizeof(directions) / sizeof(directions[0]); i++)
		if (token_is(&part, directions[i].word))
			direction = directions[i].bits;
	as = cut(&k);
	group = k;
	if (direction == 0 || parse_u32(as.s, as.n, UINT32_MAX, &as_number) == -1 ||
		parse_u32(group.s, group.n, 0x3fff, &group_number) == -1)
		return -1;
	add_community(f, type, (uint16_t)(as_number >> 16),
		as_number << 16 | (uint32_t)direction << 14 | group_number);
	return 0;
}

int
flow_scope_item(struct flow_call *f)
{
	struct tokens *t = f->c.t;
	bool list;
	struct token k;

	if (!token_accept(t, "interface-set"))
		return 0;
	list = token_accept(t, "[");
	do {
		if (value_word(t, "an interface set", &k, f->c.e) == -1)
			return -1;
		if (add_interface_set(f, k) == -1) {
			t->pos--;
			return text_error_expected(
				f->c.e, t, "an interface set as \"transitive:input:AS:group\"");
		}
	} while (list && !token_accept(t, "]"));
	return 1;
}
