/*
 * The route parser: entry points, the memory of a statement's result, and the memory of the last
 * tail, so that a table fed line by line costs a prefix and a comparison per route
 * (design.md, speed budget). The grammars are in route_grammar.c and the files it lists.
 */
#include "proto/text/route_priv.h"

#include <stdlib.h>

#include "common/xmalloc.h"

enum {
	KEEP_NLRI = 4096, /* memory kept between statements */
	TAIL_MAX = 4096,  /* longer tails are not remembered */
	LINE_WORDS_MAX = 8192
};

struct route_parser *
route_parser_new(void)
{
	return xcalloc(1, sizeof(struct route_parser));
}

void
route_parser_free(struct route_parser *p)
{
	if (p == NULL)
		return;
	buf_fini(&p->cache.words);
	buf_fini(&p->cache.raw);
	buf_fini(&p->bytes);
	free(p->nlri);
	free(p);
}

/* Gives back what a huge statement took. */
static void
shrink(struct route_parser *p)
{
	free(p->nlri);
	p->nlri = NULL;
	p->cap_nlri = 0;
	buf_fini(&p->bytes);
}

int
route_add_nlri(struct route_call *c, uint32_t family, const void *bytes, size_t n)
{
	struct route_parser *p = c->p;

	if (n > NLRI_MAX)
		return text_error_set(c->e, NULL, "an NLRI of %zu bytes (at most %d)", n, NLRI_MAX);
	if (p->n_nlri == ROUTE_SPLIT_MAX)
		return text_error_set(
			c->e, NULL, "more than %d routes in one statement", ROUTE_SPLIT_MAX);
	if (p->n_nlri == p->cap_nlri) {
		p->cap_nlri = p->cap_nlri == 0 ? 16 : p->cap_nlri * 2;
		p->nlri = xreallocarray(p->nlri, p->cap_nlri, sizeof(*p->nlri));
	}
	buf_add(&p->bytes, bytes, n);
	p->nlri[p->n_nlri++] = (struct nlri){ .family = family,
		.has_path_id = (c->items.seen & ROUTE_ITEM_PATH_ID) != 0,
		.path_id = c->items.path_id,
		.len = (uint16_t)n };
	return 0;
}

/* The bytes may have moved while they were collected; they stand in order. */
static void
point_nlri(struct route_parser *p)
{
	size_t at = 0;

	for (size_t i = 0; i < p->n_nlri; i++) {
		p->nlri[i].bytes = p->bytes.data + at;
		at += p->nlri[i].len;
	}
}

static int
missing_next_hop(struct route_call *c)
{
	struct buf text = { 0 };

	nlri_text(&text, &c->p->nlri[0]);
	text_error_set(c->e, c->t->n > 0 ? &c->t->v[0] : NULL, "announce requires nexthop: %s",
		buf_cstr(&text));
	c->e->incomplete = true;
	buf_fini(&text);
	return -1;
}

int
route_finish(struct route_call *c, unsigned needs)
{
	struct route_parser *p = c->p;

	point_nlri(p);
	c->out->nlri = p->nlri;
	c->out->n_nlri = (uint32_t)p->n_nlri;
	if (attr_builder_finish(c->b, &c->out->attrs) != 0)
		return text_error_set(c->e, c->t->n > 0 ? &c->t->v[0] : NULL,
			"attributes of more than %d bytes", ATTR_BLOCK_MAX);
	if ((needs & ROUTE_NEEDS_NEXT_HOP) && c->purpose == ROUTE_ANNOUNCE &&
		c->out->attrs.nh_len == 0 && p->n_nlri > 0)
		return missing_next_hop(c);
	return 0;
}

/* A fresh statement; forgets the remembered tail, whose attributes are in the builder. */
static void
call_init(struct route_call *c, struct route_parser *p, struct tokens *t,
	enum route_purpose purpose, struct route_statement *out, struct text_error *e)
{
	*c = (struct route_call){
		.p = p, .t = t, .b = &p->builder, .out = out, .e = e, .purpose = purpose
	};
	*out = (struct route_statement){ 0 };
	p->cache.valid = false;
	p->n_nlri = 0;
	if (p->cap_nlri > KEEP_NLRI || p->bytes.cap > KEEP_NLRI * 64)
		shrink(p);
	buf_reset(&p->bytes);
	attr_builder_init(&p->builder);
}

static bool
same_words(const struct route_cache *cache, const struct tokens *t, uint32_t from)
{
	const uint8_t *p = cache->words.data;

	if (t->n - from != cache->n_words)
		return false;
	for (uint32_t i = from; i < t->n; i++) {
		uint32_t n;

		memcpy(&n, p, sizeof(n));
		if (n != t->v[i].n || memcmp(p + sizeof(n), t->v[i].s, n) != 0)
			return false;
		p += sizeof(n) + n;
	}
	return true;
}

/* After a plain route: remembers the words from `from` on. */
static void
remember(struct route_call *c, uint32_t from)
{
	struct route_cache *cache = &c->p->cache;
	uint32_t plain = ROUTE_ITEM_NEXT_HOP | ROUTE_ITEM_ATTRIBUTE;

	if ((c->items.seen & ~plain) != 0 || c->p->n_nlri != 1)
		return;
	buf_reset(&cache->words);
	for (uint32_t i = from; i < c->t->n; i++) {
		uint32_t n = c->t->v[i].n;

		if (cache->words.len + n > TAIL_MAX || token_is(&c->t->v[i], "{"))
			return;
		buf_add(&cache->words, &n, sizeof(n));
		buf_add(&cache->words, c->t->v[i].s, n);
	}
	buf_room(&cache->words, 1);
	cache->n_words = c->t->n - from;
	cache->purpose = c->purpose;
	cache->attrs = c->out->attrs;
	cache->has_raw = false;
	cache->valid = true;
}

/* A plain route whose tail is the remembered one. */
static int
cached_route(struct route_parser *p, const struct token *prefix, struct route_statement *out,
	struct text_error *e)
{
	struct tokens t = { .v = prefix, .n = 1 };
	struct addr net;
	uint8_t bits;

	if (value_prefix(&t, &net, &bits, e) != 0)
		return -1;
	bool multicast = route_prefix_multicast(&net, prefix);
	uint8_t *bytes = p->bytes.data;
	size_t n = ((size_t)bits + 7) / 8;

	bytes[0] = bits;
	memcpy(bytes + 1, net.bytes, n);
	p->nlri[0] = (struct nlri){
		.family = FAMILY(net.len == 4 ? AFI_IPV4 : AFI_IPV6,
			multicast ? SAFI_MULTICAST : SAFI_UNICAST),
		.len = (uint16_t)(1 + n),
		.bytes = bytes,
	};
	*out = (struct route_statement){ .attrs = p->cache.attrs, .nlri = p->nlri, .n_nlri = 1 };
	return 0;
}

int
route_parse_route(struct route_parser *p, struct tokens *t, enum route_purpose purpose,
	struct route_statement *out, struct text_error *e)
{
	uint32_t start = t->pos;
	struct route_call c;

	if (p->cache.valid && p->cache.purpose == purpose && start < t->n &&
		same_words(&p->cache, t, start + 1)) {
		t->pos = t->n;
		return cached_route(p, &t->v[start], out, e);
	}
	call_init(&c, p, t, purpose, out, e);
	if (grammar_route(&c) != 0)
		return -1;
	remember(&c, start + 1);
	return 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The first word of the line, and where the rest starts. False when it is not a plain word. */
static bool
split_prefix(const char *line, size_t n, struct token *prefix, size_t *tail)
{
	size_t start = 0;

	while (start < n && is_blank(line[start]))
		start++;
	size_t end = start;
	while (end < n &&
		((line[end] >= '.' && line[end] <= ':') || (line[end] >= 'a' && line[end] <= 'f') ||
			(line[end] >= 'A' && line[end] <= 'F')))
		end++;
	if (end == start || end == n || !is_blank(line[end]))
		return false;
	*prefix = (struct token){ .s = line + start,
		.n = (uint32_t)(end - start),
		.line = 1,
		.col = (uint32_t)start + 1 };
	*tail = end;
	return true;
}

int
route_parse_line(struct route_parser *p, const char *line, size_t n, enum route_purpose purpose,
	struct route_statement *out, struct text_error *e)
{
	struct token prefix;
	size_t tail = 0;
	bool plain = split_prefix(line, n, &prefix, &tail);
	struct route_cache *cache = &p->cache;

	if (plain && cache->valid && cache->has_raw && cache->purpose == purpose &&
		cache->raw.len == n - tail && memcmp(cache->raw.data, line + tail, n - tail) == 0)
		return cached_route(p, &prefix, out, e);
	struct token few[64], *words = few;
	int count = tokens_split(line, n, few, sizeof(few) / sizeof(few[0]), e);

	if (count < 0 && n > sizeof(few) / sizeof(few[0])) {
		words = xmalloc(LINE_WORDS_MAX * sizeof(*words));
		count = tokens_split(line, n, words, LINE_WORDS_MAX, e);
	}
	int rc = -1;
	if (count >= 0) {
		struct tokens t = { .v = words, .n = (uint32_t)count };

		rc = route_parse_route(p, &t, purpose, out, e);
	}
	if (rc == 0 && plain && cache->valid) {
		buf_reset(&cache->raw);
		buf_add(&cache->raw, line + tail, n - tail);
		cache->has_raw = cache->raw.len > 0;
	}
	if (words != few)
		free(words);
	return rc;
}

int
route_parse_attributes(struct route_parser *p, struct tokens *t, enum route_purpose purpose,
	struct route_statement *out, struct text_error *e)
{
	struct route_call c;

	call_init(&c, p, t, purpose, out, e);
	return grammar_attributes(&c);
}

int
route_parse_family(struct route_parser *p, uint16_t afi, struct tokens *t,
	enum route_purpose purpose, struct route_statement *out, struct text_error *e)
{
	struct route_call c;

	call_init(&c, p, t, purpose, out, e);
	c.afi = afi;
	const struct route_grammar *g = grammar_by_safi(afi, t, e);
	return g != NULL ? grammar_run(g, &c) : -1;
}

int
route_parse(struct route_parser *p, struct tokens *t, enum route_purpose purpose,
	struct route_statement *out, struct text_error *e)
{
	static const uint16_t afi_of[] = { [GRAMMAR_IPV4] = AFI_IPV4,
		[GRAMMAR_IPV6] = AFI_IPV6,
		[GRAMMAR_L2VPN] = AFI_L2VPN,
		[GRAMMAR_BGPLS] = AFI_BGPLS };
	const struct route_grammar *g = grammar_by_statement(t, e);
	struct route_call c;

	if (g == NULL)
		return -1;
	if (g->parse == grammar_route)
		return route_parse_route(p, t, purpose, out, e);
	if (g->afis != 0)
		return route_parse_family(p, afi_of[g->afis], t, purpose, out, e);
	call_init(&c, p, t, purpose, out, e);
	return grammar_run(g, &c);
}
