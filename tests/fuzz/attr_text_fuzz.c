/*
 * Any text as attributes: words, grammar, block, JSON and text. What is accepted must be a sound
 * list in ascending order; its JSON must be well-formed; what is refused must have a message and a
 * place inside the text.
 */
#include <stdint.h>
#include <stdlib.h>

#include "common/buf.h"
#include "proto/text/token.h"
#include "proto/wire/attr.h"
#include "tests/fuzz/json_check.h"

enum { WORDS = 1024 };

static const struct attr_context context = {
	.asn4 = true, .ibgp = true, .aigp = true, .generic = true
};

static int
parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	while (token_peek(t) != NULL) {
		const struct token *k = token_peek(t);
		const struct attr_codec *row = attr_codec_by_name(k->s, k->n);

		if (row == NULL || row->parse == NULL)
			return text_error_expected(e, t, "an attribute");
		t->pos++;
		if (row->parse(t, b, e) == -1)
			return -1;
	}
	return 0;
}

static void
check_set(const struct attrset *set)
{
	struct rd r = rd_init(set->block, set->len);
	struct buf out = { 0 };
	struct attr a;
	int last = -1;

	while (attr_next(&r, &a)) {
		if (a.code <= last || a.code == 3 || a.code == 14 || a.code == 15)
			abort();
		last = a.code;
	}
	if (!rd_ok(&r) || (set->nh_len != 0 && set->nh_len != 4 && set->nh_len != 16 &&
				  set->nh_len != NEXTHOP_SELF))
		abort();
	BUF_LIT(&out, "{ ");
	attrs_json(&out, set->block, set->len, &context, true);
	BUF_LIT(&out, " }");
	if (!json_is_valid(out.data, out.len))
		abort();
	attrs_text(&out, set->block, set->len, &context);
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct token words[WORDS];
	static struct attr_builder b;
	struct text_error e = { 0 };
	struct attrset set;
	int n = tokens_split((const char *)data, size, words, WORDS, &e);
	struct tokens t = { .v = words, .n = n > 0 ? (uint32_t)n : 0 };

	if (n < 0)
		return 0;
	attr_builder_init(&b);
	if (parse(&t, &b, &e) == -1) {
		if (e.text[0] == '\0' || e.col > size + 1)
			abort();
		return 0;
	}
	if (attr_builder_finish(&b, &set) == 0)
		check_set(&set);
	return 0;
}

#include "tests/fuzz/replay.h"
