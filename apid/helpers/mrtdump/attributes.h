/* Attributes as the service's JSON shows them, back to wire form. */
#ifndef TROUPE_APID_MRTDUMP_ATTRIBUTES_H
#define TROUPE_APID_MRTDUMP_ATTRIBUTES_H

#include "apid/helpers/mrtdump/json.h"
#include "common/wr.h"

/*
 * The object of the member "attribute" as an attribute list in ascending order, into w. Returns how
 * many members have no way back and are left out.
 */
unsigned attributes_read(const struct json *object, struct wr *w);

#endif
