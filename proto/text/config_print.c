/*
 * A neighbor as configuration text: the shape of `show neighbor configuration` (reference/api.md
 * 3.5). Statements that shape does not have (tcp-ao, limits, Troupe's own) appear only when they
 * are set, so that what is printed can be read again.
 */
#include "proto/text/config_print.h"

#include "common/addr.h"

static const char *
boolean(bool on)
{
	return on ? "true" : "false";
}

static const char *
able(bool on)
{
	return on ? "enable" : "disable";
}

void
config_print_quoted(struct buf *out, const char *s)
{
	buf_chr(out, '"');
	for (; *s != '\0'; s++) {
		if (*s == '\\')
			BUF_LIT(out, "\\\\");
		else if (*s == '\n')
			BUF_LIT(out, "\\n");
		else if (*s == '\r')
			BUF_LIT(out, "\\r");
		else
			buf_chr(out, *s);
	}
	buf_chr(out, '"');
}

static void
print_address(struct buf *out, const char *keyword, const struct addr *a)
{
	buf_printf(out, "  %s ", keyword);
	if (a->len == 0)
		BUF_LIT(out, "auto");
	else
		buf_addr(out, a);
	BUF_LIT(out, ";\n");
}

static void
print_as(struct buf *out, const char *keyword, uint32_t as)
{
	if (as == 0)
		buf_printf(out, "  %s auto;\n", keyword);
	else
		buf_printf(out, "  %s %u;\n", keyword, as);
}

/* A name that needs no quotes, or a quoted one. */
static void
print_word(struct buf *out, const char *keyword, const char *s)
{
	buf_printf(out, "  %s ", keyword);
	if (s[strcspn(s, " \t\r\n,;[]{}#\"'\\")] == '\0')
		buf_str(out, s);
	else
		config_print_quoted(out, s);
	BUF_LIT(out, ";\n");
}

static void
print_session(struct buf *out, const struct neighbor_conf *n)
{
	BUF_LIT(out, "  description ");
	config_print_quoted(out, n->description);
	BUF_LIT(out, ";\n");
	if (n->have_router_id)
		buf_printf(out, "  router-id %u.%u.%u.%u;\n", n->router_id >> 24,
			n->router_id >> 16 & 255, n->router_id >> 8 & 255, n->router_id & 255);
	print_word(out, "host-name", n->caps.hostname);
	print_word(out, "domain-name", n->caps.domain);
	print_address(out, "local-address", &n->local);
	print_word(out, "source-interface", n->source_interface);
	print_as(out, "local-as", n->local_as);
	print_as(out, "peer-as", n->peer_as);
	buf_printf(out, "  hold-time %u;\n", n->hold_time);
	if (n->rate_limit == 0)
		BUF_LIT(out, "  rate-limit disable;\n");
	else
		buf_printf(out, "  rate-limit %u;\n", n->rate_limit);
	buf_printf(out, "  manual-eor %s;\n", boolean(n->manual_eor));
	if (n->settle_ms >= 0)
		buf_printf(out, "  troupe-rib-settle %lld;\n", (long long)n->settle_ms);
}

static void
print_socket(struct buf *out, const struct neighbor_conf *n)
{
	buf_printf(out, "\n  passive %s;\n", boolean(n->passive));
	if (n->listen != 0)
		buf_printf(out, "  listen %u;\n", n->listen);
	if (n->connect != 0)
		buf_printf(out, "  connect %u;\n", n->connect);
	buf_printf(out, "  group-updates %s;\n", boolean(n->group_updates));
	buf_printf(out, "  auto-flush %s;\n", boolean(n->auto_flush));
	buf_printf(out, "  adj-rib-in %s;\n", boolean(n->adj_rib_in));
	buf_printf(out, "  adj-rib-out %s;\n", boolean(n->adj_rib_out));
	if (n->md5_len > 0) {
		BUF_LIT(out, "  md5-password ");
		config_print_quoted(out, n->md5_password);
		BUF_LIT(out, ";\n");
	}
	buf_printf(out, "  md5-base64 %s;\n", boolean(n->md5_base64));
	if (n->md5_ip.len != 0) {
		BUF_LIT(out, "  md5-ip \"");
		buf_addr(out, &n->md5_ip);
		BUF_LIT(out, "\";\n");
	}
	if (n->link_local.len != 0)
		print_address(out, "local-link-local", &n->link_local);
	if (n->ttl_out != 0)
		buf_printf(out, "  outgoing-ttl %u;\n", n->ttl_out);
	if (n->ttl_in != 0)
		buf_printf(out, "  incoming-ttl %u;\n", n->ttl_in);
}

static void
print_ao(struct buf *out, const struct neighbor_conf *n)
{
	static const struct {
		const char *kernel, *keyword;
	} names[] = { { "hmac(sha1)", "hmac-sha-1-96" }, { "cmac(aes128)", "aes-128-cmac-96" },
		{ "hmac(sha256)", "hmac-sha-256" } };

	if (n->ao_algorithm == NULL)
		return;
	buf_printf(out, "  tcp-ao {\n    keyid %u;\n", n->ao_keyid);
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].kernel, n->ao_algorithm) == 0)
			buf_printf(out, "    algorithm %s;\n", names[i].keyword);
	}
	BUF_LIT(out, "    password ");
	config_print_quoted(out, n->ao_password);
	buf_printf(out, ";\n    base64 %s;\n  }\n", boolean(n->ao_base64));
}

static void
print_capabilities(struct buf *out, const struct neighbor_conf *n)
{
	static const char *const modes[] = { "disable", "receive", "send", "send/receive" };
	const struct capability_config *caps = &n->caps;

	buf_printf(out, "  capability {\n    asn4 %s;\n    route-refresh %s;\n", able(caps->asn4),
		able(caps->route_refresh));
	if (caps->graceful_restart < 0)
		BUF_LIT(out, "    graceful-restart disable;\n");
	else
		buf_printf(out, "    graceful-restart %d;\n", caps->graceful_restart);
	if (caps->long_lived != 0)
		buf_printf(out, "    long-lived-graceful-restart %u;\n", caps->long_lived);
	if (caps->role != ROLE_NONE)
		buf_printf(out, "    role %s%s;\n", bgp_role_name(caps->role),
			caps->role_strict ? " strict" : "");
	buf_printf(out, "    software-version %s;\n", able(caps->software_version));
	buf_printf(out, "    nexthop %s;\n", able(caps->nexthop));
	buf_printf(out, "    add-path %s;\n", modes[caps->add_path & 3]);
	buf_printf(out, "    multi-session %s;\n", able(caps->multisession));
	buf_printf(out, "    operational %s;\n", able(caps->operational));
	buf_printf(out, "    aigp %s;\n", able(n->aigp));
	if (!caps->extended_message)
		BUF_LIT(out, "    extended-message disable;\n");
	if (caps->link_local_nexthop)
		BUF_LIT(out, "    link-local-nexthop enable;\n");
	if (n->link_local_prefer)
		BUF_LIT(out, "    link-local-prefer enable;\n");
	BUF_LIT(out, "  }\n");
}

static void
print_families(struct buf *out, const struct neighbor_conf *n)
{
	const struct capability_config *caps = &n->caps;

	BUF_LIT(out, "  family {\n");
	if (caps->n_families == FAMILY_COUNT)
		BUF_LIT(out, "    all;\n");
	for (unsigned i = 0; i < caps->n_families && caps->n_families < FAMILY_COUNT; i++)
		buf_printf(out, "    %s;\n", family_find(caps->families[i])->name);
	BUF_LIT(out, "  }\n  nexthop {\n");
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		bool v4 = family_afi(family_table[i].family) == AFI_IPV4;

		if (n->nexthop_pairs >> i & 1)
			buf_printf(out, "    %s %s;\n", family_table[i].name, v4 ? "ipv6" : "ipv4");
	}
	BUF_LIT(out, "  }\n  add-path {\n");
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		unsigned limit = 0;

		if ((caps->add_path_families >> i & 1) == 0)
			continue;
		for (unsigned j = 0; j < caps->n_paths_limit; j++) {
			if (caps->paths_limit[j].family == family_table[i].family)
				limit = caps->paths_limit[j].limit;
		}
		buf_printf(out, "    %s", family_table[i].name);
		if (limit > 0)
			buf_printf(out, " limit %u", limit);
		BUF_LIT(out, ";\n");
	}
	BUF_LIT(out, "  }\n");
}

void
config_print_session(struct buf *out, const struct neighbor_conf *n)
{
	BUF_LIT(out, "neighbor ");
	buf_addr(out, &n->peer);
	if (n->peer_bits != n->peer.len * 8)
		buf_printf(out, "/%u", n->peer_bits);
	BUF_LIT(out, " {\n");
	print_session(out, n);
	print_socket(out, n);
	print_ao(out, n);
	print_capabilities(out, n);
	print_families(out, n);
	config_print_api(out, n);
}

void
config_print_neighbor(struct buf *out, const struct neighbor_conf *n)
{
	config_print_session(out, n);
	BUF_LIT(out, "}\n");
}
