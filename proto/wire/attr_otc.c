/*
 * ONLY_TO_CUSTOMER (RFC 9234 5): the AS number that marked the route. Shown in the generic form,
 * as the reference does, which does not know it.
 */
#include "proto/wire/attr_codecs.h"
#include "proto/wire/attr_parse.h"

static int
otc_parse(struct tokens *t, struct attr_builder *b, struct text_error *e)
{
	attr_builder_begin(b, ATTR_OTC, ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE, false);
	if (attr_parse_one(t, &b->values, attr_item_asn, "an AS number (0-4294967295)", e) == -1)
		return -1;
	attr_builder_end(b);
	return 0;
}

const struct attr_codec attr_otc_codec = {
	.code = ATTR_OTC,
	.flags = ATTR_F_OPTIONAL | ATTR_F_TRANSITIVE,
	.name = "otc",
	.min_len = 4,
	.max_len = 4,
	.bad_flags = WIRE_TREAT_AS_WITHDRAW,
	.bad_len = WIRE_TREAT_AS_WITHDRAW,
	.parse = otc_parse,
};
