/*
 * The tables of route grammars: SAFI words of `announce { ipv4 { … } }` and of the commands
 * `announce ipv4 …`, and statement keywords. How to add one: route_grammar.h.
 */
#include "proto/text/route_grammar.h"

static const struct route_grammar by_safi[] = {
	{ "unicast", SAFI_UNICAST, GRAMMAR_IP, grammar_prefix },
	{ "multicast", SAFI_MULTICAST, GRAMMAR_IP, grammar_prefix },
	{ "nlri-mpls", SAFI_NLRI_MPLS, GRAMMAR_IP, grammar_prefix },
	{ "labeled-unicast", SAFI_NLRI_MPLS, GRAMMAR_IP, grammar_prefix },
	{ "mpls-vpn", SAFI_MPLS_VPN, GRAMMAR_IP, grammar_prefix },
	{ "mcast-vpn", SAFI_MCAST_VPN, GRAMMAR_IP, grammar_mvpn },
	{ "flow", SAFI_FLOW, GRAMMAR_IP, grammar_flow },
	{ "flow-vpn", SAFI_FLOW_VPN, GRAMMAR_IP, grammar_flow },
	{ "mup", SAFI_MUP, GRAMMAR_IP, grammar_mup },
	{ "sr-policy", SAFI_SR_POLICY, GRAMMAR_IP, grammar_sr_policy },
	{ "vpls", SAFI_VPLS, GRAMMAR_L2VPN, grammar_vpls },
	{ "evpn", SAFI_EVPN, GRAMMAR_L2VPN, grammar_evpn },
	{ "rtc", SAFI_RTC, GRAMMAR_IPV4, grammar_rtc },
	{ "bgp-ls", SAFI_BGPLS, GRAMMAR_BGPLS, grammar_bgpls },
	{ "bgp-ls-vpn", SAFI_BGPLS_VPN, GRAMMAR_BGPLS, grammar_bgpls },
	{ "troupe-nlri", 0, GRAMMAR_IP | GRAMMAR_L2VPN | GRAMMAR_BGPLS, grammar_raw },
};

static const struct route_grammar by_statement[] = {
	{ "route", 0, 0, grammar_route },
	{ "attributes", 0, 0, grammar_attributes },
	{ "attribute", 0, 0, grammar_attributes },
	{ "ipv4", 0, GRAMMAR_IPV4, NULL },
	{ "ipv6", 0, GRAMMAR_IPV6, NULL },
	{ "l2vpn", 0, GRAMMAR_L2VPN, NULL },
	{ "bgp-ls", 0, GRAMMAR_BGPLS, NULL },
	{ "flow", 0, 0, grammar_flow_route },
	{ "vpls", SAFI_VPLS, 0, grammar_vpls },
	{ "sr-policy", SAFI_SR_POLICY, 0, grammar_sr_policy },
};

enum { N_SAFI = sizeof(by_safi) / sizeof(by_safi[0]) };
enum { N_STATEMENT = sizeof(by_statement) / sizeof(by_statement[0]) };

static uint8_t
section_bit(uint16_t afi)
{
	switch (afi) {
	case AFI_IPV4:
		return GRAMMAR_IPV4;
	case AFI_IPV6:
		return GRAMMAR_IPV6;
	case AFI_L2VPN:
		return GRAMMAR_L2VPN;
	case AFI_BGPLS:
		return GRAMMAR_BGPLS;
	default:
		return 0;
	}
}

/* The row of the next word, which is taken; NULL and e. sections 0: any row. */
static const struct route_grammar *
find(const struct route_grammar *rows, unsigned n, uint8_t sections, struct tokens *t,
	const char *what, struct text_error *e)
{
	const struct token *k = token_peek(t);
	const char *words[N_SAFI + N_STATEMENT];
	unsigned n_words = 0;
	char quoted[TEXT_QUOTED_MAX];

	for (unsigned i = 0; i < n; i++) {
		if (sections != 0 && (rows[i].afis & sections) == 0)
			continue;
		if (token_accept(t, rows[i].keyword))
			return &rows[i];
		words[n_words++] = rows[i].keyword;
	}
	const char *near = k != NULL ? text_suggest(k, words, n_words) : NULL;
	if (near == NULL)
		text_error_expected(e, t, what);
	else
		text_error_set(e, k, "expected %s, found %s (did you mean \"%s\"?)", what,
			text_quote(k, quoted), near);
	return NULL;
}

const struct route_grammar *
grammar_by_safi(uint16_t afi, struct tokens *t, struct text_error *e)
{
	return find(by_safi, N_SAFI, section_bit(afi), t, "a kind of route (unicast, …)", e);
}

const struct route_grammar *
grammar_by_statement(struct tokens *t, struct text_error *e)
{
	return find(by_statement, N_STATEMENT, 0, t, "a route statement", e);
}

int
grammar_run(const struct route_grammar *g, struct route_call *c)
{
	c->safi = g->safi;
	if (g->parse == NULL)
		return text_error_set(c->e, c->t->pos > 0 ? &c->t->v[c->t->pos - 1] : NULL,
			"\"%s\" routes are not supported yet", g->keyword);
	return g->parse(c);
}
