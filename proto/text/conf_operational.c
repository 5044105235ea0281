/*
 * The section `operational` (reference/config.md 3.11): messages of draft-ietf-idr-operational-
 * message that are sent once a session is up. One grammar for all kinds: fixed keys in fixed order,
 * each kind with the last ones it takes.
 */
#include "proto/text/conf.h"

#include <stdio.h>

enum { ADVISORY_MAX = 2048, ADVISORY_CUT = 2045 };
enum takes { TAKES_ADVISORY, TAKES_SEQUENCE, TAKES_COUNTER };

static const struct kind_row {
	const char *kind;
	enum takes takes;
} kinds[] = {
	{ "asm", TAKES_ADVISORY },
	{ "adm", TAKES_ADVISORY },
	{ "rpcq", TAKES_SEQUENCE },
	{ "apcq", TAKES_SEQUENCE },
	{ "lpcq", TAKES_SEQUENCE },
	{ "rpcp", TAKES_COUNTER },
	{ "apcp", TAKES_COUNTER },
	{ "lpcp", TAKES_COUNTER },
};

static int
take_key(struct conf *c, struct tokens *t, const char *key)
{
	char what[32];

	if (token_is_fold(token_peek(t), key)) {
		t->pos++;
		return 0;
	}
	snprintf(what, sizeof(what), "\"%s\"", key);
	return text_error_expected(&c->e, t, what);
}

static int
take_family(struct conf *c, struct tokens *t, uint32_t *family)
{
	struct token afi, safi;

	if (take_key(c, t, "afi") != 0 || value_word(t, "an AFI", &afi, &c->e) != 0 ||
		take_key(c, t, "safi") != 0 || value_word(t, "a SAFI", &safi, &c->e) != 0)
		return -1;
	*family = family_by_name(afi.s, afi.n, safi.s, safi.n, false);
	if (*family != 0)
		return 0;
	return conf_fail(c, conf_at(&afi), "expected a family, found \"%.*s %.*s\"",
		(int)(afi.n < 32 ? afi.n : 32), afi.s, (int)(safi.n < 32 ? safi.n : 32), safi.s);
}

/* Cut at 2048 bytes, not inside a character. */
static const char *
advisory(struct conf *c, const struct token *k)
{
	size_t n = k->n;

	if (n <= ADVISORY_MAX)
		return conf_strdup(c, k->s, n);
	for (n = ADVISORY_CUT; n > 0 && ((uint8_t)k->s[n] & 0xc0) == 0x80; n--)
		;
	char *text = arena_alloc(&c->config->arena, n + 4);
	memcpy(text, k->s, n);
	memcpy(text + n, "...", 4);
	return text;
}

static int
message(struct conf *c, void *scope, struct tokens *t)
{
	struct conf_scope *s = scope;
	const struct kind_row *row = kinds;
	struct conf_operational *o = arena_alloc(&c->config->arena, sizeof(*o));
	struct token text;

	while (!token_is(conf_keyword(c), row->kind))
		row++;
	o->o.kind = row->kind;
	if (take_family(c, t, &o->o.family) != 0)
		return -1;
	if (row->takes == TAKES_ADVISORY) {
		if (take_key(c, t, "advisory") != 0 || value_word(t, "a text", &text, &c->e) != 0)
			return -1;
		o->o.advisory = advisory(c, &text);
	} else if (take_key(c, t, "sequence") != 0 ||
		   value_u32(t, 0, UINT32_MAX, "a sequence number", &o->o.sequence, &c->e) != 0) {
		return -1;
	}
	if (row->takes == TAKES_COUNTER &&
		(take_key(c, t, "counter") != 0 ||
			value_u64_any(t, "a counter", &o->o.counter, &c->e) != 0))
		return -1;
	if (token_peek(t) != NULL)
		return text_error_expected(&c->e, t, "\";\"");
	*s->operational_end = o;
	s->operational_end = &o->next;
	return 0;
}

static const struct conf_command operational_commands[] = {
	{ "asm", message },
	{ "adm", message },
	{ "rpcq", message },
	{ "apcq", message },
	{ "lpcq", message },
	{ "rpcp", message },
	{ "apcp", message },
	{ "lpcp", message },
};

static const struct conf_section operational_section = {
	.name = "\"operational\"",
	.commands = operational_commands,
	.n_commands = sizeof(operational_commands) / sizeof(operational_commands[0]),
};

int
conf_operational(struct conf *c, void *scope, struct tokens *t)
{
	(void)t;
	return conf_section_parse(c, &operational_section, scope);
}
