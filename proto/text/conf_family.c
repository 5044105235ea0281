/*
 * The sections `family`, `add-path` and `nexthop` (reference/config.md 3.5, 3.7, 3.8): statements
 * of an AFI and a SAFI word. Each section collects its families in a bit map of its own, to see
 * repetitions, and adds them to the neighbor's when it closes.
 */
#include "proto/text/conf.h"

#include <stdio.h>

struct family_scope {
	uint32_t bits;
	bool all;
	uint16_t limit[FAMILY_COUNT];
};

/* Takes the SAFI word; the family, or 0 and an error. fold: any case. */
static uint32_t
take_safi(struct conf *c, struct tokens *t, bool fold)
{
	const struct token *afi = conf_keyword(c), *safi = token_peek(t);
	uint32_t family = 0;
	char what[48];

	if (safi != NULL)
		family = family_by_name(afi->s, afi->n, safi->s, safi->n, fold);
	if (family != 0) {
		t->pos++;
		return family;
	}
	snprintf(what, sizeof(what), "a SAFI of %.16s (unicast, …)",
		afi->n < 16 ? conf_strdup(c, afi->s, afi->n) : "");
	text_error_expected(&c->e, t, what);
	return 0;
}

static int
add_family(struct conf *c, struct family_scope *f, uint32_t family)
{
	const struct family_info *info = family_find(family);

	if (f->all)
		return conf_fail(c, conf_at(conf_keyword(c)),
			"expected no single family beside \"all\", found %s", info->name);
	if (f->bits & family_bit(family))
		return conf_fail(c, conf_at(conf_keyword(c)),
			"expected each family once, found %s again", info->name);
	f->bits |= family_bit(family);
	return 0;
}

static int
family_row(struct conf *c, void *scope, struct tokens *t)
{
	uint32_t family = take_safi(c, t, true);

	if (family == 0)
		return -1;
	conf_surplus(c, t);
	return add_family(c, scope, family);
}

static int
all_row(struct conf *c, void *scope, struct tokens *t)
{
	struct family_scope *f = scope;

	if (f->bits != 0)
		return conf_fail(
			c, conf_at(conf_keyword(c)), "expected no \"all\" beside single families");
	conf_surplus(c, t);
	f->all = true;
	return 0;
}

static const struct conf_command family_rows[] = {
	{ "ipv4", family_row },
	{ "ipv6", family_row },
	{ "l2vpn", family_row },
	{ "bgp-ls", family_row },
	{ "all", all_row },
};

static const struct conf_section family_section = { .name = "\"family\"",
	.commands = family_rows,
	.n_commands = sizeof(family_rows) / sizeof(family_rows[0]) };

int
conf_family(struct conf *c, void *scope, struct tokens *t)
{
	struct conf_scope *s = scope;
	struct family_scope f = { 0 };

	(void)t;
	if (conf_section_parse(c, &family_section, &f) != 0)
		return -1;
	s->families |= f.bits;
	return 0;
}

static int
add_path_row(struct conf *c, void *scope, struct tokens *t)
{
	struct family_scope *f = scope;
	uint32_t family = take_safi(c, t, false), limit = 0;

	if (family == 0 || add_family(c, f, family) != 0)
		return -1;
	if (token_accept(t, "limit") && value_u32(t, 1, 65535, "a limit", &limit, &c->e) != 0)
		return -1;
	f->limit[family_index(family)] = (uint16_t)limit;
	if (token_peek(t) != NULL)
		return text_error_expected(&c->e, t, "\";\"");
	return 0;
}

static const struct conf_command add_path_rows[] = {
	{ "ipv4", add_path_row },
	{ "ipv6", add_path_row },
	{ "l2vpn", add_path_row },
	{ "bgp-ls", add_path_row },
	{ "all", all_row },
};

static const struct conf_section add_path_section = { .name = "\"add-path\"",
	.commands = add_path_rows,
	.n_commands = sizeof(add_path_rows) / sizeof(add_path_rows[0]) };

int
conf_add_path(struct conf *c, void *scope, struct tokens *t)
{
	struct conf_scope *s = scope;
	struct family_scope f = { 0 };

	(void)t;
	if (conf_section_parse(c, &add_path_section, &f) != 0)
		return -1;
	s->add_path |= f.bits;
	s->add_path_all |= f.all;
	for (unsigned i = 0; i < FAMILY_COUNT; i++) {
		if (f.limit[i] != 0)
			s->add_path_limit[i] = f.limit[i];
	}
	return 0;
}

static int
nexthop_row(struct conf *c, void *scope, struct tokens *t)
{
	enum { USABLE = FAMILY_F_EXTNH };
	struct family_scope *f = scope;
	const struct token *safi = token_peek(t);
	bool v4 = token_is(conf_keyword(c), "ipv4");
	uint32_t family = take_safi(c, t, true);

	if (family == 0)
		return -1;
	/* What may stand here is the same for both AFIs. */
	const struct family_info *row = family_find(FAMILY(AFI_IPV4, family_safi(family)));
	if (row == NULL || !(row->flags & USABLE))
		return conf_fail(c, conf_at(safi),
			"expected unicast, multicast, nlri-mpls or mpls-vpn, found \"%.*s\"",
			(int)safi->n, safi->s);
	if (!token_is_fold(token_peek(t), v4 ? "ipv6" : "ipv4"))
		return text_error_expected(&c->e, t, v4 ? "\"ipv6\"" : "\"ipv4\"");
	t->pos++;
	conf_surplus(c, t);
	return add_family(c, f, family);
}

static const struct conf_command nexthop_rows[] = {
	{ "ipv4", nexthop_row },
	{ "ipv6", nexthop_row },
};

static const struct conf_section nexthop_section = { .name = "\"nexthop\"",
	.commands = nexthop_rows,
	.n_commands = sizeof(nexthop_rows) / sizeof(nexthop_rows[0]) };

int
conf_nexthop(struct conf *c, void *scope, struct tokens *t)
{
	struct conf_scope *s = scope;
	struct family_scope f = { 0 };

	(void)t;
	if (conf_section_parse(c, &nexthop_section, &f) != 0)
		return -1;
	s->nexthop |= f.bits;
	return 0;
}
