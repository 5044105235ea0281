/*
 * Any bytes as an UPDATE: decode, walk, canonical block, JSON and text. The first byte chooses the
 * session. JSON must be well-formed, text must be whole lines, and the canonical block must be a
 * sound attribute list in ascending order that shows the same twice.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "proto/wire/attr.h"
#include "proto/wire/update.h"
#include "tests/fuzz/json_check.h"

static void
broken(const char *what, const struct buf *b)
{
	fprintf(stderr, "%s: %.*s\n", what, (int)b->len,
		b->data != NULL ? (const char *)b->data : "");
	abort();
}

static bool
count(void *owner, bool announce, const struct nlri *nlri, const uint8_t *nexthop, uint8_t len)
{
	unsigned *n = owner;

	(void)announce;
	if (nlri_hash(nlri) == 0 && !nlri_same(nlri, nlri))
		abort();
	if (len != 0 && len != 4 && len != 16)
		abort();
	if (len > 0 && nexthop == NULL)
		abort();
	return ++*n < 1000000;
}

static void
check_json(const struct update *u, const struct update_session *s, struct buf *out)
{
	for (int i = 0; i < 4; i++) {
		struct nlri_print how = { .compact = (i & 1) != 0, .v4 = (i & 2) != 0 };

		buf_reset(out);
		BUF_LIT(out, "{ ");
		update_json(out, u, s, &how);
		BUF_LIT(out, " }");
		if (!json_is_valid(out->data, out->len))
			broken("not JSON", out);
	}
}

static void
check_text(const struct update *u, const struct update_session *s, struct buf *out)
{
	buf_reset(out);
	update_text(out, u, s, "neighbor 1.2.3.4 receive update");
	for (size_t i = 0; i < out->len; i++)
		if (out->data[i] == '\n' && i + 1 < out->len &&
			(out->len - i < 9 || memcmp(out->data + i + 1, "neighbor", 8) != 0))
			broken("a line is not a line", out);
}

static void
check_canonical(const struct update *u, const struct update_session *s, struct buf *out)
{
	static uint8_t block[1 << 18];
	struct wr w = wr_init(block, sizeof(block));
	struct attr_context c = s->attrs;
	struct rd r;
	struct attr a;
	int last = -1;

	update_canonical(u, s, &w);
	if (!wr_ok(&w))
		return;
	r = rd_init(block, wr_len(&w));
	while (attr_next(&r, &a)) {
		if (a.code <= last || a.code == 3 || a.code == 14 || a.code == 15 || a.code == 17 ||
			a.code == 18)
			abort();
		last = a.code;
	}
	if (!rd_ok(&r))
		abort();
	c.asn4 = true;
	buf_reset(out);
	BUF_LIT(out, "{ ");
	attrs_json(out, block, wr_len(&w), &c, true);
	BUF_LIT(out, " }");
	if (!json_is_valid(out->data, out->len))
		broken("canonical: not JSON", out);
	attrs_text(out, block, wr_len(&w), &c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct update_session s = { .attrs = { .generic = true }, .families = UINT32_MAX };
	struct update u;
	struct buf out = { 0 };
	unsigned n = 0;

	if (size == 0)
		return 0;
	s.attrs.asn4 = (data[0] & 1) != 0;
	s.attrs.ibgp = (data[0] & 2) != 0;
	s.attrs.aigp = (data[0] & 4) != 0;
	s.addpath_rx = (data[0] & 8) != 0 ? UINT32_MAX : 0;
	s.extended_nexthop = (data[0] & 16) != 0;
	if (update_decode(data + 1, size - 1, &s, &u) == -1) {
		if (u.error.code == 0 || u.verdict != WIRE_RESET_SESSION || u.reason[0] == '\0')
			abort();
		return 0;
	}
	update_each(&u, &s, count, &n);
	check_json(&u, &s, &out);
	check_text(&u, &s, &out);
	check_canonical(&u, &s, &out);
	buf_fini(&out);
	return 0;
}

#include "tests/fuzz/replay.h"
