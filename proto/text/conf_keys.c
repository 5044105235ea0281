/*
 * Keywords that take one value: their tables, and the kinds of values (reference/config.md 1.7,
 * 3.4, 3.6, 3.9). What `keyword;` alone means is in the tables too (D18: not always the obvious).
 */
#include "proto/text/conf.h"

static bool
is_bare(const struct tokens *t)
{
	return t->pos == t->n || t->v[t->pos].n == 0;
}

static int
bare(struct conf *c, const struct conf_key *key, struct tokens *t, const char *what,
	struct conf_value *out)
{
	if (key->bare < 0)
		return text_error_expected(&c->e, t, what);
	out->on = key->bare == 1;
	t->pos = t->n;
	return 0;
}

static int
parse_bool(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out,
	const char *const *yes, const char *const *no)
{
	if (is_bare(t))
		return bare(c, key, t, "\"true\" or \"false\"", out);
	for (unsigned i = 0; yes[i] != NULL; i++) {
		if (token_is_fold(token_peek(t), yes[i])) {
			out->on = true;
			t->pos++;
			return 0;
		}
	}
	for (unsigned i = 0; no[i] != NULL; i++) {
		if (token_is_fold(token_peek(t), no[i])) {
			out->on = false;
			t->pos++;
			return 0;
		}
	}
	return text_error_expected(&c->e, t, "\"true\" or \"false\"");
}

int
conf_parse_bool_a(
	struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	static const char *const yes[] = { "true", "enable", "enabled", "yes", "1", NULL };
	static const char *const no[] = { "false", "disable", "disabled", "no", "0", NULL };

	return parse_bool(c, key, t, out, yes, no);
}

int
conf_parse_bool_b(
	struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	static const char *const yes[] = { "true", "enable", "enabled", NULL };
	static const char *const no[] = { "false", "disable", "disabled", NULL };

	return parse_bool(c, key, t, out, yes, no);
}

/* With `auto`, which means false (D19). */
static int
parse_bool_c(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	static const char *const yes[] = { "true", "enable", "enabled", NULL };
	static const char *const no[] = { "false", "disable", "disabled", "auto", NULL };

	return parse_bool(c, key, t, out, yes, no);
}

static int
parse_uint(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	return value_uint(t, key->min, key->max, key->keyword, &out->u, &c->e);
}

static int
parse_string(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	const struct token *k = token_next(t);

	if (k == NULL && key->bare < 0)
		return text_error_expected(&c->e, t, "a word");
	out->s = conf_strdup(c, k != NULL ? k->s : "", k != NULL ? k->n : 0);
	return 0;
}

static int
parse_ip(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	(void)key;
	return value_ip_zone(t, "an address", &out->ip, &c->e);
}

static int
parse_ip_auto(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	(void)key;
	out->is_auto = token_accept(t, "auto");
	if (out->is_auto) {
		out->ip = (struct addr){ 0 };
		return 0;
	}
	return value_ip_zone(t, "an address or \"auto\"", &out->ip, &c->e);
}

static int
parse_ip4(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	(void)key;
	out->ip = (struct addr){ .len = 4 };
	return value_ip4(t, "an IPv4 address", out->ip.bytes, &c->e);
}

static int
parse_link_local(
	struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	(void)key;
	if (value_ip(t, "a link-local IPv6 address", &out->ip, &c->e) != 0)
		return -1;
	if (out->ip.len == 16 && addr_is_link_local6(&out->ip))
		return 0;
	t->pos--;
	return text_error_expected(&c->e, t, "an address of fe80::/10");
}

static int
parse_range(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	(void)key;
	return value_range(
		t, "an address or a range (address/length)", &out->ip, &out->bits, &c->e);
}

static int
parse_asn(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	(void)key;
	out->is_auto = token_accept(t, "auto");
	if (out->is_auto) {
		out->u = 0;
		return 0;
	}
	if (value_asn(t, &out->u, &c->e) != 0)
		return text_error_expected(&c->e, t, "an AS number or \"auto\"");
	return 0;
}

static int
parse_hold_time(
	struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	if (value_uint(t, 0, key->max, "a hold-time", &out->u, &c->e) != 0)
		return -1;
	if (out->u == 0 || out->u >= key->min)
		return 0;
	t->pos--;
	return text_error_expected(&c->e, t, "a hold-time of 0 or at least 3 seconds");
}

/* Lower case only, as `outgoing-ttl` has it. */
static bool
accept_disable(struct tokens *t)
{
	return token_accept(t, "disable") || token_accept(t, "disabled");
}

static int
parse_rate(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	if (accept_disable(t)) {
		out->u = 0;
		return 0;
	}
	return parse_uint(c, key, t, out);
}

static int
parse_ttl(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	if (accept_disable(t) || token_accept(t, "false")) {
		out->u = 0;
		return 0;
	}
	return parse_uint(c, key, t, out);
}

static int
parse_graceful(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	const struct token *k = token_peek(t);

	if (is_bare(t)) {
		out->u = 0;
		t->pos = t->n;
		return 0;
	}
	if (token_is_fold(k, "disable") || token_is_fold(k, "disabled")) {
		out->u = CONF_GRACEFUL_OFF;
		t->pos++;
		return 0;
	}
	return value_uint(t, 0, key->max, "a restart time in seconds", &out->u, &c->e);
}

struct named {
	const char *word;
	uint32_t value;
};

static int
parse_named(struct conf *c, struct tokens *t, const struct named *rows, unsigned n,
	const char *what, struct conf_value *out)
{
	for (unsigned i = 0; i < n; i++) {
		if (token_is_fold(token_peek(t), rows[i].word)) {
			out->u = rows[i].value;
			t->pos++;
			return 0;
		}
	}
	return text_error_expected(&c->e, t, what);
}

static int
parse_add_path(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	static const struct named modes[] = { { "disable", 0 }, { "disabled", 0 }, { "receive", 1 },
		{ "send", 2 }, { "send/receive", 3 } };

	(void)key;
	return parse_named(c, t, modes, sizeof(modes) / sizeof(modes[0]),
		"\"send\", \"receive\", \"send/receive\" or \"disable\"", out);
}

/* RFC 9234: what we are on this session; `strict` wants a role of the peer too. */
static int
parse_role(struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	static const struct named roles[] = { { "provider", ROLE_PROVIDER }, { "rs", ROLE_RS },
		{ "rs-client", ROLE_RS_CLIENT }, { "customer", ROLE_CUSTOMER },
		{ "peer", ROLE_PEER } };

	(void)key;
	if (parse_named(c, t, roles, sizeof(roles) / sizeof(roles[0]),
		    "\"provider\", \"customer\", \"peer\", \"rs\" or \"rs-client\"", out) != 0)
		return -1;
	if (token_peek(t) == NULL)
		return 0;
	if (!token_is_fold(token_peek(t), "strict"))
		return text_error_expected(&c->e, t, "\"strict\" or \";\"");
	t->pos++;
	out->u |= CONF_ROLE_STRICT;
	return 0;
}

/* The value is the algorithm's name as the kernel has it. */
static int
parse_algorithm(
	struct conf *c, const struct conf_key *key, struct tokens *t, struct conf_value *out)
{
	static const char *const kernel[] = { "hmac(sha1)", "cmac(aes128)", "hmac(sha256)" };
	static const struct named names[] = { { "hmac-sha-1-96", 0 }, { "aes-128-cmac-96", 1 },
		{ "hmac-sha-256", 2 } };

	(void)key;
	if (parse_named(c, t, names, sizeof(names) / sizeof(names[0]),
		    "\"hmac-sha-1-96\", \"aes-128-cmac-96\" or \"hmac-sha-256\"", out) != 0)
		return -1;
	out->s = kernel[out->u];
	return 0;
}

enum {
	REFUSED = -1,
	OFF = 0,
	ON = 1,
	PORT_MAX = 65535,
	SETTLE_MAX = 3600000,
	LONG_LIVED_MAX = 0xffffff
};

const struct conf_key conf_neighbor_keys[NK_COUNT] = {
	[NK_PEER_ADDRESS] = { "peer-address", parse_range, REFUSED, 0, 0 },
	[NK_LOCAL_ADDRESS] = { "local-address", parse_ip_auto, REFUSED, 0, 0 },
	[NK_LOCAL_AS] = { "local-as", parse_asn, REFUSED, 0, 0 },
	[NK_PEER_AS] = { "peer-as", parse_asn, REFUSED, 0, 0 },
	[NK_ROUTER_ID] = { "router-id", parse_ip4, REFUSED, 0, 0 },
	[NK_DESCRIPTION] = { "description", parse_string, ON, 0, 0 },
	[NK_HOST_NAME] = { "host-name", parse_string, ON, 0, 0 },
	[NK_DOMAIN_NAME] = { "domain-name", parse_string, ON, 0, 0 },
	[NK_HOLD_TIME] = { "hold-time", parse_hold_time, REFUSED, 3, 65535 },
	[NK_RATE_LIMIT] = { "rate-limit", parse_rate, REFUSED, 0, UINT32_MAX },
	[NK_PASSIVE] = { "passive", conf_parse_bool_a, ON, 0, 0 },
	[NK_LISTEN] = { "listen", parse_uint, REFUSED, 1, PORT_MAX },
	[NK_CONNECT] = { "connect", parse_uint, REFUSED, 1, PORT_MAX },
	[NK_SOURCE_INTERFACE] = { "source-interface", parse_string, ON, 0, 0 },
	[NK_OUTGOING_TTL] = { "outgoing-ttl", parse_ttl, REFUSED, 0, 255 },
	[NK_INCOMING_TTL] = { "incoming-ttl", parse_ttl, REFUSED, 0, 255 },
	[NK_MD5_PASSWORD] = { "md5-password", parse_string, ON, 0, 0 },
	[NK_MD5_BASE64] = { "md5-base64", parse_bool_c, OFF, 0, 0 },
	[NK_MD5_IP] = { "md5-ip", parse_ip, REFUSED, 0, 0 },
	[NK_LOCAL_LINK_LOCAL] = { "local-link-local", parse_link_local, REFUSED, 0, 0 },
	[NK_GROUP_UPDATES] = { "group-updates", conf_parse_bool_a, ON, 0, 0 },
	[NK_AUTO_FLUSH] = { "auto-flush", conf_parse_bool_a, ON, 0, 0 },
	[NK_ADJ_RIB_IN] = { "adj-rib-in", conf_parse_bool_a, OFF, 0, 0 },
	[NK_ADJ_RIB_OUT] = { "adj-rib-out", conf_parse_bool_a, OFF, 0, 0 },
	[NK_MANUAL_EOR] = { "manual-eor", conf_parse_bool_a, OFF, 0, 0 },
	[NK_SETTLE] = { "troupe-rib-settle", parse_uint, REFUSED, 0, SETTLE_MAX },
};

const struct conf_key conf_capability_keys[CK_COUNT] = {
	[CK_ASN4] = { "asn4", conf_parse_bool_a, ON, 0, 0 },
	[CK_EXTENDED_MESSAGE] = { "extended-message", conf_parse_bool_a, ON, 0, 0 },
	[CK_ROUTE_REFRESH] = { "route-refresh", conf_parse_bool_a, ON, 0, 0 },
	[CK_GRACEFUL_RESTART] = { "graceful-restart", parse_graceful, ON, 0, 4095 },
	[CK_LONG_LIVED] = { "long-lived-graceful-restart", parse_rate, REFUSED, 0, LONG_LIVED_MAX },
	[CK_ROLE] = { "role", parse_role, REFUSED, 0, 0 },
	[CK_MULTI_SESSION] = { "multi-session", conf_parse_bool_a, ON, 0, 0 },
	[CK_OPERATIONAL] = { "operational", conf_parse_bool_a, ON, 0, 0 },
	[CK_ADD_PATH] = { "add-path", parse_add_path, REFUSED, 0, 0 },
	[CK_NEXTHOP] = { "nexthop", conf_parse_bool_a, ON, 0, 0 },
	[CK_AIGP] = { "aigp", conf_parse_bool_a, ON, 0, 0 },
	[CK_SOFTWARE_VERSION] = { "software-version", conf_parse_bool_a, OFF, 0, 0 },
	[CK_LINK_LOCAL_NEXTHOP] = { "link-local-nexthop", conf_parse_bool_a, REFUSED, 0, 0 },
	[CK_LINK_LOCAL_PREFER] = { "link-local-prefer", conf_parse_bool_a, OFF, 0, 0 },
};

const struct conf_key conf_ao_keys[AK_COUNT] = {
	[AK_KEYID] = { "keyid", parse_uint, REFUSED, 0, 255 },
	[AK_ALGORITHM] = { "algorithm", parse_algorithm, REFUSED, 0, 0 },
	[AK_PASSWORD] = { "password", parse_string, ON, 0, 0 },
	[AK_BASE64] = { "base64", conf_parse_bool_a, OFF, 0, 0 },
};
