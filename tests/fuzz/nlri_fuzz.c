/*
 * Any bytes as a list of NLRI. The first byte chooses the family, the second whether it is a
 * withdraw and carries path identifiers. Each NLRI lies within the input, prints as JSON and as
 * one line of text, decodes again to itself and is the same as its copy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "proto/wire/family.h"
#include "proto/wire/nlri.h"
#include "tests/fuzz/json_check.h"

static void
broken(const char *what, const struct nlri *nlri, const struct buf *b)
{
	fprintf(stderr, "%s (family %u): %.*s\n", what, nlri->family, (int)b->len,
		b->data != NULL ? (const char *)b->data : "");
	abort();
}

static void
check_printing(const struct nlri *nlri, bool withdraw)
{
	struct buf out = { 0 };

	for (int i = 0; i < 4; i++) {
		struct nlri_print how = { .compact = (i & 1) != 0,
			.v4 = (i & 2) != 0,
			.withdraw = withdraw,
			.nexthop = "192.0.2.1" };

		buf_reset(&out);
		nlri_json(&out, nlri, &how);
		if (!json_is_valid(out.data, out.len))
			broken("not JSON", nlri, &out);
	}
	buf_reset(&out);
	nlri_text(&out, nlri);
	if (out.len == 0 || memchr(out.data, '\n', out.len) != NULL)
		broken("not a line", nlri, &out);
	buf_fini(&out);
}

static void
check_again(const struct nlri *nlri, bool withdraw)
{
	uint8_t *copy = malloc(nlri->len > 0 ? nlri->len : 1);
	struct nlri other = *nlri, again;
	struct rd r;

	if (copy == NULL)
		abort();
	memcpy(copy, nlri->bytes, nlri->len);
	other.bytes = copy;
	if (!nlri_same(nlri, &other) || nlri_hash(nlri) != nlri_hash(&other) ||
		nlri_compare(nlri, &other) != 0)
		abort();
	r = rd_init(copy, nlri->len);
	if (nlri_next(&r, nlri->family, false, withdraw, &again, NULL) != 0 || !rd_done(&r) ||
		again.len != nlri->len)
		abort();
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_error err = { 0 };
	struct nlri nlri;
	struct rd r;
	bool withdraw, addpath;
	uint32_t family;
	int rv;

	if (size < 2)
		return 0;
	family = family_table[data[0] % FAMILY_COUNT].family;
	withdraw = (data[1] & 1) != 0;
	addpath = (data[1] & 2) != 0;
	r = rd_init(data + 2, size - 2);
	while ((rv = nlri_next(&r, family, addpath, withdraw, &nlri, &err)) == 0) {
		if (nlri.bytes < data + 2 || nlri.bytes + nlri.len > data + size)
			abort();
		check_printing(&nlri, withdraw);
		check_again(&nlri, withdraw);
	}
	if (rv == -1 && (err.code != 3 || err.len > sizeof(err.data)))
		abort();
	return 0;
}

#include "tests/fuzz/replay.h"
