/* Routes as text (reference/api.md 3.4): the NLRI, then next-hop and attributes when asked for. */
#include "proto/text/route.h"

#include "common/addr.h"
#include "common/buf.h"

void
route_print(
	struct buf *out, const struct nlri *nlri, const struct attrset *set, bool with_attributes)
{
	static const struct attr_context context = { .asn4 = true, .ibgp = true, .generic = true };

	nlri_text(out, nlri);
	if (!with_attributes || set == NULL)
		return;
	if (set->nh_len == NEXTHOP_SELF) {
		BUF_LIT(out, " next-hop self");
	} else if (set->nh_len == 4 || set->nh_len == 16) {
		BUF_LIT(out, " next-hop ");
		buf_addr_bytes(out, set->nh, set->nh_len);
	}
	attrs_text(out, set->block, set->len, &context);
}
